/* tcp_mesh - the connections of one rank to all others, and their common end.
 *
 * The first failure closes them all. A close is a reset (see tcp_meet), so every peer that waits
 * for anything wakes up, closes its own, and the news has gone round at the speed of the network.
 */
#ifndef TRAINER_TCP_MESH_H
#define TRAINER_TCP_MESH_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trainer/comm/tcp.h"

#define TCP_HEADER 16 /* bytes before the data of a transfer */

/* One direction of a connection, during a transfer (tcp_transfer.h). */
struct tcp_flow {
    bool open;      /* more has to be moved */
    bool blocked;   /* the socket has nothing, or no room */
    uint32_t count; /* transfers begun */
    size_t next;    /* the item that is being moved: 0 is the header, i + 1 is area i */
    size_t done;    /* bytes of it that were moved */
    unsigned char header[TCP_HEADER];
};

struct tcp_peer {
    int descriptor; /* -1: oneself, or broken */
    struct tcp_flow out;
    struct tcp_flow in;
};

struct tcp_mesh {
    struct comm comm;
    struct tcp_peer *peers; /* one a rank */
    struct pollfd *polls;   /* the watch, then one a rank */
    struct comm_watch watch;
    int64_t timeout; /* of an operation, nanoseconds */
};

/* Takes the sockets of a meeting. Returns 0, or -1 without memory; then they stay the caller's. */
int tcp_mesh_init(struct tcp_mesh *mesh,
                  const struct tcp_meeting *meeting,
                  const int *sockets,
                  struct error *error);

/* Releases the mesh. A whole one says good-bye: what was sent still arrives, and peers that need
 * nothing more from this rank are not disturbed. */
void tcp_mesh_done(struct tcp_mesh *mesh);

/* Ends every connection. The reason is kept if it is the first. Returns COMM_BROKEN. */
int tcp_mesh_break(struct tcp_mesh *mesh, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, for a failed call on the connection with `rank`; errno 0 = its end was reached. */
int tcp_mesh_lost(struct tcp_mesh *mesh, int rank, int number);

#endif
