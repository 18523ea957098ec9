/* comm - collectives among the ranks of one generation, behind one table.
 *
 * All ranks call the same operations in the same order. Every call has a deadline. The first
 * failure (a peer is gone, the generation is revoked, the deadline has passed) poisons the
 * communicator: the call and all later ones return COMM_BROKEN at once. Repair is not here: the
 * caller frees the communicator and joins the next generation.
 *
 * Every operation returns 0, COMM_BROKEN (with the reason in comm_reason), and nothing else. */
#ifndef TRAINER_COMM_H
#define TRAINER_COMM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "trainer/comm/order.h"

#define COMM_BROKEN 1

struct comm;

struct comm_table {
    const char *name; /* "tcp", "self" */

    /* Adds up vectors of `count` floats in the fixed order of `order` (see order.h), which is the
     * same whatever the number of ranks. `order->ranks` is the size of the communicator. `parts`
     * are this rank's order_parts(order, rank) vectors, `sum` receives the total on every rank,
     * bit-identical on all; it may be parts[0] and overlaps no other part. The content of `parts`
     * is undefined afterwards. */
    int (*all_reduce)(struct comm *comm,
                      const struct order *order,
                      float *const *parts,
                      float *sum,
                      size_t count);

    /* `all` receives the `size` bytes at `mine` of every rank, in rank order. `mine` may be this
     * rank's place in `all`. */
    int (*all_gather)(struct comm *comm, const void *mine, void *all, size_t size);

    /* Moves `size` bytes from one rank to another; the two calls are a pair. `rank` is not the
     * caller's own. */
    int (*send)(struct comm *comm, int rank, const void *data, size_t size);
    int (*receive)(struct comm *comm, int rank, void *data, size_t size);

    /* Returns on every rank after all have called it. */
    int (*barrier)(struct comm *comm);

    /* Poisons the communicator; peers see it as a lost rank at once. `reason` is not empty; that of
     * an earlier failure is kept. */
    void (*abort)(struct comm *comm, const char *reason);

    void (*free)(struct comm *comm);
};

/* The part every back end begins with. */
struct comm {
    const struct comm_table *table;
    int rank;
    int size;
    uint64_t sequence;       /* collectives begun: the same count on every rank that is as far */
    _Atomic uint64_t *shown; /* where others see it; NULL = nowhere */
    struct error broken;     /* text is "" while it works */
};

/* A collective begins. Sending and receiving between two ranks is none. */
static inline void comm_count(struct comm *comm)
{
    comm->sequence++;
    if (comm->shown)
        atomic_store_explicit(comm->shown, comm->sequence, memory_order_relaxed);
}

/* What interrupts a waiting communicator: `revoked` is asked whenever `descriptor` is readable, and
 * at the beginning of every operation. `descriptor` is -1 when there is nothing to watch. It is not
 * read here. */
struct comm_watch {
    int descriptor;
    int (*revoked)(void *context); /* nonzero = give up */
    void *context;
};

/* The reason why it is broken, or "". */
static inline const char *comm_reason(const struct comm *comm)
{
    return comm->broken.text;
}

static inline int comm_all_reduce(
    struct comm *comm, const struct order *order, float *const *parts, float *sum, size_t count)
{
    return comm->table->all_reduce(comm, order, parts, sum, count);
}

static inline int comm_all_gather(struct comm *comm, const void *mine, void *all, size_t size)
{
    return comm->table->all_gather(comm, mine, all, size);
}

static inline int comm_send(struct comm *comm, int rank, const void *data, size_t size)
{
    return comm->table->send(comm, rank, data, size);
}

static inline int comm_receive(struct comm *comm, int rank, void *data, size_t size)
{
    return comm->table->receive(comm, rank, data, size);
}

static inline int comm_barrier(struct comm *comm)
{
    return comm->table->barrier(comm);
}

static inline void comm_abort(struct comm *comm, const char *reason)
{
    comm->table->abort(comm, reason);
}

/* Releases the communicator, whole or broken. NULL is allowed. */
static inline void comm_free(struct comm *comm)
{
    if (comm)
        comm->table->free(comm);
}

/* A world of one rank: operations copy what is to be copied and send and receive break it. Never
 * NULL. */
struct comm *comm_self_new(void);

#endif
