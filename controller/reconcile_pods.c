/* reconcile_pods - the pods of an attempt: which there are, which are lost, which are missing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/reconcile_private.h"

#define NAME_AGAIN    5  /* seconds, then a name that was taken is tried again */
#define REFUSED_FIRST 5  /* seconds after the first refusal; doubled with each */
#define REFUSED_MOST  60 /* seconds between tries, at most */

void work_index(struct work *work)
{
    struct status *next = &work->next;

    free(work->current);
    work->current = memory_get(next->slots, sizeof(struct pod_record *));
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (pod->placed && pod->attempt == next->attempt && pod->slot < next->slots &&
            pod->try == next->tries[pod->slot])
            work->current[pod->slot] = pod;
    }
}

bool work_node_lost(const struct work *work, const struct pod_record *pod)
{
    for (size_t i = 0; pod->node && i < work->seen->lost_node_count; i++) {
        if (!strcmp(work->seen->lost_nodes[i], pod->node))
            return true;
    }
    return false;
}

bool work_over(const struct work *work, const struct pod_record *pod)
{
    return pod_record_over(pod) || work_node_lost(work, pod);
}

uint32_t work_alive(const struct work *work)
{
    uint32_t alive = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++)
        alive += work->current[slot] && !work_over(work, work->current[slot]);
    return alive;
}

/* Names that somebody else has. */

static void name_of(const struct work *work, uint32_t slot, char name[POD_RECORD_NAME])
{
    pod_record_name(name, work->job->name, work->next.attempt, slot, work->next.tries[slot]);
}

const struct observed_stranger *work_stranger(const struct work *work, uint32_t slot)
{
    char name[POD_RECORD_NAME];

    name_of(work, slot, name);
    for (size_t i = 0; i < work->seen->stranger_count; i++) {
        if (!strcmp(work->seen->strangers[i].pod->name, name))
            return &work->seen->strangers[i];
    }
    return NULL;
}

/* A pod that will be gone by itself: deleted already, or left by a job of the same name that was,
 * which the garbage collector sees to. */
static bool passing(const struct pod_record *pod)
{
    return pod->deleting || *pod->job;
}

enum policy_outcome policy_taken(struct work *work)
{
    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct observed_stranger *stranger =
            work->current[slot] ? NULL : work_stranger(work, slot);
        CLEAN(text) struct text text = {0};

        if (!stranger || passing(stranger->pod))
            continue;
        text_addf(&text, "pod %s is there and is not of this job", stranger->pod->name);
        return work_fail(work, "NameConflict", text.data);
    }
    return POLICY_NEXT;
}

/* Lost pods. */

/* Whether one more lost pod is one too many. */
static bool budget_spent(const struct work *work)
{
    const struct job_budget *budget = &work->job->job->recovery.pod;

    return status_recent(&work->next.pod_restarts, work->seen->now, budget->window_seconds) >=
           budget->count;
}

/* Whether the slot's pod went while no controller was there to see it: a condition says that every
 * slot had one, and is not true from the write of a new try until its pod is there. A job that runs
 * has a pod for every slot only if it has no spares and lacks no replica. */
static bool vanished(const struct work *work, uint32_t slot)
{
    const struct condition *conditions = work->job->status.conditions;
    bool full = work->next.slots == work->next.replicas && !work->job->status.members;

    return !work->current[slot] && (conditions[CONDITION_PODS_READY].value == VALUE_TRUE ||
                                    (full && conditions[CONDITION_RUNNING].value == VALUE_TRUE));
}

/* Says which pod is lost, and how. */
static void end_add(const struct work *work, uint32_t slot, struct text *out)
{
    const struct pod_record *pod = work->current[slot];
    char name[POD_RECORD_NAME];

    name_of(work, slot, name);
    text_addf(out, "pod %s ", name);
    if (!pod)
        text_addf(out, "has vanished");
    else if (!pod_record_over(pod) && work_node_lost(work, pod))
        text_addf(out, "is on node %s, which is lost", pod->node);
    else
        pod_record_add_end(pod, out);
}

static enum policy_outcome budget_fail(struct work *work, uint32_t slot)
{
    const struct job_budget *budget = &work->job->job->recovery.pod;
    CLEAN(text) struct text text = {0};

    end_add(work, slot, &text);
    text_addf(&text,
              "; allowed are %" PRId64 " lost pods within %" PRId64 " s",
              budget->count,
              budget->window_seconds);
    return work_fail(work, "PodBudgetSpent", text.data);
}

