/* history - what a training has said about itself so far, equal on every rank. Pure.
 *
 * It is part of the replicated state: a checkpoint carries it as JSON text, and a newcomer receives
 * it as it lies in memory. All numbers come from reductions, so that they are the same bits
 * everywhere. */
#ifndef TRAINER_HISTORY_H
#define TRAINER_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "trainer/train/plan.h"

#define HISTORY_EPOCHS 256 /* newest epochs that are kept */

/* Means over samples; NaN = not measured. */
struct history_epoch {
    int64_t epoch;
    double loss;
    double validation_loss;
    double validation_accuracy; /* 0..1 */
};

struct history {
    int64_t validated; /* committed steps at the newest validation; 0 = none yet */
    double loss;       /* of the newest step; NaN = none yet */
    double sum;        /* losses of the current epoch's steps */
    int64_t sum_steps; /* how many they are */
    uint64_t count;
    struct history_epoch epochs[HISTORY_EPOCHS]; /* the newest last */
};

/* Nothing has happened. */
void history_init(struct history *history);

/* Step `step` of the plan was committed with this loss. The end of an epoch or of the training
 * makes its entry; an epoch that a longer training goes on with replaces it. */
void history_step(struct history *history, const struct plan *plan, int64_t step, double loss);

/* The validation at `committed` steps, of the epoch that was closed last. */
void history_validation(struct history *history, int64_t committed, double loss, double accuracy);

/* The newest validation; its numbers are NaN when there was none. */
struct history_epoch history_newest(const struct history *history);

/* Adds the history as JSON. */
void history_print(const struct history *history, struct text *out);

/* Reads what history_print wrote. Returns 0, or -1 when it is anything else. */
int history_read(const char *json, struct history *history, struct error *error);

#endif
