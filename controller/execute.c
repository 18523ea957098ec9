/* execute - a plan becomes requests. */
#include "controller/execute.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "controller/dial.h"
#include "controller/event.h"
#include "controller/labels.h"
#include "controller/observe.h"
#include "controller/tree.h"
#include "kube/object.h"

#define AGAIN_FIRST CLOCK_MS(200) /* after a request that came to nothing */
#define AGAIN_MOST  CLOCK_SECONDS(30)

static const struct request_resource pods = {"", "v1", "pods"};
static const struct request_resource jobs = {LABELS_GROUP, "v1alpha1", "trainingjobs"};

/* One request of an execution. */
struct sending {
    struct execution *execution;
    const struct action *action;
    struct client_call *call; /* NULL = it was answered */
};

enum stage { STAGE_PODS, STAGE_STATUS, STAGE_END };

struct execution {
    struct dossier *dossier;
    struct plan plan;
    struct sending *sendings; /* one for each action */
    enum stage stage;
    size_t pending;
    bool patched;
    bool refused; /* the API server has refused a pod */
    bool failed;  /* something is to be tried again */
};

static void execution_go_on(struct execution *execution);

static void execution_free(struct execution *execution)
{
    execution->dossier->execution = NULL;
    free(execution->sendings);
    plan_done(&execution->plan);
    free(execution);
}

static struct request_place place_of(const struct dossier *dossier,
                                     const struct request_resource *resource,
                                     const char *name,
                                     const char *part)
{
    return (struct request_place){
        .resource = resource, .space = dossier->job.namespace, .name = name, .part = part};
}

static void send(struct sending *sending,
                 struct request *request,
                 void (*ended)(void *context, const struct answer *answer))
{
    const struct client_events events = {.ended = ended};
    struct client *client = sending->execution->dossier->controller->client;

    sending->call = client_send(client, request, &events, sending);
}

/* Answers. */

/* Something is to be tried again; what is wrong is said the first time, and once a plan. */
static void complain(struct sending *sending, const struct answer *answer)
{
    struct execution *execution = sending->execution;
    struct dossier *dossier = execution->dossier;
    char words[ANSWER_REASON];

    answer_describe(answer, words, sizeof words);
    if (!dossier->failures && !execution->failed)
        log_warning(&dossier->controller->log,
                    "%s/%s: %s: %s",
                    dossier->job.namespace,
                    dossier->job.name,
                    *sending->action->name ? sending->action->name : "status",
                    words);
    execution->failed = true;
}

static void answered(struct sending *sending)
{
    struct execution *execution = sending->execution;

    sending->call = NULL;
    if (--execution->pending == 0)
        execution_go_on(execution);
}

/* Raises what was written by the version that the answer names, if it names one. */
static void written(struct resource_version *mark, const struct answer *answer)
{
    CLEAN(tree) cJSON *object = object_parse(answer->body, answer->size);
    struct resource_version version;

    if (object_version(object, &version) == 0)
        resource_version_raise(mark, &version);
}

/* Pods that are refused side by side are refused once. */
static void refused(struct sending *sending, enum refusal_kind kind, const char *message)
{
    struct execution *execution = sending->execution;
    struct dossier *dossier = execution->dossier;
    unsigned count = dossier->refusal.count + !execution->refused;

    snprintf(dossier->refusal_message, sizeof dossier->refusal_message, "%s", message);
    dossier->refusal = (struct observed_refusal){kind, dossier->refusal_message, time(NULL), count};
    dossier->again = true;
    execution->refused = true;
}

/* What has the name is ours, and the watch has not brought it yet; or it is somebody else's. What
 * was known already brings nothing new. */
static void taken(struct sending *sending, struct pod_record *record)
{
    struct dossier *dossier = sending->execution->dossier;

    dossier->again = true;
    if (strcmp(record->job, dossier->uid) != 0) {
        dossier_stranger(dossier, record, time(NULL));
        return;
    }
    if (dossier_pod_find(dossier, record->uid))
        sending->execution->failed = true;
    observe_pod(dossier->controller, record);
}

static void on_looked_at(void *context, const struct answer *answer)
{
    struct sending *sending = context;
    CLEAN(tree) cJSON *object = object_parse(answer->body, answer->size);
    struct pod_record record = {0};

    switch (answer_classify(answer, NULL)) {
    case ANSWER_DONE:
        if (pod_record_read(object, &record, NULL))
            complain(sending, answer);
        else
            taken(sending, &record);
        break;
    case ANSWER_ABSENT: /* the name has become free */
        sending->execution->failed = true;
        break;
    default:
        complain(sending, answer);
    }
    answered(sending);
}

static void look_at(struct sending *sending)
{
    struct request_place place =
        place_of(sending->execution->dossier, &pods, sending->action->name, NULL);
    struct request request = {0};

    request_get(&request, &place);
    send(sending, &request, on_looked_at);
}

static void on_created(void *context, const struct answer *answer)
{
    struct sending *sending = context;
    struct dossier *dossier = sending->execution->dossier;
    struct refusal refusal;

    switch (answer_classify(answer, &refusal)) {
    case ANSWER_DONE:
        written(&dossier->written_pods, answer);
        dossier_stranger_gone(dossier, sending->action->name);
        if (!sending->execution->refused)
            dossier->refusal = (struct observed_refusal){.kind = REFUSAL_NONE};
        break;
    case ANSWER_EXISTS:
        look_at(sending);
        return;
    case ANSWER_QUOTA:
        refused(sending, REFUSAL_QUOTA, refusal.message);
        break;
    case ANSWER_DENIED:
        refused(sending, REFUSAL_DENIED, refusal.message);
        break;
    case ANSWER_TERMINATING:
        refused(sending, REFUSAL_TERMINATING, refusal.message);
        break;
    case ANSWER_INVALID:
        refused(sending, REFUSAL_INVALID, refusal.message);
        break;
    default:
        complain(sending, answer);
    }
    answered(sending);
}

