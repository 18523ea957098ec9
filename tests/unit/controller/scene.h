/* scene - what a controller sees of one job, read from JSON, and an API server that carries plans
 * out: enough of one to see that plans come to an end. */
#ifndef CONTROLLER_SCENE_H
#define CONTROLLER_SCENE_H

#include <stddef.h>

#include "base/text.h"
#include "controller/reconcile.h"

#define SCENE_PODS 64

struct cJSON;

struct scene {
    struct cJSON *job;  /* the object of the API server, or NULL */
    struct cJSON *pods; /* a list of objects */
    struct job_record job_record;
    struct pod_record pod_records[SCENE_PODS];
    const struct pod_record *pod_pointers[SCENE_PODS];
    struct pod_record stranger_records[SCENE_PODS];
    struct observed_stranger strangers[SCENE_PODS];
    struct report report;
    struct witness_record witness; /* that is to be kept */
    struct observed_standing standings[SCENE_PODS];
    char *refusal;
    const char *lost_node;
    struct cJSON *observed;
    struct observation seen;
    int64_t version; /* of the newest object */
};

/* Reads tests/golden/reconcile/CASE/observed.json. What it says of the job is a merge patch on
 * base/job.json; a pod is its attempt, slot and try, and a patch. Agents that are asked how they
 * stand say what "answers" has for their pod's uid, else that they are idle. scene_done is owed. */
void scene_open(struct scene *scene, const char *name);
void scene_done(struct scene *scene);

/* Makes the plan for the scene as it stands. */
void scene_reconcile(const struct scene *scene, struct plan *plan);

/* Carries a plan out, or its first `most` actions, and looks again. Asserts what holds for every
 * plan. */
void scene_apply(struct scene *scene, const struct plan *plan);
void scene_apply_some(struct scene *scene, const struct plan *plan, size_t most);

/* How many of a plan's actions ask the API server or an agent for something. */
size_t scene_requests(const struct plan *plan);

/* The agent of the pod with that uid was asked how it stands. */
void scene_stand(struct scene *scene, const char *uid, enum standing standing);

/* Looks again, after objects were changed. */
void scene_look(struct scene *scene);

/* The object of a pod that is there, or NULL. */
struct cJSON *scene_pod(const struct scene *scene, const char *name);

/* Adds a plan as JSON, the bodies of pods only when `bodies`. */
void scene_print(const struct plan *plan, bool bodies, struct text *out);

/* Adds one line an action: "create digits-1-0-0". */
void scene_print_short(const struct plan *plan, struct text *out);

/* Applies a JSON merge patch (RFC 7396). */
void scene_merge(struct cJSON *into, const struct cJSON *patch);

/* Reads a file of tests/golden/reconcile. */
struct cJSON *scene_file(const char *name, const char *file);

#endif
