/* load - a state from a checkpoint. */
#ifndef TRAINER_LOAD_H
#define TRAINER_LOAD_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "job/training.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/train/state.h"

#define LOAD_NONE    1 /* there is no checkpoint */
#define LOAD_REFUSED 2 /* there is one, and it belongs to another training */

struct load_request {
    const char *directory;
    const struct training *training;
    struct checkpoint_skip skip; /* told of every newer one that is not sound */
};

/* What was loaded. Zero-initialise to begin. */
struct load_result {
    struct checkpoint_id id;
    struct text path;
    struct text kernels; /* that its bits come from */
};

void load_result_done(struct load_result *result);

CLEANUP_DEFINE(load_result, struct load_result, load_result_done)

/* Fills the state from the newest sound checkpoint. Returns 0 with the result, whose texts the
 * caller releases; LOAD_NONE; LOAD_REFUSED, and the reason says what differs: model, optimizer or
 * global batch; -1. Unless 0 is returned the state's vectors mean nothing. */
int load_newest(const struct load_request *request,
                struct state *state,
                struct load_result *result,
                struct error *error);

#endif
