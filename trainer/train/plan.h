/* plan - how a training is cut into steps, epochs and validations. Pure.
 *
 * Steps count from 1. An epoch is as many whole global batches as the samples give; what is left
 * over is another part of the samples in every epoch. */
#ifndef TRAINER_PLAN_H
#define TRAINER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "job/training.h"

struct plan {
    int64_t samples;       /* of the training set */
    int64_t global;        /* samples of a step */
    int64_t micro;         /* samples of a micro-batch */
    int64_t micro_batches; /* of a step */
    int64_t epoch_steps;
    int64_t total; /* steps of the training */
    uint64_t seed;
    bool validates;
};

/* Plans a training on `samples` samples. Returns 0; -1 when they do not fill one global batch. */
int plan_init(struct plan *plan,
              const struct training *training,
              int64_t samples,
              struct error *error);

/* The epoch of a step, from 1. */
int64_t plan_epoch(const struct plan *plan, int64_t step);

/* Whether `step` is the last of an epoch. */
bool plan_epoch_ends(const struct plan *plan, int64_t step);

/* The newest step, up to `committed`, after which a validation belongs: the end of an epoch, or of
 * the training. 0 = none yet. */
int64_t plan_validation(const struct plan *plan, int64_t committed);

/* Which sample stands at `place` (from 0) of the global batch of `step`. */
int64_t plan_sample(const struct plan *plan, int64_t step, int64_t place);

#endif
