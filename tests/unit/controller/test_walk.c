/* Random walks: pods start, fail and vanish, agents report, the controller is killed between any
 * two requests of a plan. What must never happen does not, and once all is quiet the job runs. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "controller/reconcile.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "scene.h"
#include "support/check.h"

#define WALKS   80
#define STEPS   60
#define CREATED 512
#define SETTLE  12 /* plans until everything is made again */

struct walk {
    struct scene scene;
    uint64_t random;
    char created[CREATED][POD_RECORD_NAME]; /* every name that a pod was made under */
    size_t created_count;
    uint32_t attempt;
    uint32_t tries[JOB_REPLICAS];
    enum status_state ended; /* how, once it has; else STATE_NONE */
    int64_t generation;
    uint64_t promised; /* by the witness of the attempt, in its status */
    bool voted;        /* some vote was written */
};

static bool chance(struct walk *walk, uint64_t of)
{
    return random_below(&walk->random, of) == 0;
}

/* A pod of the scene, any; NULL when there is none. */
static cJSON *pod_any(struct walk *walk)
{
    int count = cJSON_GetArraySize(walk->scene.pods);

    return count ? cJSON_GetArrayItem(walk->scene.pods,
                                      (int)random_below(&walk->random, (uint64_t)count))
                 : NULL;
}

static bool gone(const cJSON *pod)
{
    return cJSON_IsTrue(object_member(pod, "gone"));
}

/* What happens to pods. */

static void status_put(cJSON *pod, const char *text)
{
    tree_put(pod, "status", cJSON_Parse(text));
}

static void pod_start(cJSON *pod)
{
    if (object_member(pod, "status") || object_deleting(pod))
        return;
    tree_put_text(tree_open_object(pod, "spec"), "nodeName", "node-a");
    status_put(pod,
               "{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":"
               "\"True\"}],\"containerStatuses\":[{\"name\":\"trainer\",\"state\":{"
               "\"running\":{}}}]}");
}

static void pod_fail(cJSON *pod)
{
    status_put(pod,
               "{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"trainer\",\"state\":{"
               "\"terminated\":{\"exitCode\":1,\"reason\":\"Error\"}}}]}");
}

static void pod_delete(cJSON *pod)
{
    tree_put_text(tree_open_object(pod, "metadata"), "deletionTimestamp", "2026-01-01T00:00:00Z");
}

static void pod_change(struct walk *walk)
{
    cJSON *pod = pod_any(walk);

    if (!pod || gone(pod))
        return;
    switch (random_below(&walk->random, 12)) {
    case 0:
        pod_fail(pod);
        break;
    case 1:
        pod_delete(pod);
        break;
    case 2:
        tree_put_flag(pod, "gone", true);
        break;
    default:
        if (object_deleting(pod))
            tree_put_flag(pod, "gone", true);
        else
            pod_start(pod);
    }
}

/* What happens to the rest. */

static void report_change(struct walk *walk)
{
    struct scene *scene = &walk->scene;

    scene->seen.report = &scene->report;
    scene->report.time = scene->seen.now;
    scene->report.attempt = walk->attempt;
    scene->report.saved = -1;
    scene->report.generation = ++walk->generation;
    scene->report.members = chance(walk, 4) ? 1 + (uint32_t)random_below(&walk->random, 4) : 4;
    scene->report.state = chance(walk, 3) ? REPORT_FORMING : REPORT_RUNNING;
    if (chance(walk, 200))
        scene->report.state = chance(walk, 2) ? REPORT_SUCCEEDED : REPORT_FAILED;
}

static void quota_change(struct walk *walk)
{
    struct observed_refusal *refusal = &walk->scene.seen.refusal;

    if (refusal->kind)
        *refusal = (struct observed_refusal){0};
    else
        *refusal =
            (struct observed_refusal){REFUSAL_QUOTA, "exceeded quota", walk->scene.seen.now, 1};
}

