/* template - what a job's pod template must be, so that pods can be made of it. Pure.
 *
 * Only what Muster itself relies on is checked; the rest is Kubernetes' own and handed on as it is.
 * The same rules stand in CEL in scripts/crd/trainingjob.yaml. */
#ifndef JOB_TEMPLATE_H
#define JOB_TEMPLATE_H

#include <stdbool.h>

#include "base/problems.h"
#include "base/text.h"

#define TEMPLATE_CONTAINERS 64 /* most containers, and most init containers */
#define TEMPLATE_LABELS     64 /* most labels, and most annotations */

struct cJSON;

/* Checks the object `template`, whose place is `path`. A `native` job has a training section: then
 * the trainer container has no command of its own, and may have no image; else it has both.
 * Everything wrong is added to `problems`. */
void template_check(const struct cJSON *template,
                    const char *path,
                    bool native,
                    struct problems *problems);

/* The container that runs under the agent: the one named trainer, or the only one. `pod` is the
 * `spec` of a template. Returns NULL when there is none. */
const struct cJSON *template_trainer(const struct cJSON *pod);

/* Adds the words of the trainer's command and arguments to a list of words. `template` is the JSON
 * of a template in which nothing was wrong; without a command nothing is added. */
void template_command(const char *template, struct text *words);

#endif
