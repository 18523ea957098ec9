/* What is told of a fault: where it was, of what class, and why it is not repaired. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lead.h"
#include "base/memory.h"
#include "support/check.h"

#define SECOND INT64_C(1000000000)
#define SOME   5 /* the generation */

/* A lead of two agents with two ranks each, whose generation began at 0. */
struct scene {
    struct lead lead;
    struct book book;
};

static struct scene *scene_new(bool foreign)
{
    static const struct lead_settings settings = {.replicas = 2,
                                                  .slots = 2,
                                                  .ranks = 2,
                                                  .rank_budget = 100,
                                                  .rank_window = 3600 * SECOND,
                                                  .pod_budget = 100,
                                                  .pod_window = 3600 * SECOND};
    struct scene *scene = memory_get(1, sizeof *scene);
    struct lead *lead = &scene->lead;

    for (uint32_t slot = 0; slot < 2; slot++) {
        struct book_entry entry = {.id = {.slot = slot, .life = {slot + 1, 1}},
                                   .address = "127.0.0.1:1"};

        snprintf(entry.node, sizeof entry.node, "node-%u", (unsigned)slot);
        snprintf(entry.pod, sizeof entry.pod, "job-1-%u-0", (unsigned)slot);
        book_learn(&scene->book, &entry);
    }
    lead_init(lead, &scene->book.entries[0].id, &settings);
    lead->settings.foreign = foreign;
    lead->book = &scene->book;
    return scene;
}

static void scene_runs(struct scene *scene, int64_t now)
{
    struct lead *lead = &scene->lead;

    lead->state = LEAD_RUN;
    lead->number = lead->seen = lead->base.generation = lead->number ? lead->number : SOME;
    lead->base.count = 0;
    lead->repairing = false;
    lead->began = now;
    lead->peer_count = 2;
    for (uint32_t slot = 0; slot < 2; slot++) {
        view_add(&lead->base, &scene->book.entries[slot].id);
        lead->peers[slot] = (struct lead_peer){.id = scene->book.entries[slot].id};
    }
}

static void scene_free(struct scene *scene)
{
    lead_done(&scene->lead);
    free(scene);
}

/* The second rank of slot 1 fails. */
static void fail(struct scene *scene, const struct fault *fault, int64_t now)
{
    const struct message message = {.kind = MESSAGE_FAULT,
                                    .from = scene->book.entries[1].id,
                                    .number = scene->lead.number,
                                    .fault = *fault,
                                    .text = "exit code 1: bad record"};
    struct effects effects = {0};

    lead_step(
        &scene->lead, &(struct lead_event){.kind = LEAD_FAULT, .message = &message}, now, &effects);
    effects_done(&effects);
}

static void an_incident_says_where_and_of_what_class(void)
{
    struct scene *scene = scene_new(false);
    const struct incident *incident = &scene->lead.incident;

    scene_runs(scene, 0);
    fail(scene, &(struct fault){CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, 1, 0, false}, SECOND);
    CU_ASSERT(scene->lead.repairing && incident->faults == 1);
    CU_ASSERT(incident->class == FAULT_CLASS_USER_CODE && incident->slot == 1 &&
              incident->rank == 3);
    CHECK_TEXT(incident->node, "node-1");
    CHECK_TEXT(incident->pod, "job-1-1-0");
    scene_free(scene);
}

/* An agent of an older version does not say the class; its next life may be somewhere else. */
static void what_is_not_known_is_not_made_up(void)
{
    struct scene *scene = scene_new(false);
    struct book_entry next = {
        .id = {.slot = 1, .life = {7, 7}}, .address = "127.0.0.1:1", .node = "node-7"};
    struct effects effects = {0};

    scene_runs(scene, 0);
    book_learn(&scene->book, &next);
    lead_step(&scene->lead,
              &(struct lead_event){.kind = LEAD_LOST, .identity = scene->lead.base.members[1]},
              SECOND,
              &effects);
    effects_done(&effects);
    CU_ASSERT(scene->lead.incident.class == FAULT_CLASS_HOST);
    CHECK_TEXT(scene->lead.incident.node, "");
    scene_free(scene);
}

static void the_reason_names_rank_node_class_and_words(void)
{
    struct scene *scene = scene_new(false);

    scene_runs(scene, 0);
    fail(scene, &(struct fault){CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, 1, 0, true}, SECOND);
    CU_ASSERT(scene->lead.state == LEAD_ENDED && scene->lead.outcome == OUTCOME_FAILED);
    CHECK_TEXT(scene->lead.result,
               "slot 1, rank 3, node node-1: UserCode, RankCrashed: exit code 1: bad record "
               "(cannot be repaired)");
    scene_free(scene);
}

/* Only the first fault of each end counts: the others follow from it. */
static void a_foreign_trainer_that_fails_alike_is_given_up(void)
{
    struct scene *scene = scene_new(true);
    const struct fault fault = {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, 1, 0, false};

    for (int64_t end = 1; end <= 3; end++) {
        CU_ASSERT(scene->lead.state != LEAD_ENDED);
        scene_runs(scene, end * 60 * SECOND);
        fail(scene, &fault, end * 60 * SECOND + SECOND);
        if (end < 3)
            fail(scene, &fault, end * 60 * SECOND + SECOND);
    }
    CU_ASSERT(scene->lead.state == LEAD_ENDED);
    CHECK_HAS(scene->lead.result, "bad record (3 times in a row without progress)");
    scene_free(scene);
}

SUITE("agent lead blame",
      {"an incident says where and of what class", an_incident_says_where_and_of_what_class},
      {"what is not known is not made up", what_is_not_known_is_not_made_up},
      {"the reason names rank, node, class and words", the_reason_names_rank_node_class_and_words},
      {"a foreign trainer that fails alike is given up",
       a_foreign_trainer_that_fails_alike_is_given_up})
