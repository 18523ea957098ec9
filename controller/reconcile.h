/* reconcile - what is to be done about a job, given everything that is known of it. Pure.
 *
 * An ordered list of policies: each either has nothing to say, or changes what the status is to be
 * and adds to the plan. The same observation gives the same plan; once a plan was carried out and
 * seen, the next one asks for nothing. A plan has at most one status patch. What must not happen
 * twice is first written to the status, bound to the version that was seen, and done after that. */
#ifndef CONTROLLER_RECONCILE_H
#define CONTROLLER_RECONCILE_H

#include <stdint.h>

#include "controller/observation.h"
#include "controller/plan.h"
#include "controller/pod.h"

#define RECONCILE_PROGRESS 10 /* seconds between writes of progress, at least */

struct reconcile_settings {
    struct pod_settings pod;  /* for attempts that begin now; a running one keeps its images */
    int64_t progress_seconds; /* at least RECONCILE_PROGRESS; more where there are many jobs */
};

/* Adds to the empty `plan`, which plan_done releases. */
void reconcile(const struct observation *seen,
               const struct reconcile_settings *settings,
               struct plan *plan);

#endif
