/* pod_events - what the kubelet says in Events of a pod that does not come up.
 *
 * A pod's status does not tell everything: of a volume that cannot be mounted nothing, and of an
 * image that cannot be pulled nothing until the kubelet tries again, 10 to 15 s later. So Events
 * are asked for, but only about one pod of a job, when it stays silent for seconds. */
#ifndef CONTROLLER_POD_EVENTS_H
#define CONTROLLER_POD_EVENTS_H

#include "controller/observation.h"

struct cJSON;
struct dossier;

/* Looks for a pod of the dossier's job that is bound to a node, does not start, and does not say
 * why, and fills `word` with what was last said of it: valid until the next call. What is not known
 * is asked for in time; the dossier is decided about again when it is answered. */
void pod_events_look(struct dossier *dossier, struct observed_word *word);

/* Forgets what was said and asked. */
void pod_events_drop(struct dossier *dossier);

/* Reads a list of Events about one pod: what is wrong, by the newest of those that say how far it
 * is. Returns its text, borrowed from the list, or NULL when nothing is wrong. Pure. */
const char *pod_events_read(const struct cJSON *list, enum pod_trouble *trouble);

#endif