/* Gives the slot the next try, and says why. */
static void slot_raise(struct work *work, uint32_t slot)
{
    bool starved = work->current[slot] && work->current[slot]->starved;
    const char *reason = starved ? "OutOfMemory" : "PodReplaced";
    CLEAN(text) struct text text = {0};

    end_add(work, slot, &text);
    work->next.tries[slot]++;
    work->current[slot] = NULL;
    text_addf(&text, "; try %" PRIu32 " of slot %" PRIu32 " follows", work->next.tries[slot], slot);
    status_set(&work->next, CONDITION_RESTARTING, VALUE_TRUE, work->seen->now, reason, text.data);
    plan_event(work->plan, true, reason, text.data);
}

/* First the status says which try is next, then that one is made. Disruptions cost nothing. */
enum policy_outcome policy_lost(struct work *work)
{
    bool raised = false;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];
        const struct job_budget *budget = &work->job->job->recovery.pod;

        if (pod ? !work_over(work, pod) : !vanished(work, slot))
            continue;
        if (!(pod && pod_record_blameless(pod))) {
            if (budget_spent(work))
                return budget_fail(work, slot);
            status_restarted(&work->next.pod_restarts, work->seen->now, budget->window_seconds);
        }
        slot_raise(work, slot);
        raised = true;
    }
    return raised ? POLICY_WRITE : POLICY_NEXT;
}

/* Pods of attempts and tries that are over. Those of later ones than the status knows of are
 * somebody's who knows more. On a lost node nobody would carry a deletion out: there the pod is
 * taken out of the API at once. */
enum policy_outcome policy_superseded(struct work *work)
{
    const struct status *next = &work->next;

    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];
        bool earlier = pod->attempt < next->attempt ||
                       (pod->attempt == next->attempt && pod->slot < next->slots &&
                        pod->try < next->tries[pod->slot]);

        bool stuck = work_node_lost(work, pod);

        if (pod->placed && earlier && !pod->gone && (stuck || !pod->deleting) &&
            pod->phase != POD_SUCCEEDED && pod->phase != POD_FAILED)
            plan_delete(work->plan, pod, stuck ? 0 : PLAN_GRACE_OWN);
    }
    return POLICY_NEXT;
}

/* Missing pods. */

/* When pods may be made again after a refusal. */
static int64_t refusal_due(const struct observed_refusal *refusal)
{
    int64_t wait = REFUSED_FIRST;

    for (unsigned i = 1; i < refusal->count && wait < REFUSED_MOST; i++)
        wait *= 2;
    return refusal->time + (wait < REFUSED_MOST ? wait : REFUSED_MOST);
}

/* Makes the pod of a slot, unless its name is not free yet. Returns whether it was planned, or a
 * negative number when it cannot be made. */
static int slot_create(struct work *work, uint32_t slot, struct error *error)
{
    const struct observed_stranger *stranger = work_stranger(work, slot);
    const struct pod_place place = {work->next.attempt, slot, work->next.tries[slot]};
    struct pod_settings settings = work->settings->pod;
    CLEAN(text) struct text body = {0};
    char name[POD_RECORD_NAME];

    if (stranger && work->seen->now < stranger->time + NAME_AGAIN) {
        plan_requeue(work->plan, stranger->time + NAME_AGAIN);
        return 0;
    }
    if (work->next.agent_image && work->next.trainer_image) {
        settings.agent_image = work->next.agent_image;
        settings.trainer_image = work->next.trainer_image;
    }
    if (pod_build(work->job, &settings, &place, &body, error))
        return -1;
    name_of(work, slot, name);
    plan_create(work->plan, name, &body);
    return 1;
}

/* After a refusal one pod is tried first: when there is room for it, the others follow. */
enum policy_outcome policy_missing(struct work *work)
{
    const struct observed_refusal *refusal = &work->seen->refusal;
    int64_t due = refusal_due(refusal);
    struct error error;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        int planned;

        if (work->current[slot])
            continue;
        if (refusal->kind && work->seen->now < due) {
            plan_requeue(work->plan, due);
            return POLICY_NEXT;
        }
        planned = slot_create(work, slot, &error);
        if (planned < 0)
            return work_fail(work, "InvalidSpec", error.text);
        if (planned && refusal->kind)
            return POLICY_NEXT;
    }
    return POLICY_NEXT;
}
