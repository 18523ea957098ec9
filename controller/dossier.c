/* dossier - everything that is known of one job. */
#include "controller/dossier.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/controller.h"

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

void dossier_job(struct dossier *dossier, struct job_record *record)
{
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
    if (!pod)
        return;
    pod_record_done(&pod->record);
    free(pod);
}

bool dossier_pod(struct dossier *dossier, struct pod_record *record)
{
    struct dossier_pod *pod = dossier_pod_find(dossier, record->uid);
    bool was_over = pod && pod_record_over(&pod->record);

    if (!pod) {
        memory_grow(
            &dossier->pods, &dossier->pod_capacity, dossier->pod_count + 1, sizeof *dossier->pods);
        pod = memory_get(1, sizeof *pod);
        dossier->pods[dossier->pod_count++] = pod;
    }
    pod_record_done(&pod->record);
    pod->record = *record;
    return !was_over && pod_record_over(&pod->record);
}

static bool outlived(const struct dossier *dossier, const struct pod_record *pod)
{
    const struct status *status = &dossier->job.status;

    if (!pod->gone)
        return false;
    if (!dossier->there || !pod->placed || pod->attempt < status->attempt)
        return true;
    return pod->slot < status->slots && pod->try < status->tries[pod->slot];
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

void dossier_stranger(struct dossier *dossier, struct pod_record *record, int64_t now)
{
    pod_free(dossier->stranger);
    dossier->stranger = NULL;
    if (!record)
        return;
    dossier->stranger = memory_get(1, sizeof *dossier->stranger);
    dossier->stranger->record = *record;
    dossier->stranger_seen = now;
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
    pod_free(dossier->stranger);
    if (dossier->report)
        report_done(dossier->report);
    free(dossier->report);
    free(dossier->missing);
    free(dossier);
}
