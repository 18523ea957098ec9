/* restore - all ranks of a new generation come to stand at the same step, with the same bits. */
#ifndef TRAINER_RESTORE_H
#define TRAINER_RESTORE_H

#include <stdint.h>

#include "base/error.h"
#include "trainer/backend/backend.h"
#include "trainer/comm/comm.h"
#include "trainer/train/load.h"
#include "trainer/train/state.h"

#define RESTORE_REFUSED 2 /* trying again does not help */

/* What a rank says about itself. */
struct restore_claim {
    int64_t committed; /* STATE_NONE = it holds no state */
    int64_t validated; /* committed steps at its newest validation */
    char kernels[BACKEND_KERNELS];
};

struct restore {
    struct comm *comm;
    struct state *state;
    int64_t step;                    /* all are to stand at; STATE_NONE = nobody has a state */
    const struct backend *backend;   /* for its kernels */
    const struct load_request *load; /* where rank 0 loads from; directory NULL = nowhere */
    void (*forfeit)(void *context);  /* the state of this rank is about to mean nothing */
    void *context;
};

/* Which ranks take part in a transfer: fills `members` (room for `size`) with the lowest rank that
 * has the best claim, which is the source, and every rank that is not equal to it, in order.
 * Returns how many they are. Pure. */
int restore_members(const struct restore_claim *claims, int size, int *members);

/* Brings this rank to where all are to stand. Nobody has a state: rank 0 loads the newest sound
 * checkpoint, or all initialise themselves. Else those that differ from the best receive from the
 * lowest rank that has it, along a binomial tree. `loaded` is filled on rank 0 when it loaded.
 *
 * Returns 0; COMM_BROKEN, and the state of a receiver may mean nothing; RESTORE_REFUSED: the
 * checkpoint is of another training, or the ranks compute with different kernels; -1. */
int restore_run(const struct restore *restore, struct load_result *loaded, struct error *error);

#endif