/* The witness is asked for a promise, on top of what the status keeps. */
static void vote_change(struct walk *walk)
{
    struct scene *scene = &walk->scene;

    if (!walk->attempt || walk->ended)
        return;
    witness_record_done(&scene->witness);
    witness_record_copy(&scene->witness, &scene->job_record.status.witness);
    scene->witness.promised += 1 + random_below(&walk->random, 3);
    scene->seen.witness = &scene->witness;
}

/* An agent that was asked says something else, or nothing. */
static void standing_change(struct walk *walk)
{
    struct scene *scene = &walk->scene;

    for (size_t i = 0; i < scene->seen.standing_count; i++)
        scene->standings[i].standing =
            STANDING_SILENT +
            (enum standing)random_below(&walk->random, STANDING_RUNNING - STANDING_SILENT + 1);
}

/* Whether an agent of the attempt has lately said that it trains. */
static bool trains(const struct walk *walk)
{
    for (size_t i = 0; i < walk->scene.seen.standing_count; i++) {
        const struct observed_standing *standing = &walk->scene.standings[i];

        if (standing->standing == STANDING_RUNNING && walk->scene.seen.now - standing->time < 5 &&
            standing->pod->attempt == walk->attempt && !pod_record_dead(standing->pod))
            return true;
    }
    return false;
}

/* A new controller: it knows nothing but what the API server holds. Pods that are gone leave no
 * trace, and their names may be used again. */
static void controller_restart(struct walk *walk)
{
    struct scene *scene = &walk->scene;

    for (int i = cJSON_GetArraySize(scene->pods) - 1; i >= 0; i--) {
        const cJSON *pod = cJSON_GetArrayItem(scene->pods, i);

        if (!gone(pod))
            continue;
        for (size_t k = 0; k < walk->created_count; k++) {
            if (!strcmp(walk->created[k], object_name(pod)))
                walk->created[k][0] = '\0';
        }
        cJSON_DeleteItemFromArray(scene->pods, i);
    }
    scene->seen.report = NULL;
    scene->seen.status_written = 0;
    scene->seen.quorum_lost = 0;
    scene->seen.witness = NULL;
    scene->seen.standing_count = 0;
    scene->seen.fenced = 0;
    scene->seen.refusal = (struct observed_refusal){0};
}

static void world_change(struct walk *walk)
{
    uint64_t what = random_below(&walk->random, 20);

    walk->scene.seen.now += (int64_t)random_below(&walk->random, 20);
    if (what < 12)
        pod_change(walk);
    else if (what < 16)
        report_change(walk);
    else if (what == 16)
        quota_change(walk);
    else if (what == 17)
        controller_restart(walk);
    else if (what == 18)
        vote_change(walk);
    else if (what == 19 && chance(walk, 4))
        walk->scene.seen.quorum_lost = walk->attempt;
    standing_change(walk);
    scene_look(&walk->scene);
}

/* What must hold. */

static void names_check(struct walk *walk, const struct plan *plan, size_t carried)
{
    const struct status *status = &walk->scene.job_record.status;

    for (size_t i = 0; i < carried; i++) {
        const struct action *action = &plan->items[i];
        char name[POD_RECORD_NAME];
        bool wanted = false;

        if (action->kind != ACTION_CREATE_POD)
            continue;
        for (size_t k = 0; k < walk->created_count; k++)
            CU_ASSERT(strcmp(walk->created[k], action->name) != 0);
        for (uint32_t slot = 0; slot < status->slots; slot++) {
            pod_record_name(name, "digits", status->attempt, slot, status->tries[slot]);
            wanted |= !strcmp(name, action->name);
        }
        CU_ASSERT(wanted);
        CU_ASSERT_FATAL(walk->created_count < CREATED);
        memcpy(walk->created[walk->created_count++], action->name, POD_RECORD_NAME);
    }
}

