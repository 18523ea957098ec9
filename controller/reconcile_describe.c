/* reconcile_describe - takes over what the agents report, and says how the job is. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "controller/excerpt.h"
#include "controller/reconcile_private.h"

#define OUT_OF_MEMORY "OutOfMemory" /* as cause_name has it of a rank */
#define RUNG_RANK     2
#define RUNG_RANKS    3
#define RUNG_POD      4

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

static bool is_of(const struct status_incident *incident, const char *cause)
{
    return !strcmp(incident->cause, cause);
}

/* How many lost pods of the slot are told as out of memory. A rank that was is another rung. */
static uint32_t starved_told(const struct status *status, uint32_t slot)
{
    uint32_t told = 0;

    for (size_t i = 0; i < status->incident_count; i++) {
        const struct status_incident *incident = &status->incidents[i];

        told += incident->attempt == status->attempt && incident->slot == slot &&
                incident->rung == RUNG_POD && is_of(incident, OUT_OF_MEMORY);
    }
    return told;
}

/* The pod of the slot that has run out of memory last, if there are more of them than were told. */
static const struct pod_record *starved_find(const struct work *work, uint32_t slot)
{
    const struct pod_record *newest = NULL;
    uint32_t count = 0;

    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (!pod->placed || pod->attempt != work->next.attempt || pod->slot != slot ||
            !pod->starved)
            continue;
        count++;
        if (!newest || pod->try > newest->try)
            newest = pod;
    }
    return count > starved_told(&work->next, slot) ? newest : NULL;
}

/* To the others an agent that ended with its pod is lost. What ended it only its pod can say. */
static void incident_explain(const struct work *work, struct status_incident *incident)
{
    const struct pod_record *pod = NULL;
    CLEAN(text) struct text words = {0};

    if (is_of(incident, "AgentLost") || is_of(incident, "AgentReplaced"))
        pod = starved_find(work, incident->slot);
    if (!pod)
        return;
    excerpt_put(incident->cause, sizeof incident->cause, OUT_OF_MEMORY);
    text_addf(&words, "pod %s ", pod->name);
    pod_record_add_end(pod, &words);
    excerpt_put(incident->words, sizeof incident->words, words.data);
}

static void incidents_take(struct work *work, const struct report *report)
{
    for (size_t i = 0; i < report->incident_count; i++) {
        struct status_incident incident = report->incidents[i];

        incident_explain(work, &incident);
        if (status_happened(&work->next, &incident) &&
            (incident.rung == RUNG_RANK || incident.rung == RUNG_RANKS))
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

/* Whether as many pods run as the newest view has members. Ready would ask too much: a node that
 * does not answer makes its pods unready while they train. */
static bool gang_up(const struct work *work)
{
    uint32_t up = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        up += pod && !work_over(work, pod) && pod->phase == POD_RUNNING;
    }
    return work->next.slots && up >= work_members(work);
}

static void size_print(const struct work *work, struct text *out)
{
    text_addf(out,
              "runs with %" PRIu32 " of %" PRIu32 " replicas",
              work_members(work),
              work->next.replicas);
}

static void size_describe(struct work *work)
{
    CLEAN(text) struct text text = {0};

    if (work->next.members)
        size_print(work, &text);
    set(work,
        CONDITION_DEGRADED,
        work->next.members != 0,
        work->next.members ? "ReducedSize" : "FullSize",
        text.data);
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

/* A newer view is decided. One of another size is told, but for the first. */
static void view_take(struct work *work, const struct report *report)
{
    struct status *next = &work->next;
    uint32_t before = work_members(work);
    CLEAN(text) struct text text = {0};

    next->members = report->members < next->replicas ? report->members : 0; /* 0 = not said */
    next->generation = report->generation;
    if (work_members(work) == before)
        return;
    size_print(work, &text);
    plan_event(work->plan, next->members != 0, "Resized", text.data);
}

enum policy_outcome policy_hear(struct work *work)
{
    const struct report *report = work_report(work);

    if (!report)
        return POLICY_NEXT;
    if (report->generation > work->next.generation)
        view_take(work, report);
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
    pods_describe(work);
    running_describe(work);
    size_describe(work);
    checkpoint_describe(work);
    work->next.state = state_of(&work->next);
}
