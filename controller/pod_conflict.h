/* pod_conflict - whether a pod template leaves room for what Muster adds. Pure. */
#ifndef CONTROLLER_POD_CONFLICT_H
#define CONTROLLER_POD_CONFLICT_H

#include "base/error.h"

struct cJSON;

/* Looks for the first field of a template, which lib/job has accepted, that is in the way: names,
 * variables, ports and paths that are Muster's, and places that must be objects or lists. Returns
 * 0, or -1 with its path and what is allowed. */
int pod_conflict(const struct cJSON *template, struct error *error);

#endif