static void status_check(struct walk *walk)
{
    const struct status *status = &walk->scene.job_record.status;
    bool finished = status->state == STATE_SUCCEEDED || status->state == STATE_FAILED;

    CU_ASSERT(status->attempt >= walk->attempt && status->attempt <= walk->attempt + 1);
    CU_ASSERT(!walk->ended || status->state == walk->ended);
    if (status->attempt != walk->attempt) {
        memset(walk->tries, 0, sizeof walk->tries);
        walk->generation = 0;
        walk->promised = 0;
        CU_ASSERT(status->witness.promised == 0);
    }
    CU_ASSERT(status->witness.promised >= walk->promised);
    walk->promised = status->witness.promised;
    walk->voted |= walk->promised != 0;
    for (uint32_t slot = 0; slot < status->slots; slot++) {
        CU_ASSERT(status->tries[slot] >= walk->tries[slot]);
        CU_ASSERT(status->tries[slot] <= walk->tries[slot] + 1);
        walk->tries[slot] = status->tries[slot];
    }
    walk->attempt = status->attempt;
    if (finished)
        walk->ended = status->state;
    for (unsigned i = 0; status->state && i < CONDITIONS; i++)
        CU_ASSERT(status->conditions[i].since > 0);
}

/* Decides and carries out, now and then only a part of it: then the controller was killed. */
static size_t controller_act(struct walk *walk, bool killed)
{
    CLEAN(plan) struct plan plan = {0};
    uint32_t attempt = walk->attempt;
    bool training = trains(walk);
    size_t carried;

    scene_reconcile(&walk->scene, &plan);
    carried = killed ? random_below(&walk->random, plan.count + 1) : plan.count;
    names_check(walk, &plan, carried);
    scene_apply_some(&walk->scene, &plan, carried);
    status_check(walk);
    CU_ASSERT(!training || !attempt || walk->attempt == attempt);
    if (killed) {
        controller_restart(walk);
        scene_look(&walk->scene);
    }
    return scene_requests(&plan);
}

/* Nothing bad happens any more: every pod that is made starts, and the agents train. */
static void world_settle(struct walk *walk)
{
    struct scene *scene = &walk->scene;
    size_t requests = 1;

    scene->seen.refusal = (struct observed_refusal){0};
    scene->seen.quorum_lost = 0;
    for (int round = 0; round < SETTLE || (requests && round < 2 * SETTLE); round++) {
        cJSON *pod;

        scene->seen.now += 60;
        controller_act(walk, false);
        requests = controller_act(walk, false); /* what was asked is answered at once */
        cJSON_ArrayForEach(pod, scene->pods) pod_start(pod);
        report_change(walk);
        scene->report.generation = --walk->generation;
        scene->report.state = REPORT_RUNNING;
        scene_look(scene);
    }
    CU_ASSERT(requests == 0);
    CU_ASSERT(walk->ended || scene->job_record.status.state == STATE_RUNNING);
    CU_ASSERT(walk->ended || scene->job_record.status.slots == 4);
    CU_ASSERT(walk->ended || scene->job_record.status.ready == scene->job_record.status.replicas);
}

/* A job of four pods, some of them spares, with room for many lost ones. */
static void walk_open(struct walk *walk, int spares)
{
    cJSON *spec;
    cJSON *pod;

    scene_open(&walk->scene, "first");
    spec = tree_open_object(walk->scene.job, "spec");
    tree_put_number(spec, "replicas", 4 - spares);
    tree_put_number(spec, "spares", spares);
    pod = tree_open_object(tree_open_object(tree_open_object(spec, "recovery"), "budgets"), "pod");
    tree_put_number(pod, "count", 30);
    scene_look(&walk->scene);
}

static void whatever_happens_the_job_runs_in_the_end(void)
{
    static const int spares[] = {0, 2, 3};
    uint64_t seed = check_seed();
    int ended = 0;
    int voted = 0;

    for (int i = 0; i < WALKS; i++) {
        CLEAN_FREE struct walk *walk = memory_get(1, sizeof *walk);

        walk_open(walk, spares[i % 3]);
        walk->random = seed + (uint64_t)i;
        for (int step = 0; step < STEPS; step++) {
            world_change(walk);
            controller_act(walk, chance(walk, 10));
        }
        world_settle(walk);
        ended += walk->ended != STATE_NONE;
        voted += walk->voted;
        scene_done(&walk->scene);
    }
    CU_ASSERT(ended < WALKS && voted > 0);
}

SUITE("controller walk",
      {"whatever happens the job runs in the end", whatever_happens_the_job_runs_in_the_end})
