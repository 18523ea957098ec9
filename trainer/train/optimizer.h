/* optimizer - one step of the job's optimizer over the flat buffers of a state. */
#ifndef TRAINER_OPTIMIZER_H
#define TRAINER_OPTIMIZER_H

#include <stdint.h>

#include "base/error.h"
#include "job/training.h"
#include "trainer/backend/backend.h"
#include "trainer/train/state.h"

struct optimizer_update {
    int64_t step;          /* from 1 */
    double learning_rate;  /* of this step */
    const float *gradient; /* summed over the global batch */
    double scale;          /* 1 / its samples */
};

/* Changes parameters and moments of the state. Returns 0, or -1 and the state means nothing. */
int optimizer_apply(const struct training_optimizer *optimizer,
                    const struct backend *backend,
                    const struct optimizer_update *update,
                    struct state *state,
                    struct error *error);

#endif
