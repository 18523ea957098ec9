/* load - from the bytes of a manifest to a job, in one step. Pure. */
#ifndef JOB_LOAD_H
#define JOB_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "job/job.h"

/* What to read: the bytes of the file `name`, changed by each PATH=VALUE of `sets` in turn. */
struct load_source {
    const char *name; /* for messages */
    const char *bytes;
    size_t size;
    const char *const *sets;
    size_t set_count;
    bool native; /* a job without a training section is refused */
};

/* Reads, changes, decodes and checks. Returns 0 and the job, which job_done releases. Returns 1 and
 * adds to `report` all that is wrong, each a line with its end: "job.yaml:12: spec.training.epochs:
 * must be a whole number from 1 to 100000, is \"ten\""; `job` is untouched then. */
int load_job(const struct load_source *source, struct job *job, struct text *report);

#endif
