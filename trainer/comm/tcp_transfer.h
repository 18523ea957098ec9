/* tcp_transfer - moves bytes to and from all peers at the same time: the engine of every operation.
 *
 * What is moved on a connection is a sequence of areas in the caller's memory, asked for one by one
 * as the sockets take them, so data goes from there to there without copies. A transfer begins with
 * a header by which both ends see that they mean the same one. */
#ifndef TRAINER_TCP_TRANSFER_H
#define TRAINER_TCP_TRANSFER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "trainer/comm/tcp_mesh.h"

#define TCP_EVERYBODY (-1)

enum tcp_kind {
    TCP_ALL_REDUCE = 1,
    TCP_ALL_GATHER,
    TCP_SEND,
    TCP_BARRIER,
};

/* What a source of areas answers. */
enum tcp_next {
    TCP_AREA, /* this one */
    TCP_WAIT, /* not yet: something else has to arrive before */
    TCP_END   /* there are no more */
};

/* Says which area has number `index` on the connection with `rank`. An answer other than TCP_WAIT
 * does not change. An area may be empty. */
typedef enum tcp_next (*tcp_source)(void *context, int rank, size_t index, struct iovec *area);

struct tcp_transfer {
    enum tcp_kind kind;
    uint64_t size;       /* any number that both ends know to be equal */
    int peer;            /* a rank, or TCP_EVERYBODY */
    tcp_source outgoing; /* NULL = nothing is sent, not even a header */
    tcp_source incoming; /* NULL = nothing is received */

    /* Area `index` from `rank` is full. NULL = nobody needs to know. */
    void (*arrived)(void *context, int rank, size_t index);
    void *context;
};

/* Moves everything. Returns 0, or COMM_BROKEN. */
int tcp_transfer(struct tcp_mesh *mesh, const struct tcp_transfer *transfer);

/* A source without areas: the header is the message. */
enum tcp_next tcp_nothing(void *context, int rank, size_t index, struct iovec *area);

#endif
