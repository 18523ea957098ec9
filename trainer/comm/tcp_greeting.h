/* tcp_greeting - saying and hearing the hello on a fresh connection, without blocking. */
#ifndef TRAINER_TCP_GREETING_H
#define TRAINER_TCP_GREETING_H

#include <stddef.h>

#include "trainer/comm/tcp_hello.h"

/* A connection on which a hello comes in. Zero-initialise but for `descriptor`. */
struct tcp_greeting {
    int descriptor; /* -1 = none */
    size_t got;
    unsigned char bytes[TCP_HELLO];
};

/* Sets what every connection between ranks needs: small messages leave at once, and a close is a
 * reset, so that peers hear of it without reading. Returns 0, or -1 with errno. */
int tcp_greeting_prepare(int descriptor);

/* Sends a hello; a fresh socket has room for it. Returns 0, or -1 with errno. */
int tcp_greeting_say(int descriptor, const struct tcp_hello *hello);

/* Reads what is there of the hello. Returns 0 when it is complete, 1 when more must come, -1 when
 * the other side has hung up. */
int tcp_greeting_hear(struct tcp_greeting *greeting);

#endif
