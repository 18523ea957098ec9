/* reconcile_fence - whether an attempt is over for certain, so that the next one may begin.
 *
 * Rule 15 of docs/rendezvous.md: a majority is gone for certain, or nothing has come of it for long
 * enough; and every agent that may live was asked, and none of them trains. */
#include "controller/reconcile_private.h"

#define FENCE 30 /* seconds after which a silent agent counts as one that does not train */
#define AGAIN 2  /* seconds, then an agent is asked again */
#define FRESH 5  /* seconds that what an agent has said is of use */

#define QUESTIONS 128 /* most that are open at a time: each has a connection */

/* Whether there may be an agent of the attempt in the pod, of any try. */
static bool may_live(const struct work *work, const struct pod_record *pod)
{
    return pod->placed && pod->attempt == work->next.attempt && pod->node && !pod_record_dead(pod);
}

/* What its agent has said last, and how long ago; STANDING_UNKNOWN when it was not asked. */
static enum standing standing_of(const struct work *work,
                                 const struct pod_record *pod,
                                 int64_t *age)
{
    for (size_t i = 0; i < work->seen->standing_count; i++) {
        const struct observed_standing *standing = &work->seen->standings[i];

        *age = work->seen->now - standing->time;
        if (standing->pod == pod)
            return standing->standing;
    }
    return STANDING_UNKNOWN;
}

/* Whether its agent does not train, as far as it was asked. */
static bool idle(const struct work *work, const struct pod_record *pod, bool late)
{
    int64_t age;

    switch (standing_of(work, pod, &age)) {
    case STANDING_IDLE:
        return age < FRESH;
    case STANDING_SILENT:
        return late && age < FENCE;
    default:
        return false;
    }
}

/* The fewest members that the newest view may have: agents may have gone on with fewer than was
 * heard of. */
static uint32_t members_least(const struct work *work)
{
    const struct job *job = work->job->job;
    uint32_t members = work_members(work);

    return job->is_elastic && job->elastic.min_replicas < members
               ? (uint32_t)job->elastic.min_replicas
               : members;
}

/* Whether the pods that are not gone for certain are too few for a majority. */
static bool majority_gone(const struct work *work)
{
    uint32_t there = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        there += pod && !pod->gone && !pod_record_dead(pod);
    }
    return !work_majority(members_least(work), there);
}

static bool all_idle(const struct work *work, bool late)
{
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (may_live(work, pod) && !idle(work, pod, late))
            return false;
    }
    return true;
}

/* Asks those again who have said this, as long as there is room for questions. */
static unsigned ask_again(const struct work *work, enum standing said, unsigned room)
{
    for (size_t i = 0; i < work->seen->pod_count && room; i++) {
        const struct pod_record *pod = work->seen->pods[i];
        int64_t age = AGAIN;

        if (!may_live(work, pod) || standing_of(work, pod, &age) != said)
            continue;
        if (said != STANDING_UNKNOWN && age < AGAIN)
            continue;
        plan_dial(work->plan, pod);
        room--;
    }
    return room;
}

/* First those who were not asked yet, last those who do not answer: each of them takes long. */
static void ask(const struct work *work)
{
    static const enum standing order[] = {
        STANDING_UNKNOWN, STANDING_IDLE, STANDING_RUNNING, STANDING_SILENT};
    unsigned room = QUESTIONS;

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        room = ask_again(work, order[i], room);
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
