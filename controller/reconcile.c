/* reconcile - the order of the policies, and the one status write. */
#include "controller/reconcile.h"

#include <stdlib.h>

#include "controller/reconcile_private.h"

/* Pods go with their owner: Kubernetes' garbage collector sees to that. */
static enum policy_outcome policy_gone(struct work *work)
{
    return !work->job || work->job->deleting ? POLICY_STOP : POLICY_NEXT;
}

/* What was written is waited for: a decision about what was there before would be made twice. */
static enum policy_outcome policy_gate(struct work *work)
{
    const struct observation *seen = work->seen;

    if (resource_version_compare(&work->job->version, &seen->written_job) < 0 ||
        resource_version_compare(&seen->seen_pods, &seen->written_pods) < 0)
        return POLICY_STOP;
    return POLICY_NEXT;
}

/* What the API server has said about our pods for good. */
static enum policy_outcome policy_refused(struct work *work)
{
    switch (work->seen->refusal.kind) {
    case REFUSAL_INVALID:
        return work_fail(work, "InvalidSpec", work->seen->refusal.message);
    case REFUSAL_TERMINATING:
        return POLICY_STOP;
    default:
        return POLICY_NEXT;
    }
}

/* A vote waits for its write, which comes before anything about pods. */
static enum policy_outcome policy_vote(struct work *work)
{
    const struct witness_record *kept = &work->job->status.witness;

    return witness_record_equal(kept, &work->next.witness) ? POLICY_NEXT : POLICY_WRITE;
}

static const struct {
    const char *name;
    enum policy_outcome (*apply)(struct work *work);
} policies[] = {
    {"gone", policy_gone},
    {"gate", policy_gate},
    {"finished", policy_finished},
    {"invalid", policy_invalid},
    {"begin", policy_begin},
    {"hear", policy_hear},
    {"complete", policy_complete},
    {"refused", policy_refused},
    {"taken", policy_taken},
    {"attempt", policy_attempt},
    {"lost", policy_lost},
    {"late", policy_late},
    {"vote", policy_vote},
    {"superseded", policy_superseded},
    {"missing", policy_missing},
};

/* Writes what has been decided at once, and progress at its pace. */
static void status_write(struct work *work)
{
    const struct status *old = &work->job->status;
    enum status_change change = status_compare(old, &work->next);
    int64_t due = work->seen->status_written + work->settings->progress_seconds;
    CLEAN(text) struct text patch = {0};

    if (change == STATUS_SAME)
        return;
    if (change == STATUS_LATER && work->seen->now < due) {
        plan_requeue(work->plan, due);
        return;
    }
    status_patch(old, &work->next, work->job->name, &work->job->version, &patch);
    plan_patch(work->plan, &patch);
}

static void work_run(struct work *work)
{
    enum policy_outcome outcome = POLICY_NEXT;

    for (size_t i = 0; i < sizeof policies / sizeof *policies && outcome == POLICY_NEXT; i++) {
        outcome = policies[i].apply(work);
        if (outcome != POLICY_NEXT)
            work->plan->policy = policies[i].name;
    }
    if (outcome == POLICY_STOP)
        return;
    if (!work_finished(&work->next))
        work_describe(work);
    status_write(work);
}

/* It goes with whatever is written next, unless that is another attempt. */
static void witness_take(struct work *work)
{
    if (!work->seen->witness)
        return;
    witness_record_done(&work->next.witness);
    witness_record_copy(&work->next.witness, work->seen->witness);
}

void reconcile(const struct observation *seen,
               const struct reconcile_settings *settings,
               struct plan *plan)
{
    struct work work = {.seen = seen, .settings = settings, .plan = plan, .job = seen->job};

    status_init(&work.next);
    if (seen->job) {
        status_copy(&work.next, &seen->job->status);
        work.next.observed_generation = seen->job->generation;
        witness_take(&work);
        work_index(&work);
    }
    work_run(&work);
    status_done(&work.next);
    free(work.current);
}
