/* pod - the Pod of one try of a slot, made from the job's template. Pure.
 *
 * Into the template go: a container that installs the agent, the agent in the place of the
 * trainer's command, what it needs to know, and volumes. What a user has written is kept; where it
 * stands in the way, nothing is made. */
#ifndef CONTROLLER_POD_H
#define CONTROLLER_POD_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "controller/job_record.h"

#define POD_ROOT         "/muster" /* everything of Muster's in a container is below it */
#define POD_AGENT_PORT   7071      /* of the Member service */
#define POD_METRICS_PORT 7072
#define POD_AUDIENCE     "muster.dev" /* that the agent's token is meant for */

/* What is the same for all pods of an attempt. */
struct pod_settings {
    const char *agent_image;
    const char *trainer_image; /* for a container that names none */
    const char *directory;     /* numeric "host:port" of the Directory service */
    const char *trust;         /* certificates of those who vouch for it; PEM */
};

struct pod_place {
    uint32_t attempt;
    uint32_t slot;
    uint32_t try;
};

/* Adds the Pod as JSON to `body`. `job` holds a spec that can work. Returns 0; -1 when the template
 * is in the way, with the path of the field and what is allowed. */
int pod_build(const struct job_record *job,
              const struct pod_settings *settings,
              const struct pod_place *place,
              struct text *body,
              struct error *error);

#endif
