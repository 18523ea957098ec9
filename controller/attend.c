/* attend - the desk of each running attempt. */
#include "controller/attend.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "controller/controller.h"
#include "controller/decide.h"
#include "controller/reconcile_private.h"
#include "controller/report_wire.h"

#define REPORT_EVERY 2000 /* milliseconds; what is urgent comes at once */
#define MISSING_MOST 1024

static void missing_take(struct dossier *dossier, const Muster__Report *report)
{
    size_t count = report->n_missing < MISSING_MOST ? report->n_missing : MISSING_MOST;

    free(dossier->missing);
    dossier->missing = memory_get(count + 1, sizeof *dossier->missing);
    dossier->missing_count = count;
    if (count)
        memcpy(dossier->missing, report->missing, count * sizeof *dossier->missing);
}

static void on_reported(void *context, const Muster__Report *report)
{
    struct dossier *dossier = context;

    if (!dossier->report)
        dossier->report = memory_get(1, sizeof *dossier->report);
    report_take(dossier->report, report, time(NULL));
    missing_take(dossier, report);
    decide_soon(dossier);
}

static void on_keep(void *context)
{
    decide_soon(context);
}

static void desk_begin(struct dossier *dossier)
{
    struct controller *controller = dossier->controller;
    struct dossier_desk *desk = &dossier->desk;
    const struct desk_settings settings = {.job = dossier->uid,
                                           .attempt = dossier->job.status.attempt,
                                           .facts = &desk->facts,
                                           .reported = on_reported,
                                           .kept = &dossier->job.status.witness,
                                           .keep = on_keep,
                                           .context = dossier};

    desk->attempt = settings.attempt;
    desk->quorum_lost = 0;
    directory_facts(dossier->job.job, REPORT_EVERY, &desk->spec, &desk->facts);
    desk->facts.replicas = dossier->job.status.replicas;
    desk->facts.spares = dossier->job.status.slots - dossier->job.status.replicas;
    desk->folder = memory_text(desk->facts.checkpoint_directory);
    desk->facts.checkpoint_directory = desk->folder; /* the job is read anew with each change */
    desk->desk = desk_open(controller->directory, &settings);
}

void attend_update(struct dossier *dossier)
{
    const struct status *status = &dossier->job.status;
    bool wanted = dossier->there && dossier->job.job && status->attempt && !dossier->job.deleting &&
                  !work_finished(status);

    if (dossier->desk.desk && (!wanted || dossier->desk.attempt != status->attempt))
        attend_end(dossier);
    if (wanted && !dossier->desk.desk)
        desk_begin(dossier);
    else if (wanted)
        desk_kept(dossier->desk.desk, &status->witness);
}

void attend_end(struct dossier *dossier)
{
    struct dossier_desk *desk = &dossier->desk;

    desk_close(desk->desk);
    text_done(&desk->spec);
    free(desk->folder);
    *desk = (struct dossier_desk){.desk = NULL};
    dossier->missing_count = 0;
}
