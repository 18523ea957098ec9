/* reconcile_fence - whether an attempt is over for certain, so that the next one may begin.
 *
 * Rule 15 of docs/rendezvous.md: a majority is gone for certain, or nothing has come of it for long
 * enough; and every agent that may live was asked, and none of them trains. */
#include <string.h>

#include "controller/reconcile_private.h"

#define FENCE 30 /* seconds after which a silent agent counts as one that does not train */
#define AGAIN 2  /* seconds, then an agent is asked again */
#define FRESH 5  /* seconds that what an agent has said is of use */

/* Whether there may be an agent of the attempt in the pod, of any try. */
static bool may_live(const struct work *work, const struct pod_record *pod)
{
    return pod->placed && pod->attempt == work->next.attempt && pod->node && !pod_record_dead(pod);
}

/* What its agent has said lately, or that it was silent. */
static enum standing standing_of(const struct work *work, const struct pod_record *pod, int64_t age)
{
    for (size_t i = 0; i < work->seen->standing_count; i++) {
        const struct observed_standing *standing = &work->seen->standings[i];

        if (!strcmp(standing->pod->uid, pod->uid))
            return work->seen->now - standing->time < age ? standing->standing : STANDING_UNKNOWN;
    }
    return STANDING_UNKNOWN;
}

/* Whether the pods that are not gone for certain are too few for a majority. */
static bool majority_gone(const struct work *work)
{
    uint32_t there = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        there += pod && !pod->gone && !pod_record_dead(pod);
    }
    return !work_majority(work, there);
}

/* Whether none of the agents can train any more, as far as they were asked. */
static bool all_idle(const struct work *work, bool late)
{
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];
        enum standing standing;

        if (!may_live(work, pod))
            continue;
        standing = standing_of(work, pod, FRESH);
        if (standing != STANDING_IDLE && !(late && standing == STANDING_SILENT))
            return false;
    }
    return true;
}

static void ask(const struct work *work)
{
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (may_live(work, pod) && standing_of(work, pod, AGAIN) == STANDING_UNKNOWN)
            plan_dial(work->plan, pod);
    }
}

enum policy_outcome work_fence(const struct work *work, bool stopped)
{
    const struct observation *seen = work->seen;
    bool late = seen->fenced && seen->now >= seen->fenced + FENCE;
    bool over = stopped || late || seen->quorum_lost == work->next.attempt || majority_gone(work);

    if (over && all_idle(work, late))
        return POLICY_NEXT;
    ask(work);
    work->plan->fencing = true;
    plan_requeue(work->plan, seen->now + AGAIN);
    return seen->fenced && seen->now >= seen->fenced + AGAIN ? POLICY_WRITE : POLICY_STOP;
}
