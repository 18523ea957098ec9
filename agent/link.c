/* link - the agent's end of a rank's pages and socket. */
#include "agent/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

#define HEARD_TAIL LINK_RESULT /* the longest tail that a rank may send */

static void *page_map(int descriptor, int access, struct error *error)
{
    void *page = mmap(NULL, LINK_PAGE, access, MAP_SHARED, descriptor, 0);

    if (page == MAP_FAILED) {
        error_errno(error, "cannot map a rank's page");
        return NULL;
    }
    return page;
}

/* Reads one message. Returns whether there may be more. */
static bool hear(struct link *link)
{
    struct {
        struct link_message message;
        char tail[HEARD_TAIL + 1];
    } in;
    /* One byte more than a message may have, so that a longer one is seen to be longer. */
    ssize_t got =
        recv(link->watch.descriptor, &in, sizeof in.message + sizeof in.tail, MSG_DONTWAIT);

    if (got < 0)
        return errno == EINTR;
    if (got == 0)
        return false;
    if ((size_t)got < sizeof in.message || in.message.tail != (size_t)got - sizeof in.message ||
        in.message.tail > HEARD_TAIL)
        return true; /* not a message; a trainer that is not ours may err */
    in.tail[in.message.tail] = '\0';
    link->heard(link->context, link->rank, &in.message, in.tail);
    return link->open;
}

static void ready(void *context, uint32_t events)
{
    struct link *link = context;

    (void)events;
    while (hear(link))
        ;
    /* The end of the stream is the keeper's to report: it knows the exit status. */
    if (link->open && events & (EPOLLHUP | EPOLLERR))
        loop_change(link->loop, &link->watch, 0);
}

int link_open(struct link *link,
              struct loop *loop,
              uint32_t rank,
              const int descriptors[3],
              struct error *error)
{
    void *page = page_map(descriptors[1], PROT_READ, error);
    void *control = page_map(descriptors[2], PROT_READ | PROT_WRITE, error);

    close(descriptors[1]);
    close(descriptors[2]);
    link->loop = loop;
    link->rank = rank;
    link->watch = (struct watch){.call = ready, .context = link};
    if (!page || !control || loop_add(loop, &link->watch, descriptors[0], EPOLLIN, error)) {
        if (page)
            munmap(page, LINK_PAGE);
        if (control)
            munmap(control, LINK_PAGE);
        close(descriptors[0]);
        return -1;
    }
    link->page = page;
    link->control = control;
    link->open = true;
    atomic_store(&link->control->version, LINK_VERSION);
    return 0;
}

void link_close(struct link *link)
{
    if (!link->open)
        return;
    while (hear(link))
        ;
    link->open = false;
    loop_remove(link->loop, &link->watch);
    close(link->watch.descriptor);
    munmap(link->page, LINK_PAGE);
    munmap(link->control, LINK_PAGE);
    link->page = NULL;
    link->control = NULL;
}

void link_revoke(struct link *link, uint64_t generation)
{
    if (link->open && atomic_load(&link->control->revoked) < generation)
        atomic_store(&link->control->revoked, generation);
}

int link_send(struct link *link,
              const struct link_message *message,
              const struct blob *blobs,
              uint32_t blob_count)
{
    size_t size = sizeof *message;
    unsigned char *bytes = memory_get(1, size + blob_count * (sizeof(uint16_t) + MESSAGE_BLOB));
    struct link_message head = *message;
    ssize_t sent;

    for (uint32_t i = 0; i < blob_count; i++) {
        memcpy(bytes + size, &blobs[i].size, sizeof blobs[i].size);
        size += sizeof blobs[i].size;
        memcpy(bytes + size, blobs[i].bytes, blobs[i].size);
        size += blobs[i].size;
    }
    head.tail = (uint32_t)(size - sizeof head);
    memcpy(bytes, &head, sizeof head);
    sent = link->open ? send(link->watch.descriptor, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
    free(bytes);
    return sent == (ssize_t)size ? 0 : 1;
}
