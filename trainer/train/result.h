/* result - what a finished training says, equal on every rank. */
#ifndef TRAINER_RESULT_H
#define TRAINER_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "trainer/train/plan.h"
#include "trainer/train/state.h"

struct result {
    const struct plan *plan;
    const struct state_facts *facts;
    const char *checkpoint; /* path of the last one; NULL = there is none */
    uint32_t checksum;      /* CRC-32C of the weights */
    bool stopped;           /* before its end, because somebody asked for it */
};

/* Adds the JSON object {"task", "steps", "epochs", "finalLoss", "validationLoss",
 * "validationAccuracy", "samples", "checkpoint", "weightsCrc32c", "stopped"}; what was not measured
 * is null. A path that would not fit into 4000 bytes is null too. */
void result_print(const struct result *result, struct text *out);

#endif
