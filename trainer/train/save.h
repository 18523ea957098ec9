/* save - a state as a checkpoint. */
#ifndef TRAINER_SAVE_H
#define TRAINER_SAVE_H

#include "base/error.h"
#include "base/text.h"
#include "job/training.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/train/state.h"

/* Where checkpoints go, and what they say beside the state. */
struct save_target {
    struct checkpoint_store store; /* directory NULL = nowhere */
    const struct training *training;
    const char *kernels;
};

/* Writes the state under the attempt and generation of `place`. Returns 0 with the path, or -1 and
 * nothing that was there is lost. */
int save_state(const struct save_target *target,
               const struct state *state,
               const struct checkpoint_id *place,
               struct text *path,
               struct error *error);

#endif