static void on_deleted(void *context, const struct answer *answer)
{
    struct sending *sending = context;

    switch (answer_classify(answer, NULL)) {
    case ANSWER_DONE:
        written(&sending->execution->dossier->written_pods, answer);
        break;
    case ANSWER_ABSENT:
        observe_gone(sending->execution->dossier, sending->action->uid);
        break;
    case ANSWER_CONFLICT:
        sending->execution->failed = true; /* the name has another life: the watch will say so */
        break;
    default:
        complain(sending, answer);
    }
    answered(sending);
}

static void on_patched(void *context, const struct answer *answer)
{
    struct sending *sending = context;
    struct execution *execution = sending->execution;

    switch (answer_classify(answer, NULL)) {
    case ANSWER_DONE:
        written(&execution->dossier->written_job, answer);
        execution->dossier->status_written = time(NULL);
        execution->patched = true;
        break;
    case ANSWER_ABSENT:
        break; /* the job is gone: the watch will say so */
    case ANSWER_CONFLICT:
        execution->failed = true; /* the newer version comes by the watch */
        break;
    default:
        complain(sending, answer);
    }
    answered(sending);
}

/* Sending. */

static void create_send(struct sending *sending)
{
    struct request_place place = place_of(sending->execution->dossier, &pods, NULL, NULL);
    struct request request = {0};

    request_create(&request, &place, sending->action->body);
    send(sending, &request, on_created);
}

static void delete_send(struct sending *sending)
{
    struct request_place place =
        place_of(sending->execution->dossier, &pods, sending->action->name, NULL);
    const struct request_condition condition = {.uid = sending->action->uid,
                                                .grace_seconds = (int)sending->action->grace};
    struct request request = {0};

    request_delete(&request, &place, &condition);
    send(sending, &request, on_deleted);
}

static void patch_send(struct sending *sending)
{
    const struct dossier *dossier = sending->execution->dossier;
    struct request_place place = place_of(dossier, &jobs, dossier->job.name, "status");
    struct request request = {0};

    request_patch(&request, &place, sending->action->body);
    send(sending, &request, on_patched);
}

/* Sends every action of a kind; each is pending then. */
static void kind_send(struct execution *execution,
                      enum action_kind kind,
                      void (*send_one)(struct sending *sending))
{
    for (size_t i = 0; i < execution->plan.count; i++) {
        if (execution->plan.items[i].kind != kind)
            continue;
        execution->pending++;
        send_one(&execution->sendings[i]);
    }
}

static void events_say(const struct execution *execution)
{
    struct dossier *dossier = execution->dossier;

    for (size_t i = 0; i < execution->plan.count; i++) {
        const struct action *action = &execution->plan.items[i];
        const struct event event = {.job = &dossier->job,
                                    .warning = action->warning,
                                    .reason = action->reason,
                                    .note = action->body};

        if (action->kind == ACTION_EVENT)
            event_post(dossier->controller, &event);
    }
}

/* When the job is to be looked at again. */
static void requeue(struct dossier *dossier, const struct execution *execution)
{
    int64_t wait = AGAIN_FIRST;

    if (execution->failed) {
        for (unsigned i = 0; i < dossier->failures && wait < AGAIN_MOST; i++)
            wait *= 2;
        dossier->failures++;
        decide_by(dossier, clock_now() + (wait < AGAIN_MOST ? wait : AGAIN_MOST));
    } else {
        dossier->failures = 0;
        if (dossier->again)
            decide_soon(dossier);
    }
    dossier->again = false;
    for (size_t i = 0; i < execution->plan.count; i++) {
        int64_t left = execution->plan.items[i].due - time(NULL);

        if (execution->plan.items[i].kind == ACTION_REQUEUE)
            decide_by(dossier, clock_now() + CLOCK_SECONDS(left > 0 ? left : 0));
    }
}

/* Begins what comes next, once everything that was sent is answered. */
static void execution_go_on(struct execution *execution)
{
    if (execution->stage == STAGE_PODS) {
        execution->stage = STAGE_STATUS;
        kind_send(execution, ACTION_PATCH_STATUS, patch_send);
        if (execution->pending)
            return;
    }
    execution->stage = STAGE_END;
    if (execution->patched)
        events_say(execution);
    requeue(execution->dossier, execution);
    execution_free(execution);
}

/* Nothing waits for what they say. */
static void agents_dial(const struct execution *execution)
{
    for (size_t i = 0; i < execution->plan.count; i++) {
        if (execution->plan.items[i].kind == ACTION_DIAL)
            dial_ask(execution->dossier, execution->plan.items[i].uid);
    }
}

void execute_start(struct dossier *dossier, struct plan *plan)
{
    struct execution *execution = memory_get(1, sizeof *execution);

    execution->dossier = dossier;
    execution->plan = *plan;
    execution->sendings = memory_get(plan->count + 1, sizeof *execution->sendings);
    for (size_t i = 0; i < plan->count; i++)
        execution->sendings[i] =
            (struct sending){.execution = execution, .action = &execution->plan.items[i]};
    dossier->execution = execution;
    agents_dial(execution);
    kind_send(execution, ACTION_DELETE_POD, delete_send);
    kind_send(execution, ACTION_CREATE_POD, create_send);
    if (!execution->pending)
        execution_go_on(execution);
}

void execute_drop(struct dossier *dossier)
{
    struct execution *execution = dossier->execution;

    if (!execution)
        return;
    for (size_t i = 0; i < execution->plan.count; i++)
        client_drop(execution->sendings[i].call);
    execution_free(execution);
}
