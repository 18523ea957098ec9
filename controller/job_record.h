/* job_record - a TrainingJob reduced to what the controller decides by. Pure. */
#ifndef CONTROLLER_JOB_RECORD_H
#define CONTROLLER_JOB_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "controller/status.h"
#include "job/job.h"
#include "kube/resource_version.h"

#define JOB_RECORD_UID 40

struct cJSON;

struct job_record {
    char *name;
    char *namespace;
    char uid[JOB_RECORD_UID];
    struct resource_version version;
    int64_t generation; /* of the spec */
    bool deleting;
    struct job *job; /* NULL = the spec cannot work, and `problems` says why */
    char *problems;  /* "path: text", one after the other with "; " between */
    struct status status;
};

/* Reduces a TrainingJob into `record`, which job_record_done releases. A spec that cannot work is
 * no failure. Returns 0; -1 when the object has no name, namespace, uid or resourceVersion that can
 * be kept. */
int job_record_read(const struct cJSON *object, struct job_record *record, struct error *error);

void job_record_done(struct job_record *record);

CLEANUP_DEFINE(job_record, struct job_record, job_record_done)

#endif
