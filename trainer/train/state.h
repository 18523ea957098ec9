/* state - what a training is at a step boundary, held whole by every rank: the weights, the
 * optimizer's moments, and the facts. Two ranks with equal facts hold equal bits. */
#ifndef TRAINER_STATE_H
#define TRAINER_STATE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "job/training.h"
#include "trainer/core/arena.h"
#include "trainer/model/model.h"
#include "trainer/train/history.h"

#define STATE_NONE (-1) /* committed steps of a state that is not there */

struct state_facts {
    int64_t committed; /* steps; 0 = initial weights; STATE_NONE = the vectors mean nothing */
    int64_t samples;   /* trained on so far, by all ranks */
    struct history history;
};

struct state {
    const struct model *model; /* not owned */
    float *parameters;
    float *m; /* NULL where the optimizer has none */
    float *v;
    struct state_facts facts;
    struct arena arena;
};

/* Makes the vectors of a state that is not there yet. Returns 0, or -1 without the memory. */
int state_init(struct state *state,
               const struct model *model,
               enum training_optimizer_type optimizer,
               struct error *error);
void state_done(struct state *state);

CLEANUP_DEFINE(state, struct state, state_done)

/* The state before the first step: initialised weights, moments of 0. */
void state_begin(struct state *state, int64_t seed);

/* The vectors in their order; returns how many there are, at most 3. */
size_t state_vectors(const struct state *state, float *vectors[3]);

/* CRC-32C of the weights in the order of the flat buffer. */
uint32_t state_checksum(const struct state *state);

#endif
