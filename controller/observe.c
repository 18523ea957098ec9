/* observe - what the API server tells of jobs and pods. */
#include "controller/observe.h"

#include <stdlib.h>

#include "base/clock.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "controller/labels.h"
#include "kube/object.h"

static const struct request_resource jobs_resource = {LABELS_GROUP, "v1alpha1", "trainingjobs"};
static const struct request_resource pods_resource = {"", "v1", "pods"};

static void trouble_log(struct controller *controller,
                        const char *what,
                        bool *well,
                        const char *reason)
{
    if (reason)
        log_warning(&controller->log, "watching %s: %s", what, reason);
    else
        log_info(&controller->log, "watching %s: well again", what);
    *well = !reason;
}

/* Jobs. */

static void on_jobs_listing(void *context)
{
    struct controller *controller = context;

    controller->jobs_mark++;
}

static void on_job(void *context, const struct cJSON *object)
{
    struct controller *controller = context;
    struct job_record record;
    struct dossier *dossier;
    struct error error;

    if (job_record_read(object, &record, &error)) {
        log_warning(&controller->log, "passed over: %s", error.text);
        return;
    }
    dossier = dossier_of(controller, record.uid);
    dossier->mark = controller->jobs_mark;
    dossier_job(dossier, &record);
    decide_soon(dossier);
}

static void on_job_deleted(void *context, const struct cJSON *object)
{
    const char *uid = object_uid(object);
    struct dossier *dossier = uid ? dossier_find(context, uid) : NULL;

    if (dossier)
        decide_forget(dossier); /* its pods go with it, by Kubernetes' garbage collector */
}

/* A job that a list has not named is let go of later: the tree must not change while it is walked.
 */
static void job_sweep(struct dossier *dossier)
{
    if (dossier->there && dossier->mark != dossier->controller->jobs_mark) {
        dossier->gone = true;
        decide_soon(dossier);
    }
}

static void on_jobs_listed(void *context)
{
    struct controller *controller = context;

    decide_each(controller, job_sweep);
    controller->jobs_listed = controller->jobs_well = true;
    decide_all(controller);
}

static void on_jobs_trouble(void *context, const char *reason)
{
    struct controller *controller = context;

    trouble_log(controller, "jobs", &controller->jobs_well, reason);
}

/* Pods. */

static void on_pods_listing(void *context)
{
    struct controller *controller = context;

    controller->pods_mark++;
}

/* Whoever enrolled from a pod is gone, if its attempt is the one that is served. */
static void agent_gone(const struct dossier *dossier, const struct pod_record *pod)
{
    if (dossier->desk.desk && dossier->desk.attempt == pod->attempt &&
        dossier_current(dossier, pod))
        desk_gone(dossier->desk.desk, pod->slot);
}

void observe_pod(struct controller *controller, struct pod_record *record)
{
    struct dossier *dossier;
    struct dossier_pod *pod;
    bool ended;

    if (!*record->job) {
        pod_record_done(record);
        return;
    }
    dossier = dossier_of(controller, record->job);
    pod = dossier_pod(dossier, record, &ended);
    pod->mark = controller->pods_mark;
    if (ended)
        agent_gone(dossier, &pod->record);
    decide_soon(dossier);
}

void observe_gone(struct dossier *dossier, const char *uid)
{
    struct dossier_pod *pod = dossier_pod_find(dossier, uid);

    if (!pod || pod->record.gone)
        return;
    pod->record.gone = true;
    agent_gone(dossier, &pod->record);
    decide_soon(dossier);
}

static void on_pod(void *context, const struct cJSON *object)
{
    struct controller *controller = context;
    struct pod_record record;
    struct error error;

    if (pod_record_read(object, &record, &error))
        log_warning(&controller->log, "passed over: %s", error.text);
    else
        observe_pod(controller, &record);
}

static void on_pod_deleted(void *context, const struct cJSON *object)
{
    struct controller *controller = context;
    struct pod_record record;

    if (pod_record_read(object, &record, NULL))
        return;
    record.gone = true;
    observe_pod(controller, &record);
}

/* A pod that was seen otherwise may be newer than the list. */
static bool left_out(const struct controller *controller, const struct dossier_pod *pod)
{
    return pod->mark != controller->pods_mark &&
           resource_version_compare(&pod->record.version, informer_version(controller->pods)) <= 0;
}

static void pods_sweep(struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->pod_count; i++) {
        if (left_out(dossier->controller, dossier->pods[i]))
            observe_gone(dossier, dossier->pods[i]->record.uid);
    }
}

static void on_pods_listed(void *context)
{
    struct controller *controller = context;

    decide_each(controller, pods_sweep);
    controller->pods_listed = controller->pods_well = true;
    decide_all(controller);
}

/* What was waited for by whoever reads its own writes may have come. */
static void gate_look(struct dossier *dossier)
{
    if (dossier->gated)
        decide_soon(dossier);
}

static void on_pods_advanced(void *context, const struct resource_version *version)
{
    (void)version;
    decide_each(context, gate_look);
}

static void on_pods_trouble(void *context, const char *reason)
{
    struct controller *controller = context;

    trouble_log(controller, "pods", &controller->pods_well, reason);
}

/* Beginning and end. */

static void nothing_advanced(void *context, const struct resource_version *version)
{
    (void)context;
    (void)version;
}

void observe_start(struct controller *controller)
{
    static const struct informer_events job_events = {.listing = on_jobs_listing,
                                                      .object = on_job,
                                                      .deleted = on_job_deleted,
                                                      .listed = on_jobs_listed,
                                                      .advanced = nothing_advanced,
                                                      .trouble = on_jobs_trouble};
    static const struct informer_events pod_events = {.listing = on_pods_listing,
                                                      .object = on_pod,
                                                      .deleted = on_pod_deleted,
                                                      .listed = on_pods_listed,
                                                      .advanced = on_pods_advanced,
                                                      .trouble = on_pods_trouble};
    const struct informer_source jobs = {.resource = jobs_resource,
                                         .space = controller->arguments->space};
    const struct informer_source pods = {
        .resource = pods_resource, .space = controller->arguments->space, .labels = LABELS_JOB};
    uint64_t seed = (uint64_t)clock_now();

    controller->jobs = informer_start(controller->client, &jobs, &job_events, controller, seed);
    controller->pods = informer_start(controller->client, &pods, &pod_events, controller, seed + 1);
}

void observe_stop(struct controller *controller)
{
    informer_stop(controller->jobs);
    informer_stop(controller->pods);
}
