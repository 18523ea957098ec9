/* runner - a TrainingJob on one machine: agents as process groups, the directory in this process.
 *
 * On a cluster nothing of this is used: there pods are Kubernetes' and the directory is the
 * controller's. */
#ifndef CLI_RUNNER_H
#define CLI_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/local/faults.h"
#include "job/job.h"

struct runner_settings {
    const struct job *job;
    const char *work;    /* working directory: relative paths of the manifest begin here */
    const char *agent;   /* path of muster-agent */
    const char *trainer; /* path of muster-trainer */
    const char *listen;  /* numeric "host:port" of the directory; port 0 = the kernel's choice */
    const char *log_level;
    int64_t metrics_port;     /* of slot 0; 0 = none */
    const char *health_probe; /* of the agents; NULL = none */
    bool quiet;               /* only the end and what is wrong */
    struct faults *faults;
};

enum runner_outcome { RUNNER_SUCCEEDED, RUNNER_FAILED, RUNNER_STOPPED, RUNNER_INTERRUPTED };

/* Runs the job to its end. Progress goes to standard error. Returns 0 with the outcome, and its
 * JSON (cli/local/summary.h) in `result`; -1 when nothing could be started. */
int runner_run(const struct runner_settings *settings,
               enum runner_outcome *outcome,
               struct text *result,
               struct error *error);

#endif
