/* plan - what is to be done about a job, in order, as data. Pure.
 *
 * Whoever carries it out sends the requests about pods side by side, then the status patch, and
 * posts events only after that has succeeded. */
#ifndef CONTROLLER_PLAN_H
#define CONTROLLER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "controller/pod_record.h"

#define PLAN_GRACE_OWN (-1) /* the pod's own grace period */

/* In this order they stand in a plan. */
enum action_kind {
    ACTION_DELETE_POD,   /* name, uid, grace */
    ACTION_CREATE_POD,   /* name, body: the Pod as JSON */
    ACTION_PATCH_STATUS, /* body: a merge patch bound to a resourceVersion */
    ACTION_EVENT,        /* warning, reason, body: the note */
    ACTION_DIAL,         /* name, uid: the agent of the pod is asked how it stands */
    ACTION_REQUEUE       /* due */
};

struct action {
    enum action_kind kind;
    char name[POD_RECORD_NAME];
    char uid[POD_RECORD_UID]; /* the request is refused when the pod has another one */
    int64_t grace;            /* seconds */
    char *body;
    bool warning;
    const char *reason; /* one documented word a decision; lives for ever */
    int64_t due;        /* seconds since 1970 */
};

/* Zero-initialise to begin. */
struct plan {
    const char *policy; /* that had the last word, for logs; NULL = none */
    bool fencing;       /* a new attempt waits for the agents of the last */
    struct action *items;
    size_t count;
    size_t capacity;
};

/* Takes the content of `body` and leaves it empty. */
void plan_create(struct plan *plan, const char *name, struct text *body);
void plan_patch(struct plan *plan, struct text *body);

void plan_delete(struct plan *plan, const struct pod_record *pod, int64_t grace);
void plan_event(struct plan *plan, bool warning, const char *reason, const char *note);

void plan_dial(struct plan *plan, const struct pod_record *pod);

/* There is at most one; the earliest due is kept. */
void plan_requeue(struct plan *plan, int64_t due);

void plan_done(struct plan *plan);

CLEANUP_DEFINE(plan, struct plan, plan_done)

#endif
