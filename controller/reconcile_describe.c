/* reconcile_describe - takes over what the agents report, and says how the job is. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "controller/reconcile_private.h"

static void set(struct work *work,
                enum condition_type type,
                bool holds,
                const char *reason,
                const char *message)
{
    status_set(
        &work->next, type, holds ? VALUE_TRUE : VALUE_FALSE, work->seen->now, reason, message);
}

const struct report *work_report(const struct work *work)
{
    const struct report *report = work->seen->report;

    return report && report->time && report->attempt == work->next.attempt ? report : NULL;
}

/* Progress and incidents. */

static bool number_same(double left, double right)
{
    return left == right || (isnan(left) && isnan(right));
}

static bool progress_same(const struct status_progress *a, const struct status_progress *b)
{
    return a->known == b->known && a->step == b->step && a->total_steps == b->total_steps &&
           a->epoch == b->epoch && a->samples == b->samples && number_same(a->loss, b->loss) &&
           number_same(a->accuracy, b->accuracy);
}

/* The rate is smoothed, half by half, so that one slow write does not move the estimate much. */
static double rate_of(const struct status_progress *old, const struct status_progress *new)
{
    double rate = old->steps_per_second;

    if (!old->known || new->time <= old->time || new->step <= old->step)
        return rate;
    rate = (double)(new->step - old->step) / (double)(new->time - old->time);
    return old->steps_per_second > 0 ? (rate + old->steps_per_second) / 2 : rate;
}

static void progress_take(struct work *work, const struct report *report)
{
    struct status_progress *progress = &work->next.progress;
    struct status_progress new = report->progress;

    if (report->saved >= 0)
        work->next.durable_step = report->saved;
    if (!new.known || progress_same(progress, &new))
        return;
    new.time = report->time;
    new.steps_per_second = rate_of(progress, &new);
    *progress = new;
}

static void incidents_take(struct work *work, const struct report *report)
{
    for (size_t i = 0; i < report->incident_count; i++) {
        const struct status_incident *incident = &report->incidents[i];

        if (status_happened(&work->next, incident) && incident->rung == 2)
            work->next.rank_restarts++;
    }
}

/* PodsReady. */

/* The pod with the worst trouble, and how many have the same. */
static const struct pod_record *worst_find(const struct work *work, uint32_t *count)
{
    const struct pod_record *worst = NULL;

    *count = 0;
    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        if (!pod || !pod->trouble || (worst && pod->trouble < worst->trouble))
            continue;
        if (!worst || pod->trouble > worst->trouble) {
            worst = pod;
            *count = 0;
        }
        ++*count;
    }
    return worst;
}

static void trouble_describe(struct work *work,
                             const struct pod_record *pod,
                             enum pod_trouble trouble,
                             const char *said,
                             uint32_t count)
{
    static const char *const reasons[] = {[POD_TROUBLE_NONE] = "",
                                          [POD_TROUBLE_GATED] = "SchedulingGated",
                                          [POD_TROUBLE_UNSCHEDULABLE] = "Unschedulable",
                                          [POD_TROUBLE_VOLUME] = "VolumeNotMounted",
                                          [POD_TROUBLE_CONTAINER] = "ContainerNotMade",
                                          [POD_TROUBLE_IMAGE] = "ImageNotPulled"};
    CLEAN(text) struct text text = {0};

    text_addf(&text, "pod %s", pod->name);
    if (count > 1)
        text_addf(&text, " and %" PRIu32 " more", count - 1);
    if (said)
        text_addf(&text, ": %s", said);
    set(work, CONDITION_PODS_READY, false, reasons[trouble], text.data);
}

static void stranger_describe(struct work *work, const struct observed_stranger *stranger)
{
    CLEAN(text) struct text text = {0};

    text_addf(&text, "waiting for an earlier pod %s to go", stranger->pod->name);
    set(work, CONDITION_PODS_READY, false, "NameTaken", text.data);
}

/* Why there are slots without a pod. Returns whether there is something to say. */
static bool missing_describe(struct work *work)
{
    const struct observed_refusal *refusal = &work->seen->refusal;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct observed_stranger *stranger;

        if (work->current[slot])
            continue;
        if (refusal->kind) {
            set(work,
                CONDITION_PODS_READY,
                false,
                refusal->kind == REFUSAL_QUOTA ? "QuotaExceeded" : "PodRefused",
                refusal->message);
            return true;
        }
        stranger = work_stranger(work, slot);
        if (stranger) {
            stranger_describe(work, stranger);
            return true;
        }
    }
    return false;
}

