/* tcp - collectives over TCP connections between all ranks of a generation. */
#ifndef TRAINER_TCP_H
#define TRAINER_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "trainer/comm/comm.h"

#define TCP_BLOB 112 /* most bytes of a blob */

/* What one rank tells the others so that they can reach it: its address and a secret without which
 * nobody is let in. Opaque to whoever carries it. */
struct tcp_blob {
    unsigned char bytes[TCP_BLOB];
    size_t size;
};

/* The ear of a rank in a generation that is being formed. */
struct tcp_listener;

/* Begins to listen on `host` (numeric, "127.0.0.1" or "::1"), at a port of the kernel's choice, and
 * fills `blob`. Others must be able to reach that very host. Returns the listener, or NULL when it
 * cannot. */
struct tcp_listener *tcp_listen(const char *host, struct tcp_blob *blob, struct error *error);

/* Forgets a listener that was not handed to tcp_connect. NULL is allowed. */
void tcp_listener_free(struct tcp_listener *listener);

/* Who meets. `blobs` holds one for each rank. `generation` must be equal on all. */
struct tcp_meeting {
    int rank;
    int size;
    uint64_t generation;
    const struct tcp_blob *blobs;
    int64_t timeout;         /* nanoseconds: to meet, and of every operation later */
    struct comm_watch watch; /* copied; its context must outlive the communicator */
};

/* Connects every rank with every other. Takes the listener in every case. Strangers are turned away
 * without harm. Returns 0 and the communicator; COMM_BROKEN when a rank cannot be reached, is not
 * who it should be or does not come, or when the generation is revoked meanwhile; -1 when a blob is
 * malformed or this process gets no memory or no more sockets. */
int tcp_connect(struct tcp_listener *listener,
                const struct tcp_meeting *meeting,
                struct comm **comm,
                struct error *error);

#endif
