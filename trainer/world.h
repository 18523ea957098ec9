/* world - where a trainer's peers come from, behind one table: nobody (alone), or an agent.
 *
 * Training is a loop around it: join, restore, step until the communicator breaks, join again. The
 * process keeps its weights over all of that. */
#ifndef TRAINER_WORLD_H
#define TRAINER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "trainer/comm/comm.h"
#include "wire/link.h"

#define WORLD_NO_STATE (-1)

/* Outcomes of join and finish beside 0 and negative. */
#define WORLD_LEAVE  1 /* the job is over: leave with exit code 0 */
#define WORLD_REJOIN 2 /* a peer was lost: join the next generation */

/* Where this rank stands in a generation. */
struct world_place {
    uint32_t attempt;
    uint64_t generation;
    int rank;
    int size;
    int64_t restore; /* committed steps that all are to stand at; WORLD_NO_STATE = nobody has any */
};

/* What a trainer says about itself. */
struct world_progress {
    int64_t begun;     /* newest step begun; steps count from 1 */
    int64_t committed; /* steps committed, 0 = initial weights, WORLD_NO_STATE = holds no state */
    int64_t total;     /* steps of the whole training */
    int64_t epoch;     /* from 1 */
    uint64_t samples;  /* trained on so far, by all ranks */
    double loss;       /* of the newest committed step; NaN = none yet */
    double accuracy;   /* of the newest validation, 0..1; NaN = none yet */
    int64_t validated; /* committed steps at that validation; 0 = none yet */
    uint32_t phase;    /* enum link_phase */
};

struct world;

struct world_table {
    /* Gives up `old` (may be NULL) and waits for the next generation. Returns 0 with the new
     * communicator (the caller's, freed by giving it back here or with comm_free) and the place;
     * WORLD_LEAVE; or -1. */
    int (*join)(struct world *world,
                struct comm *old,
                struct comm **comm,
                struct world_place *place,
                struct error *error);

    /* Publishes progress: a few relaxed stores, no system call. */
    void (*progress)(struct world *world, const struct world_progress *progress);

    /* This rank has computed that long for so many micro-batches, without waiting for others. */
    void (*computed)(struct world *world, int64_t nanoseconds, int64_t micro_batches);

    /* The state of `place` is restored: training goes on. */
    void (*restored)(struct world *world);

    /* A checkpoint of this many committed steps is durable, or could not be written (`reason`). */
    void (*saved)(struct world *world, int64_t step, const char *reason);

    /* Whether the ranks are to stop, and what for. They agree on the step by reducing this. */
    enum link_drain (*draining)(struct world *world);

    /* Whether the generation is over: whoever waits for something else is to join again. */
    bool (*over)(struct world *world);

    /* Training is over here, or was stopped on request. `result` is a JSON object of at most 4000
     * bytes; rank 0's counts. Waits. Returns WORLD_LEAVE when all are done, WORLD_REJOIN when a
     * peer was lost before, -1 on failure. */
    int (*finish)(struct world *world, bool stopped, const char *result, struct error *error);

    /* This rank cannot go on and will exit with `code` (enum link_exit). */
    void (*failed)(struct world *world, int code, const char *reason);

    void (*free)(struct world *world);
};

struct world {
    const struct world_table *table;
};

/* A world of one, for a trainer that runs alone. Never NULL. `draining` turns true after SIGINT or
 * SIGTERM. */
struct world *world_alone_new(void);

/* The world of the agent that started this process (wire/link.h), or NULL when no agent did.
 * Returns 0, 1 when there is no agent, -1 when its descriptors are unusable. */
int world_agent_new(struct world **world, struct error *error);

#endif