/* What Events say of a pod of the attempt, or NULL. */
static const struct observed_word *word_find(const struct work *work)
{
    const struct observed_word *word = &work->seen->word;
    const struct pod_record *pod = word->pod;

    return word->trouble && pod->slot < work->next.slots && work->current[pod->slot] == pod ? word
                                                                                            : NULL;
}

static void pods_describe(struct work *work)
{
    const struct observed_word *word = word_find(work);
    struct status *next = &work->next;
    const struct pod_record *worst;
    uint32_t count;
    uint32_t ready = 0;

    for (uint32_t slot = 0; slot < next->slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        ready += pod && pod->ready && !work_over(work, pod);
    }
    next->ready = ready < next->replicas ? ready : next->replicas;
    worst = worst_find(work, &count);
    if (next->slots && ready == next->slots)
        set(work, CONDITION_PODS_READY, true, "AllReady", NULL);
    else if (missing_describe(work))
        return;
    else if (worst)
        trouble_describe(work, worst, worst->trouble, worst->reason, count);
    else if (word)
        trouble_describe(work, word->pod, word->trouble, word->text, 1);
    else
        set(work, CONDITION_PODS_READY, false, "NotAllReady", NULL);
}

/* Running, and the rest. */

/* Whether as many pods run as there are replicas. Ready would ask too much: a node that does not
 * answer makes its pods unready while they train. */
static bool gang_up(const struct work *work)
{
    uint32_t up = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        up += pod && !work_over(work, pod) && pod->phase == POD_RUNNING;
    }
    return work->next.slots && up >= work->next.replicas;
}

/* A controller that was just started has heard nothing yet; what was is taken to go on. */
static void running_describe(struct work *work)
{
    struct status *next = &work->next;
    const struct report *report = work_report(work);
    bool said = report ? report->state == REPORT_RUNNING
                       : next->conditions[CONDITION_RUNNING].value == VALUE_TRUE;

    if (said && gang_up(work)) {
        set(work, CONDITION_RUNNING, true, "Training", NULL);
        set(work, CONDITION_RESTARTING, false, "NotRestarting", NULL);
        if (!next->running_time)
            next->running_time = work->seen->now;
        return;
    }
    set(work, CONDITION_RUNNING, false, next->running_time ? "Recovering" : "Starting", NULL);
    if (next->conditions[CONDITION_RESTARTING].value != VALUE_TRUE)
        set(work, CONDITION_RESTARTING, false, "NotRestarting", NULL);
}

static void checkpoint_describe(struct work *work)
{
    const struct report *report = work_report(work);
    const struct condition *old = &work->next.conditions[CONDITION_CHECKPOINT_FRESH];
    const struct job *job = work->job->job;

    if (job && !job->checkpoint.directory)
        set(work, CONDITION_CHECKPOINT_FRESH, false, "NoDirectory", NULL);
    else if (report && *report->unsaved)
        set(work, CONDITION_CHECKPOINT_FRESH, false, "CannotSave", report->unsaved);
    else if (!report && old->since)
        return;
    else if (work->next.durable_step >= 0)
        set(work, CONDITION_CHECKPOINT_FRESH, true, "Saved", NULL);
    else
        status_set(&work->next,
                   CONDITION_CHECKPOINT_FRESH,
                   VALUE_UNKNOWN,
                   work->seen->now,
                   "NoneYet",
                   NULL);
}

static enum status_state state_of(const struct status *status)
{
    const struct condition *ready = &status->conditions[CONDITION_PODS_READY];

    if (status->conditions[CONDITION_RUNNING].value == VALUE_TRUE)
        return STATE_RUNNING;
    if (status->running_time)
        return STATE_RECOVERING;
    if (!strcmp(ready->reason, "QuotaExceeded") || !strcmp(ready->reason, "SchedulingGated"))
        return STATE_QUEUED;
    return STATE_STARTING;
}

enum policy_outcome policy_hear(struct work *work)
{
    const struct report *report = work_report(work);

    if (!report)
        return POLICY_NEXT;
    if (report->generation > work->next.generation)
        work->next.generation = report->generation;
    progress_take(work, report);
    incidents_take(work, report);
    return POLICY_NEXT;
}

void work_describe(struct work *work)
{
    set(work, CONDITION_COMPLETE, false, "NotFinished", NULL);
    set(work, CONDITION_FAILED, false, "NotFinished", NULL);
    set(work, CONDITION_SUSPENDED, false, "NotSuspended", NULL);
    set(work, CONDITION_ADMITTED, true, "NoQueue", NULL);
    set(work, CONDITION_DEGRADED, false, "FullSize", NULL);
    pods_describe(work);
    running_describe(work);
    checkpoint_describe(work);
    work->next.state = state_of(&work->next);
}
