/* learner - what one rank computes with: the data, the model and its passes, and vectors for sums.
 * It knows nothing of other ranks. */
#ifndef TRAINER_LEARNER_H
#define TRAINER_LEARNER_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "job/training.h"
#include "trainer/backend/backend.h"
#include "trainer/comm/order.h"
#include "trainer/core/arena.h"
#include "trainer/data/dataset.h"
#include "trainer/model/network.h"
#include "trainer/train/plan.h"

#define LEARNER_VALIDATION_MOST 16777216 /* samples that a float counts exactly */

/* What follows the gradient in a vector, so that one reduction does for all. */
enum learner_lane { LANE_LOSS, LANE_DRAIN, LANES };

struct learner {
    const struct training *training; /* not owned */
    struct plan plan;
    struct model model;
    struct backend *backend;
    struct network network;
    struct dataset data;
    struct dataset validation; /* count 0 = there is none */
    int32_t *labels;           /* of a micro-batch */
    int32_t *classes;          /* what the model takes it for */
    struct arena arena;        /* of the vectors */
    float *vectors[ORDER_PARTS];
    size_t vector_count;
    int64_t computed; /* what the newest step took here, without waiting for others: nanoseconds */
    int64_t micro_batches; /* of that step here */
};

/* Opens the data and makes everything but the vectors. Returns 0; -1 when the data cannot be used
 * or there is no memory. learner_done is owed after success. */
int learner_init(struct learner *learner, const struct training *training, struct error *error);
void learner_done(struct learner *learner);

CLEANUP_DEFINE(learner, struct learner, learner_done)

/* Elements of a vector: gradient and lanes. */
size_t learner_vector(const struct learner *learner);

/* Makes as many vectors as adding up the block of `rank` takes. Returns 0 or -1. */
int learner_reserve(struct learner *learner,
                    const struct order *order,
                    int rank,
                    struct error *error);

/* Computes micro-batch `micro` of `step`: the gradient of the summed loss, then the loss itself
 * and a drain lane of 0, into `vector`. Returns 0 or -1. */
int learner_gradient(struct learner *learner,
                     const float *parameters,
                     int64_t step,
                     int64_t micro,
                     float *vector,
                     struct error *error);

/* Judges micro-batch `micro` of the validation set; rows beyond its end count for nothing. Stores
 * the summed loss and the number of correct answers in lanes[0] and lanes[1]. Returns 0 or -1. */
int learner_judge(struct learner *learner,
                  const float *parameters,
                  int64_t micro,
                  float lanes[2],
                  struct error *error);

#endif
