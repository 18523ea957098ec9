/* decide - a dossier that is due becomes a plan. */
#include "controller/decide.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "controller/attend.h"
#include "controller/controller.h"
#include "controller/execute.h"
#include "controller/nodes.h"
#include "controller/overview.h"
#include "controller/pod_events.h"
#include "controller/reconcile.h"

#define QUORUM_PAUSE  CLOCK_SECONDS(1) /* an agent that restarts is back within it */
#define PROGRESS_JOBS 200              /* jobs that may each write every ten seconds: 20 a second */

/* Whether the lead waits for a slot's agent. It may name a slot many times, and any. */
static bool missed(const struct dossier *dossier, uint32_t slot)
{
    for (size_t i = 0; i < dossier->missing_count; i++) {
        if (dossier->missing[i] == slot)
            return true;
    }
    return false;
}

/* Nodes that the lead misses agents on and that are lost. There is room for one a pod. */
static size_t nodes_collect(struct dossier *dossier, const char **lost)
{
    size_t count = 0;

    for (size_t i = 0; dossier->missing_count && i < dossier->pod_count; i++) {
        const struct pod_record *pod = &dossier->pods[i]->record;

        if (pod->node && !pod_record_over(pod) && dossier_current(dossier, pod) &&
            missed(dossier, pod->slot) && nodes_lost(dossier->controller, pod->node))
            lost[count++] = pod->node;
    }
    return count;
}

/* Pods that have names of ours, for reconcile. There is room for each. */
static void strangers_collect(const struct dossier *dossier, struct observed_stranger *strangers)
{
    for (size_t i = 0; i < dossier->stranger_count; i++)
        strangers[i] =
            (struct observed_stranger){&dossier->strangers[i].record, dossier->strangers[i].seen};
}

/* How agents stand that were asked. There is room for one a pod. */
static size_t standings_collect(const struct dossier *dossier, struct observed_standing *standings)
{
    size_t count = 0;

    for (size_t i = 0; i < dossier->pod_count; i++) {
        const struct dossier_pod *pod = dossier->pods[i];

        if (pod->standing != STANDING_UNKNOWN)
            standings[count++] =
                (struct observed_standing){&pod->record, pod->standing, pod->stood};
    }
    return count;
}

/* The attempt that has had no majority for long enough, or 0. */
static uint32_t quorum_look(struct dossier *dossier, int64_t now)
{
    struct dossier_desk *desk = &dossier->desk;

    if (!desk->desk || !desk_quorum_lost(desk->desk)) {
        desk->quorum_lost = 0;
        return 0;
    }
    if (!desk->quorum_lost)
        desk->quorum_lost = now;
    if (now - desk->quorum_lost >= QUORUM_PAUSE)
        return desk->attempt;
    decide_by(dossier, desk->quorum_lost + QUORUM_PAUSE);
    return 0;
}

/* The more jobs there are, the rarer each writes its progress. */
static int64_t progress_seconds(const struct controller *controller)
{
    int64_t stretch = (int64_t)(controller->dossier_count / PROGRESS_JOBS);

    return RECONCILE_PROGRESS * (1 + stretch);
}

/* Since when a new attempt waits. A pass that decides nothing does not end that. */
static void fence_note(struct dossier *dossier, bool fencing, int64_t now)
{
    if (fencing && !dossier->desk.fenced)
        dossier->desk.fenced = now;
    else if (!fencing && !dossier->gated)
        dossier->desk.fenced = 0;
}

static void plan_make(struct dossier *dossier, struct plan *plan)
{
    struct controller *controller = dossier->controller;
    const struct arguments *arguments = controller->arguments;
    CLEAN_FREE const char **lost = memory_get(dossier->pod_count + 1, sizeof *lost);
    CLEAN_FREE struct observed_stranger *strangers =
        memory_get(dossier->stranger_count + 1, sizeof *strangers);
    CLEAN_FREE struct observed_standing *standings =
        memory_get(dossier->pod_count + 1, sizeof *standings);
    const struct reconcile_settings how = {
        .pod = {arguments->agent_image,
                arguments->trainer_image,
                arguments->directory,
                text_string(&dossier->controller->keyring.trust)},
        .progress_seconds = progress_seconds(controller)};
    struct observation seen = {.job = dossier->there ? &dossier->job : NULL,
                               .pods = (const struct pod_record *const *)dossier->pods,
                               .pod_count = dossier->pod_count,
                               .strangers = strangers,
                               .stranger_count = dossier->stranger_count,
                               .report = dossier->report,
                               .lost_nodes = lost,
                               .quorum_lost = quorum_look(dossier, clock_now()),
                               .witness =
                                   dossier->desk.desk ? desk_wanted(dossier->desk.desk) : NULL,
                               .standings = standings,
                               .standing_count = standings_collect(dossier, standings),
                               .fenced = dossier->desk.fenced,
                               .refusal = dossier->refusal,
                               .status_written = dossier->status_written,
                               .written_job = dossier->written_job,
                               .written_pods = dossier->written_pods,
                               .seen_pods = *informer_version(controller->pods),
                               .now = time(NULL)};

    strangers_collect(dossier, strangers);
    pod_events_look(dossier, &seen.word);
    seen.lost_node_count = nodes_collect(dossier, lost);
    reconcile(&seen, &how, plan);
    dossier->gated = plan->policy && !strcmp(plan->policy, "gate");
    fence_note(dossier, plan->fencing, seen.now);
    overview_decided(controller, plan->policy);
}

static void decide(struct dossier *dossier)
{
    struct plan plan = {0};

    if (dossier->gone) {
        decide_forget(dossier);
        return;
    }
    if (dossier->execution) {
        dossier->again = true;
        return;
    }
    if (!controller_ready(dossier->controller))
        return;
    dossier_prune(dossier);
    if (dossier_empty(dossier)) {
        decide_forget(dossier);
        return;
    }
    attend_update(dossier);
    plan_make(dossier, &plan);
    execute_start(dossier, &plan);
}

static void on_due(void *context)
{
    decide(context);
}

void decide_by(struct dossier *dossier, int64_t due)
{
    struct loop *loop = &dossier->controller->loop;

    dossier->due.call = on_due;
    dossier->due.context = dossier;
    if (!dossier->due.place || due < dossier->due.due)
        loop_timer(loop, &dossier->due, due);
}

void decide_soon(struct dossier *dossier)
{
    decide_by(dossier, clock_now());
}

static void soon(const void *node, VISIT visit, void *context)
{
    struct dossier *const *dossier = node;
    void (**call)(struct dossier *dossier) = context;

    if (visit == postorder || visit == leaf)
        (*call)(*dossier);
}

void decide_each(struct controller *controller, void (*call)(struct dossier *dossier))
{
    twalk_r(controller->dossiers, soon, &call);
}

void decide_all(struct controller *controller)
{
    if (controller_ready(controller))
        decide_each(controller, decide_soon);
}

void decide_forget(struct dossier *dossier)
{
    execute_drop(dossier);
    attend_end(dossier);
    pod_events_drop(dossier);
    loop_cancel(&dossier->controller->loop, &dossier->due);
    dossier_free(dossier);
}
