/* tcp_door - where the higher ranks come in.
 *
 * Whoever connects is a caller until it has said its hello. Callers are bounded in number and in
 * time and the oldest gives way, so strangers cost nothing but their sockets. */
#ifndef TRAINER_TCP_DOOR_H
#define TRAINER_TCP_DOOR_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "trainer/comm/tcp_greeting.h"

struct tcp_listener {
    int descriptor;
    unsigned char secret[TCP_SECRET];
};

struct tcp_caller {
    struct tcp_greeting greeting;
    int64_t due;
};

struct tcp_door {
    const struct tcp_listener *listener;
    struct tcp_hello expected;
    struct tcp_caller *callers; /* oldest first */
    size_t count;
    size_t capacity;
    /* Whether the caller who said the expected hello as `rank` is let in; then the descriptor has
     * a new owner, else it is closed. */
    bool (*admit)(void *context, int rank, int descriptor);
    void *context;
};

/* Opens the door for the ranks of a generation; `admit` and `context` are set by the caller.
 * Returns 0, or -1 without memory; tcp_door_done is owed in both cases. */
int tcp_door_init(struct tcp_door *door,
                  const struct tcp_listener *listener,
                  uint64_t generation,
                  int size,
                  struct error *error);

/* Drops every caller. */
void tcp_door_done(struct tcp_door *door);

CLEANUP_DEFINE(tcp_door, struct tcp_door, tcp_door_done)

/* Most entries that tcp_door_polls fills. */
size_t tcp_door_most(const struct tcp_door *door);

/* Fills in what is to be polled. Returns how many entries. */
size_t tcp_door_polls(const struct tcp_door *door, struct pollfd *polls);

/* When the oldest caller's time is over. */
int64_t tcp_door_due(const struct tcp_door *door);

/* Goes on after these entries were polled, or after the time of a caller is over. Returns 0, or -1
 * when this process can have no more sockets. */
int tcp_door_serve(struct tcp_door *door, const struct pollfd *polls, struct error *error);

#endif
