/* Any bytes as what a rank's process says on its socket: each message begins with its length in two
 * bytes. What is heard is bounded and ended. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/link.h"
#include "base/file.h"

#define MESSAGES_MOST 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_heard(void *context,
                     uint32_t rank,
                     const struct link_message *message,
                     const char *tail)
{
    (void)context;
    if (rank != 1 || message->tail > LINK_RESULT || tail[message->tail] ||
        strnlen(tail, LINK_RESULT + 1) > message->tail)
        abort();
}

/* Says the messages in `data`, as many as the socket takes. */
static void say(int rank, const uint8_t *data, size_t size)
{
    for (int i = 0; i < MESSAGES_MOST && size >= 2; i++) {
        size_t length = data[0] | (size_t)data[1] << 8;

        data += 2;
        size -= 2;
        if (length > size)
            length = size;
        if (send(rank, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            return;
        data += length;
        size -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct loop loop;
    struct link link = {.heard = on_heard};
    int pair[2];

    if (loop_init(&loop, NULL) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        abort();
    const int descriptors[3] = {
        pair[0], file_memory("page", LINK_PAGE, NULL), file_memory("control", LINK_PAGE, NULL)};

    if (link_open(&link, &loop, 1, descriptors, NULL))
        abort();
    say(pair[1], data, size);
    close(pair[1]);
    link_close(&link);
    loop_done(&loop);
    return 0;
}
