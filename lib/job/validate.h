/* validate - the rules that concern several keys at once. Pure.
 *
 * A rule is silent while one of the keys it reads has a problem of its own. */
#ifndef JOB_VALIDATE_H
#define JOB_VALIDATE_H

#include "base/problems.h"

struct job;
struct training;
struct training_model;

/* Checks the settled section `training`, whose place is `path`: softmax on the last layer and only
 * there, sizes of sample and model, micro-batches that divide the global batch, validation that has
 * data, warm-up that ends. Adds every rule that is broken to `problems`, which holds what decoding
 * found. */
void validate_training(const struct training *training,
                       const char *path,
                       struct problems *problems);

/* The rules for the model alone; `path` is the place of the section that it stands in, "" = it
 * stands alone. */
void validate_model(const struct training_model *model,
                    const char *path,
                    struct problems *problems);

/* Checks the decoded job, its training section included: something to run, and a world of ranks
 * that is not too large and that the micro-batches of a step can be divided among (sizes.h). */
void validate_job(const struct job *job, struct problems *problems);

#endif
