/* Messages with descriptors between keeper and agent: all of it arrives, and nothing is left open.
 */
#include "agent/keeper_link.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "support/check.h"

struct pair {
    int ends[2];
    int before; /* descriptors open without the pair */
};

static struct pair pair_make(void)
{
    struct pair pair = {.before = check_descriptors()};

    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.ends) == 0);
    return pair;
}

/* Closes both ends and sees that nothing else is open. */
static void pair_end(struct pair *pair)
{
    close(pair->ends[0]);
    if (pair->ends[1] >= 0)
        close(pair->ends[1]);
    CU_ASSERT(check_descriptors() == pair->before);
}

static int file_with(const char *content)
{
    int descriptor = file_memory("test", 0, NULL);

    CU_ASSERT_FATAL(descriptor >= 0);
    CU_ASSERT(pwrite(descriptor, content, strlen(content), 0) == (ssize_t)strlen(content));
    return descriptor;
}

static void file_check(int descriptor, const char *content)
{
    char found[16] = "";

    CU_ASSERT_FATAL(descriptor >= 0);
    CU_ASSERT(pread(descriptor, found, sizeof found - 1, 0) == (ssize_t)strlen(content));
    CHECK_TEXT(found, content);
    close(descriptor);
}

static void messages_arrive_whole_and_in_order(void)
{
    struct pair pair = pair_make();
    struct keeper_link_message sent = {.type = KEEPER_LINK_EXITED,
                                       .rank = 3,
                                       .process = 77,
                                       .status = -9,
                                       .code = 1,
                                       .text = "why"};
    struct keeper_link_message heard;
    int descriptors[KEEPER_LINK_DESCRIPTORS];

    CU_ASSERT(keeper_link_receive(pair.ends[1], &heard, descriptors, NULL) == 1);
    CU_ASSERT(keeper_link_send(pair.ends[0], &sent, NULL, 0) == 0);
    sent.rank = 4;
    CU_ASSERT(keeper_link_send(pair.ends[0], &sent, NULL, 0) == 0);
    CU_ASSERT(keeper_link_receive(pair.ends[1], &heard, descriptors, NULL) == 0);
    CU_ASSERT(heard.type == KEEPER_LINK_EXITED && heard.rank == 3 && heard.process == 77);
    CU_ASSERT(heard.status == -9 && heard.code == 1);
    CHECK_TEXT(heard.text, "why");
    for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++)
        CU_ASSERT(descriptors[i] == -1);
    CU_ASSERT(keeper_link_receive(pair.ends[1], &heard, descriptors, NULL) == 0);
    CU_ASSERT(heard.rank == 4);
    CU_ASSERT(keeper_link_receive(pair.ends[1], &heard, descriptors, NULL) == 1);
    pair_end(&pair);
}

static void descriptors_arrive_in_their_places(void)
{
    static const char *const contents[] = {"link", "page", "control"};
    struct keeper_link_message message = {.type = KEEPER_LINK_RANK};
    int sent[KEEPER_LINK_DESCRIPTORS];
    int heard[KEEPER_LINK_DESCRIPTORS];

    for (int count = 0; count <= KEEPER_LINK_DESCRIPTORS; count++) {
        struct pair pair = pair_make();

        for (int i = 0; i < count; i++)
            sent[i] = file_with(contents[i]);
        CU_ASSERT(keeper_link_send(pair.ends[0], &message, sent, count) == 0);
        for (int i = 0; i < count; i++)
            close(sent[i]); /* still the sender's */
        CU_ASSERT(keeper_link_receive(pair.ends[1], &message, heard, NULL) == 0);
        for (int i = 0; i < count; i++)
            file_check(heard[i], contents[i]);
        for (int i = count; i < KEEPER_LINK_DESCRIPTORS; i++)
            CU_ASSERT(heard[i] == -1);
        pair_end(&pair);
    }
}

static void the_end_of_the_other_side_is_told(void)
{
    struct pair pair = pair_make();
    struct keeper_link_message message = {.type = KEEPER_LINK_READY};
    int descriptors[KEEPER_LINK_DESCRIPTORS];

    CU_ASSERT(keeper_link_send(pair.ends[1], &message, NULL, 0) == 0);
    close(pair.ends[1]);
    pair.ends[1] = -1;
    CU_ASSERT(keeper_link_send(pair.ends[0], &message, NULL, 0) == 1);
    CU_ASSERT(keeper_link_receive(pair.ends[0], &message, descriptors, NULL) == 0);
    CU_ASSERT(keeper_link_receive(pair.ends[0], &message, descriptors, NULL) == 2);
    pair_end(&pair);
}

static void who_does_not_read_is_told_of(void)
{
    struct pair pair = pair_make();
    struct keeper_link_message message = {.type = KEEPER_LINK_READY};
    int sent = 0;

    while (sent < 100000 && keeper_link_send(pair.ends[0], &message, NULL, 0) == 0)
        sent++;
    CU_ASSERT(sent > 0 && sent < 100000);
    pair_end(&pair);
}

/* Sends `size` bytes with `count` descriptors, however many. */
static void raw_send(int socket, size_t size, size_t count)
{
    char bytes[sizeof(struct keeper_link_message) + 1];
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = {0};
    struct iovec part = {bytes, size};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    int descriptors[8];
    CLEAN_FD int file = file_with("raw");

    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < count; i++)
        descriptors[i] = file;
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    CU_ASSERT(sendmsg(socket, &header, 0) == (ssize_t)size);
}

static void what_is_malformed_is_refused_and_its_descriptors_closed(void)
{
    static const struct {
        size_t size;
        size_t count;
    } cases[] = {{sizeof(struct keeper_link_message) - 1, 1},
                 {sizeof(struct keeper_link_message) + 1, 3},
                 {1, 2},
                 {sizeof(struct keeper_link_message), 4},
                 {sizeof(struct keeper_link_message), 8}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair = pair_make();
        struct keeper_link_message message;
        int descriptors[KEEPER_LINK_DESCRIPTORS];
        struct error error = {""};

        raw_send(pair.ends[0], cases[i].size, cases[i].count);
        CU_ASSERT(keeper_link_receive(pair.ends[1], &message, descriptors, &error) == -1);
        CHECK_HAS(error.text, "bytes between keeper and agent");
        pair_end(&pair);
    }
}

static void a_text_always_ends(void)
{
    struct pair pair = pair_make();
    struct keeper_link_message message;
    int descriptors[KEEPER_LINK_DESCRIPTORS];

    memset(&message, 'x', sizeof message);
    CU_ASSERT(keeper_link_send(pair.ends[0], &message, NULL, 0) == 0);
    CU_ASSERT(keeper_link_receive(pair.ends[1], &message, descriptors, NULL) == 0);
    CU_ASSERT(strnlen(message.text, sizeof message.text) == sizeof message.text - 1);
    pair_end(&pair);
}

SUITE("agent keeper_link",
      {"messages arrive whole and in order", messages_arrive_whole_and_in_order},
      {"descriptors arrive in their places", descriptors_arrive_in_their_places},
      {"the end of the other side is told", the_end_of_the_other_side_is_told},
      {"who does not read is told of", who_does_not_read_is_told_of},
      {"what is malformed is refused and its descriptors closed",
       what_is_malformed_is_refused_and_its_descriptors_closed},
      {"a text always ends", a_text_always_ends})
