/* fit - a whole training in its world: the recipe.
 *
 *   join -> restore -> steps and validations -> finish
 *
 * and back to join whenever the communicator breaks. The weights stay in memory over all of that:
 * what a fault costs is at most the step it hit. */
#ifndef TRAINER_FIT_H
#define TRAINER_FIT_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "job/training.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/world.h"

#define FIT_REFUSED 1 /* trying again does not help */

struct fit_checkpoints {
    struct checkpoint_store store; /* directory NULL = none are read or written */
    int64_t every;                 /* nanoseconds between them; 0 = only at the end */
};

struct fit_settings {
    const struct training *training;
    struct fit_checkpoints checkpoints;
    const struct log *log;
    /* Told of all progress on rank 0, beside the world; may be NULL. */
    void (*observe)(void *context, const struct world_progress *progress);
    void *context;
};

struct fit;

/* Opens the data and makes the model. What settings point to must outlive the fit. Returns 0; -1
 * when the data cannot be used or there is no memory. */
int fit_new(const struct fit_settings *settings, struct fit **fit, struct error *error);

/* Trains until the job is over. Returns 0, with the result as a JSON object of at most 4000 bytes
 * in `result`, which stays empty when the world sent this rank away; FIT_REFUSED: the checkpoint
 * belongs to another training, this rank's processor gives other bits than its peers', there are
 * more ranks than micro-batches, or a later attempt owns the checkpoints; -1: it cannot go on. */
int fit_run(struct fit *fit, struct world *world, struct text *result, struct error *error);

/* Waits for a checkpoint in flight. NULL is allowed. */
void fit_free(struct fit *fit);

static inline void fit_done(struct fit *const *fit)
{
    fit_free(*fit);
}

/* CLEAN(fit) struct fit *fit = NULL; */
CLEANUP_DEFINE(fit, struct fit *, fit_done)

#endif
