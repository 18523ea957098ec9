/* reconcile_end - how a job ends, and what becomes of its pods then. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "controller/reconcile_private.h"
#include "controller/tree.h"

#define LEAVE      30 /* seconds that agents who know of the end have to leave */
#define BY_VERDICT "TrainingFailed"

static bool holds(const struct status *status, enum condition_type type)
{
    return status->conditions[type].value == VALUE_TRUE;
}

bool work_finished(const struct status *status)
{
    return holds(status, CONDITION_COMPLETE) || holds(status, CONDITION_FAILED);
}

/* Says of every condition of a running job that it is over. */
static void conditions_end(struct work *work)
{
    static const enum condition_type types[] = {
        CONDITION_PODS_READY, CONDITION_RUNNING, CONDITION_RESTARTING, CONDITION_DEGRADED};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        status_set(&work->next, types[i], VALUE_FALSE, work->seen->now, "Finished", NULL);
}

/* Ends the job. `type` is the condition that holds from now on. */
static void end(struct work *work, enum condition_type type, const char *reason, const char *text)
{
    bool complete = type == CONDITION_COMPLETE;
    int64_t now = work->seen->now;

    work_describe(work);
    conditions_end(work);
    status_set(&work->next, CONDITION_COMPLETE, VALUE_FALSE, now, reason, NULL);
    status_set(&work->next, CONDITION_FAILED, VALUE_FALSE, now, reason, NULL);
    status_set(&work->next, type, VALUE_TRUE, now, reason, text);
    work->next.state = complete ? STATE_SUCCEEDED : STATE_FAILED;
    work->next.completion_time = now;
    plan_event(work->plan, !complete, reason, text ? text : "no reason was given");
}

enum policy_outcome work_fail(struct work *work, const char *reason, const char *text)
{
    end(work, CONDITION_FAILED, reason, text);
    return POLICY_WRITE;
}

/* The result as a JSON object of at most STATUS_RESULT bytes: the trainer's own, or one that holds
 * its words. */
static char *result_make(const char *text)
{
    CLEAN(tree) cJSON *json = cJSON_Parse(text);
    CLEAN(text) struct text out = {0};

    if (cJSON_IsObject(json)) {
        json_add_tree(&out, json);
    } else {
        text_add(&out, "{\"text\":");
        json_add_text(&out, text);
        text_add(&out, "}");
    }
    return memory_text(out.size <= STATUS_RESULT ? out.data : "{\"text\":\"too long\"}");
}

static void succeed(struct work *work, const char *text)
{
    end(work, CONDITION_COMPLETE, "Succeeded", "training has ended well");
    free(work->next.result);
    work->next.result = text && *text ? result_make(text) : NULL;
}

/* Looks for a pod of the attempt with that verdict, of any try: it was said by one who knew. */
static const struct pod_record *verdict_find(const struct work *work, enum verdict verdict)
{
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (pod->placed && pod->attempt == work->next.attempt && pod->verdict == verdict)
            return pod;
    }
    return NULL;
}

enum policy_outcome policy_complete(struct work *work)
{
    const struct report *report = work_report(work);
    const struct pod_record *pod = verdict_find(work, VERDICT_SUCCEEDED);

    if (pod || (report && report->state == REPORT_SUCCEEDED)) {
        succeed(work, pod ? pod->text : report->text);
        return POLICY_WRITE;
    }
    pod = verdict_find(work, VERDICT_FAILED);
    if (pod || (report && report->state == REPORT_FAILED))
        return work_fail(work, BY_VERDICT, pod ? pod->text : report->text);
    return POLICY_NEXT;
}

/* Agents that know of the end leave by themselves, so that a job that ends well costs no write a
 * pod. Pods that have ended are kept for their logs, until the job is deleted. */
enum policy_outcome policy_finished(struct work *work)
{
    const struct status *status = &work->next;
    bool told = holds(status, CONDITION_COMPLETE) ||
                !strcmp(status->conditions[CONDITION_FAILED].reason, BY_VERDICT);
    int64_t due = status->completion_time + (told ? LEAVE : 0);

    if (!work_finished(status))
        return POLICY_NEXT;
    for (size_t i = 0; i < work->seen->pod_count; i++) {
        const struct pod_record *pod = work->seen->pods[i];

        if (pod->deleting || pod->gone || pod->phase == POD_SUCCEEDED || pod->phase == POD_FAILED)
            continue;
        if (work->seen->now >= due)
            plan_delete(work->plan, pod, PLAN_GRACE_OWN);
        else
            plan_requeue(work->plan, due);
    }
    return POLICY_STOP;
}
