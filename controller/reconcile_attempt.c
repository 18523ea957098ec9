/* reconcile_attempt - attempts: the first, the next one when agents cannot go on by themselves, and
 * the one that does not come up. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "controller/reconcile_private.h"

#define ATTEMPTS        3     /* that may follow the first within the window; one more fails */
#define ATTEMPTS_WINDOW 86400 /* seconds */

/* A spec that cannot work, or leaves no room for what must be added: no pod is made. */
enum policy_outcome policy_invalid(struct work *work)
{
    const struct pod_place place = {.attempt = 1};
    CLEAN(text) struct text body = {0};
    struct error error;

    if (!work->job->job)
        return work_fail(work, "InvalidSpec", work->job->problems);
    if (!work->next.attempt && pod_build(work->job, &work->settings->pod, &place, &body, &error))
        return work_fail(work, "InvalidSpec", error.text);
    return POLICY_NEXT;
}

static void image_keep(char **kept, const char *image)
{
    free(*kept);
    *kept = memory_text(image);
}

static void attempt_begin(struct work *work)
{
    const struct job *job = work->job->job;

    status_begin(
        &work->next, work->next.attempt + 1, (uint32_t)job->replicas, (uint32_t)job->spares);
    image_keep(&work->next.agent_image, work->settings->pod.agent_image);
    image_keep(&work->next.trainer_image, work->settings->pod.trainer_image);
    work_index(work);
}

enum policy_outcome policy_begin(struct work *work)
{
    if (work->next.attempt)
        return POLICY_NEXT;
    attempt_begin(work);
    work->next.start_time = work->seen->now;
    return POLICY_WRITE;
}

uint32_t work_members(const struct work *work)
{
    return work->next.members ? work->next.members : work->next.replicas;
}

bool work_majority(uint32_t members, uint32_t pods)
{
    return members % 2 ? 2 * pods > members : 2 * (pods + 1) > members + 1;
}

/* Whether the pods that are left can make no majority, even if none of them were a spare. The
 * directory knows the views, but one that has just been started does not know them yet. */
static bool pods_lost(const struct work *work)
{
    return work->next.generation && !work_majority(work_members(work), work_alive(work));
}

/* Whether all that is lost was taken away: by a preemption, an eviction or a drain. Others may have
 * stopped with it. */
static bool blameless(const struct work *work)
{
    bool disrupted = false;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        const struct pod_record *pod = work->current[slot];

        if (!pod || !work_over(work, pod))
            continue;
        if (pod_record_blameless(pod))
            disrupted = true;
        else if (pod->verdict != VERDICT_STOPPED)
            return false;
    }
    return disrupted;
}

/* The agents have saved and stopped without being asked to from here. */
static bool stopped(const struct work *work)
{
    const struct report *report = work_report(work);

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        if (work->current[slot] && work->current[slot]->verdict == VERDICT_STOPPED)
            return true;
    }
    return report && report->state == REPORT_STOPPED;
}

static enum policy_outcome attempt_again(struct work *work, const char *why, bool free_of_charge)
{
    struct status_restarts *restarts = &work->next.attempt_restarts;
    int64_t now = work->seen->now;
    CLEAN(text) struct text text = {0};

    if (!free_of_charge && status_recent(restarts, now, ATTEMPTS_WINDOW) >= ATTEMPTS) {
        text_addf(
            &text, "%s; allowed are %d more attempts within %d s", why, ATTEMPTS, ATTEMPTS_WINDOW);
        return work_fail(work, "AttemptBudgetSpent", text.data);
    }
    if (free_of_charge)
        restarts->count++;
    else
        status_restarted(restarts, now, ATTEMPTS_WINDOW);
    attempt_begin(work);
    text_addf(
        &text, "%s; attempt %" PRIu32 " goes on from the last checkpoint", why, work->next.attempt);
    status_set(&work->next, CONDITION_RESTARTING, VALUE_TRUE, now, "NewAttempt", text.data);
    plan_event(work->plan, true, "NewAttempt", text.data);
    return POLICY_WRITE;
}

enum policy_outcome policy_attempt(struct work *work)
{
    bool ended = stopped(work);
    enum policy_outcome outcome;

    if (!ended && work->seen->quorum_lost != work->next.attempt && !pods_lost(work))
        return POLICY_NEXT;
    outcome = work_fence(work, ended);
    if (outcome != POLICY_NEXT)
        return outcome;
    return attempt_again(work,
                         ended ? "the agents have saved and stopped"
                               : "too many agents were lost at once",
                         blameless(work));
}

/* The newest of the pods, once there are as many as replicas, else 0. */
static int64_t complete_since(const struct work *work)
{
    int64_t newest = 0;
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        if (!work->current[slot])
            continue;
        count++;
        if (work->current[slot]->created > newest)
            newest = work->current[slot]->created;
    }
    return count < work->next.replicas ? 0 : newest;
}

/* Time in which pods may not be made, or not be placed by somebody's will, does not count. */
static bool queued(const struct work *work)
{
    for (uint32_t slot = 0; slot < work->next.slots; slot++) {
        if (work->current[slot] && work->current[slot]->trouble == POD_TROUBLE_GATED)
            return true;
    }
    return false;
}

enum policy_outcome policy_late(struct work *work)
{
    const struct condition *ready = &work->next.conditions[CONDITION_PODS_READY];
    int64_t since = complete_since(work);
    int64_t due = since + work->job->job->start_seconds;
    CLEAN(text) struct text text = {0};

    if (work->next.generation || !since || queued(work))
        return POLICY_NEXT;
    if (work->seen->now < due) {
        plan_requeue(work->plan, due);
        return POLICY_NEXT;
    }
    text_addf(&text,
              "training has not begun within %" PRId64 " s after the pods were made",
              work->job->job->start_seconds);
    if (ready->value == VALUE_FALSE && ready->message)
        text_addf(&text, ": %s", ready->message);
    return work_fail(work, "StartDeadlineExceeded", text.data);
}
