/* step - one training step of a rank among its peers. */
#ifndef TRAINER_STEP_H
#define TRAINER_STEP_H

#include <stdbool.h>

#include "base/error.h"
#include "trainer/comm/comm.h"
#include "trainer/train/learner.h"
#include "trainer/train/state.h"
#include "wire/link.h"

/* The order in which the micro-batches of a step are added up among the ranks of `comm`. */
struct order step_order(const struct plan *plan, const struct comm *comm);

/* Takes the step after the committed ones: the gradients of the rank's micro-batches, one reduction
 * over all ranks, the optimizer. Needs learner_reserve. Afterwards the state of every rank has the
 * same bits, whatever their number.
 *
 * `drain` is this rank's wish to stop; `*stop` receives the strongest wish that any rank had, the
 * same on all: LINK_DRAIN_STOP before LINK_DRAIN_HAND_OVER.
 * Returns 0: committed; COMM_BROKEN: the state is what it was; -1: it cannot go on, the loss is not
 * finite or the device failed. */
int step_run(struct learner *learner,
             struct state *state,
             struct comm *comm,
             enum link_drain drain,
             enum link_drain *stop,
             struct error *error);

#endif
