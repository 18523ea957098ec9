/* spec - the text of a model, as a checkpoint carries it. Pure. */
#ifndef TRAINER_SPEC_H
#define TRAINER_SPEC_H

#include "base/error.h"
#include "base/text.h"
#include "job/training.h"

/* Reads what training_model_print wrote. Returns 0, or -1 with the first thing that is wrong. */
int spec_read(const char *json, struct training_model *model, struct error *error);

/* Whether two models have the same tensors and the same functions between them. When they do not,
 * adds to `out` where they differ first, as in "layer 1 has 512 units, not 256". Returns 0 when
 * they are equal, else 1. */
int spec_compare(const struct training_model *found,
                 const struct training_model *wanted,
                 struct text *out);

#endif
