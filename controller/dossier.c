/* dossier - everything that is known of one job. */
#include "controller/dossier.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/controller.h"
#include "controller/dial.h"

_Static_assert((int)POD_RECORD_UID == (int)JOB_RECORD_UID, "a pod's job has a dossier");

static int dossier_compare(const void *left, const void *right)
{
    const struct dossier *a = left;
    const struct dossier *b = right;

    return strcmp(a->uid, b->uid);
}

struct dossier *dossier_find(struct controller *controller, const char *uid)
{
    struct dossier key = {.there = false};
    struct dossier **found;

    if (strlen(uid) >= sizeof key.uid)
        return NULL;
    memcpy(key.uid, uid, strlen(uid) + 1);
    found = tfind(&key, &controller->dossiers, dossier_compare);
    return found ? *found : NULL;
}

struct dossier *dossier_of(struct controller *controller, const char *uid)
{
    struct dossier *dossier = dossier_find(controller, uid);

    if (dossier)
        return dossier;
    dossier = memory_get(1, sizeof *dossier);
    dossier->controller = controller;
    memcpy(dossier->uid, uid, strlen(uid) + 1);
    if (!tsearch(dossier, &controller->dossiers, dossier_compare))
        abort();
    controller->dossier_count++;
    return dossier;
}

/* Jobs. */

static void strangers_forget(struct dossier *dossier)
{
    while (dossier->stranger_count)
        pod_record_done(&dossier->strangers[--dossier->stranger_count].record);
}

/* Names of another attempt are not wanted any more. */
void dossier_job(struct dossier *dossier, struct job_record *record)
{
    if (dossier->there && dossier->job.status.attempt != record->status.attempt)
        strangers_forget(dossier);
    if (dossier->there)
        job_record_done(&dossier->job);
    dossier->job = *record;
    dossier->there = true;
}

bool dossier_current(const struct dossier *dossier, const struct pod_record *pod)
{
    const struct status *status = &dossier->job.status;

    return dossier->there && pod->placed && pod->attempt == status->attempt &&
           pod->slot < status->slots && pod->try == status->tries[pod->slot];
}

/* Pods. */

struct dossier_pod *dossier_pod_find(const struct dossier *dossier, const char *uid)
{
    for (size_t i = 0; i < dossier->pod_count; i++) {
        if (!strcmp(dossier->pods[i]->record.uid, uid))
            return dossier->pods[i];
    }
    return NULL;
}

static void pod_free(struct dossier_pod *pod)
{
    dial_end(pod);
    pod_record_done(&pod->record);
    free(pod);
}

/* Whether a record tells what was before. */
static bool is_old(const struct pod_record *record, const struct pod_record *known)
{
    return !record->gone && resource_version_compare(&record->version, &known->version) < 0;
}

static bool has_ended(const struct pod_record *record)
{
    return record->gone || pod_record_dead(record);
}

struct dossier_pod *dossier_pod(struct dossier *dossier, struct pod_record *record, bool *ended)
{
    struct dossier_pod *pod = dossier_pod_find(dossier, record->uid);
    bool had_ended = pod && has_ended(&pod->record);

    *ended = false;
    if (pod && is_old(record, &pod->record)) {
        pod_record_done(record);
        return pod;
    }
    record->gone = record->gone || (pod && pod->record.gone);
    if (!pod) {
        memory_grow(
            &dossier->pods, &dossier->pod_capacity, dossier->pod_count + 1, sizeof *dossier->pods);
        pod = memory_get(1, sizeof *pod);
        dossier->pods[dossier->pod_count++] = pod;
    }
    pod_record_done(&pod->record);
    pod->record = *record;
    *ended = !had_ended && has_ended(&pod->record);
    return pod;
}

/* Whether nothing will be asked about a pod that is gone. One that is newer than the status knows
 * of will be. */
static bool outlived(const struct dossier *dossier, const struct pod_record *pod)
{
    const struct status *status = &dossier->job.status;

    if (!pod->gone)
        return false;
    if (!dossier->there || !pod->placed || pod->attempt < status->attempt)
        return true;
    if (pod->attempt > status->attempt)
        return false;
    return pod->slot >= status->slots || pod->try < status->tries[pod->slot];
}

void dossier_prune(struct dossier *dossier)
{
    size_t kept = 0;

    for (size_t i = 0; i < dossier->pod_count; i++) {
        struct dossier_pod *pod = dossier->pods[i];

        if (outlived(dossier, &pod->record))
            pod_free(pod);
        else
            dossier->pods[kept++] = pod;
    }
    dossier->pod_count = kept;
}

/* Strangers. */

static struct dossier_stranger *stranger_find(struct dossier *dossier, const char *name)
{
    for (size_t i = 0; i < dossier->stranger_count; i++) {
        if (!strcmp(dossier->strangers[i].record.name, name))
            return &dossier->strangers[i];
    }
    return NULL;
}

void dossier_stranger(struct dossier *dossier, struct pod_record *record, int64_t now)
{
    dossier_stranger_gone(dossier, record->name);
    memory_grow(&dossier->strangers,
                &dossier->stranger_capacity,
                dossier->stranger_count + 1,
                sizeof *dossier->strangers);
    dossier->strangers[dossier->stranger_count++] = (struct dossier_stranger){*record, now};
}

void dossier_stranger_gone(struct dossier *dossier, const char *name)
{
    struct dossier_stranger *stranger = stranger_find(dossier, name);

    if (!stranger)
        return;
    pod_record_done(&stranger->record);
    *stranger = dossier->strangers[--dossier->stranger_count];
}

/* The end. */

bool dossier_empty(const struct dossier *dossier)
{
    return !dossier->there && !dossier->pod_count;
}

void dossier_free(struct dossier *dossier)
{
    struct controller *controller = dossier->controller;

    tdelete(dossier, &controller->dossiers, dossier_compare);
    controller->dossier_count--;
    if (dossier->there)
        job_record_done(&dossier->job);
    for (size_t i = 0; i < dossier->pod_count; i++)
        pod_free(dossier->pods[i]);
    free(dossier->pods);
    strangers_forget(dossier);
    free(dossier->strangers);
    if (dossier->report)
        report_done(dossier->report);
    free(dossier->report);
    free(dossier->missing);
    free(dossier);
}
