/* validate - loss and accuracy over the whole validation set, shared among the ranks. */
#ifndef TRAINER_VALIDATE_H
#define TRAINER_VALIDATE_H

#include "base/error.h"
#include "trainer/comm/comm.h"
#include "trainer/train/learner.h"

/* Means over all samples. */
struct validation {
    double loss;
    double accuracy; /* 0..1 */
};

/* Every sample counts once; the ranks take contiguous blocks of micro-batches and add up in the
 * fixed order, so that the result has the same bits for any number of ranks. Returns 0;
 * COMM_BROKEN; -1 when the device failed. */
int validate_run(struct learner *learner,
                 const float *parameters,
                 struct comm *comm,
                 struct validation *validation,
                 struct error *error);

#endif
