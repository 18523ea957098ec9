/* schedule - the learning rate of a step. Pure. */
#ifndef TRAINER_SCHEDULE_H
#define TRAINER_SCHEDULE_H

#include <stdint.h>

#include "job/training.h"

/* The learning rate of step `step` (from 1) of `total`. The first warmup_steps rise linearly, so
 * that the last of them has the full rate; what follows runs from there to the last step:
 *
 *   constant   the full rate
 *   step       the full rate times factor^(steps since the warm-up / every_steps)
 *   linear     in a straight line to final_ratio of it
 *   cosine     along half a cosine to final_ratio of it (Loshchilov, Hutter, "SGDR", 2017) */
double schedule_rate(const struct training_schedule *schedule,
                     double learning_rate,
                     int64_t step,
                     int64_t total);

#endif
