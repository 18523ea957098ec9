/* Whether the next attempt may begin: of many agents only some are asked at a time. */
#include <stdio.h>

#include "base/memory.h"
#include "scene.h"
#include "support/check.h"

#define PODS 300
#define ROOM 128 /* questions at a time */

/* A job that has lost its majority, with a pod for each of many tries. */
struct crowd {
    struct scene scene;
    struct pod_record records[PODS];
    const struct pod_record *pods[PODS];
    struct observed_standing standings[PODS];
};

static void crowd_open(struct crowd *crowd)
{
    scene_open(&crowd->scene, "quorum-lost");
    crowd->scene.seen.standing_count = 0;
    for (uint32_t i = 0; i < PODS; i++) {
        crowd->records[i] = (struct pod_record){
            .attempt = 1, .try = i, .placed = true, .phase = POD_RUNNING, .node = (char *)"node-a"};
        snprintf(crowd->records[i].uid, sizeof crowd->records[i].uid, "%u", (unsigned)i);
        crowd->pods[i] = &crowd->records[i];
    }
}

/* Which tries are asked, as "FIRST-LAST" and how many. */
static void asked_check(struct crowd *crowd, const char *first, const char *last, size_t wanted)
{
    CLEAN(plan) struct plan plan = {0};
    const struct action *dials[PODS];
    size_t count = 0;
    struct observation kept = crowd->scene.seen;

    crowd->scene.seen.pods = crowd->pods;
    crowd->scene.seen.pod_count = PODS;
    crowd->scene.seen.standings = crowd->standings;
    scene_reconcile(&crowd->scene, &plan);
    for (size_t i = 0; i < plan.count; i++) {
        if (plan.items[i].kind == ACTION_DIAL)
            dials[count++] = &plan.items[i];
    }
    CU_ASSERT(count == wanted && plan.fencing);
    if (count) {
        CHECK_TEXT(dials[0]->uid, first);
        CHECK_TEXT(dials[count - 1]->uid, last);
    }
    kept.standing_count = crowd->scene.seen.standing_count;
    crowd->scene.seen = kept;
}

/* So many more have said that, so long ago. */
static void stand(struct crowd *crowd, size_t count, enum standing standing, int64_t age)
{
    size_t *place = &crowd->scene.seen.standing_count;

    for (size_t i = 0; i < count; i++, ++*place)
        crowd->standings[*place] =
            (struct observed_standing){crowd->pods[*place], standing, crowd->scene.seen.now - age};
}

static void who_was_not_asked_comes_first_and_who_is_silent_last(void)
{
    CLEAN_FREE struct crowd *crowd = memory_get(1, sizeof *crowd);

    crowd_open(crowd);
    asked_check(crowd, "0", "127", ROOM);
    stand(crowd, 100, STANDING_SILENT, 3);
    asked_check(crowd, "100", "227", ROOM);
    stand(crowd, 100, STANDING_IDLE, 3);
    asked_check(crowd, "200", "127", ROOM); /* all that are new, then the idle ones again */
    stand(crowd, 60, STANDING_IDLE, 1);
    asked_check(crowd, "260", "187", ROOM);
    stand(crowd, 40, STANDING_RUNNING, 1);
    asked_check(crowd, "100", "27", ROOM); /* the silent ones where there is room */
    crowd->scene.seen.standing_count = 0;
    stand(crowd, PODS, STANDING_IDLE, 1);
    crowd->standings[7].standing = STANDING_RUNNING;
    asked_check(crowd, "", "", 0);
    scene_done(&crowd->scene);
}

SUITE("controller reconcile fence",
      {"who was not asked comes first and who is silent last",
       who_was_not_asked_comes_first_and_who_is_silent_last})
