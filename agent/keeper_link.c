/* keeper_link - messages with descriptors over a socket pair. */
#include "agent/keeper_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int keeper_link_send(int socket,
                     const struct keeper_link_message *message,
                     const int *descriptors,
                     int count)
{
    struct iovec part = {(void *)message, sizeof *message};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(KEEPER_LINK_DESCRIPTORS * sizeof(int))] = {0};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    struct cmsghdr *rights;

    if (count) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(rights), descriptors, (size_t)count * sizeof(int));
    }
    return sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof *message ? 0 : 1;
}

/* Takes the descriptors out of what came. */
static void rights_take(struct msghdr *header, int descriptors[KEEPER_LINK_DESCRIPTORS])
{
    for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++)
        descriptors[i] = -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
            count <= KEEPER_LINK_DESCRIPTORS)
            memcpy(descriptors, CMSG_DATA(part), count * sizeof(int));
    }
}

int keeper_link_receive(int socket,
                        struct keeper_link_message *message,
                        int descriptors[KEEPER_LINK_DESCRIPTORS],
                        struct error *error)
{
    struct iovec part = {message, sizeof *message};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(KEEPER_LINK_DESCRIPTORS * sizeof(int))];
    /* Without the padding there is no room for one more: what does not fit, the kernel closes. */
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = CMSG_LEN(KEEPER_LINK_DESCRIPTORS * sizeof(int))};
    ssize_t got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (got <= 0)
        return 2;
    rights_take(&header, descriptors);
    if (got == sizeof *message && !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        message->text[sizeof message->text - 1] = '\0';
        return 0;
    }
    for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++) {
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    }
    return error_set(error, "a message of %zd bytes between keeper and agent", got);
}
