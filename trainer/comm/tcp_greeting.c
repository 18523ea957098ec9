/* tcp_greeting - the first steps on a fresh connection. */
#include "trainer/comm/tcp_greeting.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int tcp_greeting_prepare(int descriptor)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int on = 1;

    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        return -1;
    return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

int tcp_greeting_say(int descriptor, const struct tcp_hello *hello)
{
    unsigned char bytes[TCP_HELLO];

    tcp_hello_write(bytes, hello);
    return send(descriptor, bytes, sizeof bytes, MSG_NOSIGNAL) == sizeof bytes ? 0 : -1;
}

int tcp_greeting_hear(struct tcp_greeting *greeting)
{
    ssize_t got = recv(greeting->descriptor,
                       greeting->bytes + greeting->got,
                       sizeof greeting->bytes - greeting->got,
                       0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (got <= 0)
        return -1;
    greeting->got += (size_t)got;
    return greeting->got < sizeof greeting->bytes;
}
