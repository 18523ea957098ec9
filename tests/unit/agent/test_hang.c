/* Who holds the ranks of a generation up, and after how long that is said. */
#include "agent/hang.h"

#include <stdlib.h>

#include "base/memory.h"
#include "support/check.h"

#define MS    INT64_C(1000000)
#define COUNT 3
#define SOME  5             /* the generation */
#define WORDS UINT64_C(150) /* of a step, more than are remembered */

/* A generation of three ranks, and the time. */
struct scene {
    struct hang hang;
    int64_t now;
};

static struct rank_progress at(enum link_phase phase, int64_t committed, uint64_t sequence)
{
    return (struct rank_progress){.phase = phase,
                                  .generation = SOME,
                                  .begun = committed + 1,
                                  .committed = committed,
                                  .sequence = sequence};
}

static void hear(struct scene *scene, uint32_t rank, struct rank_progress progress)
{
    hang_heard(&scene->hang, rank, &progress, scene->now);
}

static void hear_all(struct scene *scene, struct rank_progress progress)
{
    for (uint32_t i = 0; i < COUNT; i++)
        hear(scene, i, progress);
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);

    scene->now = 1000 * MS;
    hang_begin(&scene->hang, SOME, COUNT, scene->now);
    return scene;
}

/* All train, `step` apart, until they have committed five steps. */
static struct scene *scene_trains(int64_t step)
{
    struct scene *scene = scene_new();

    for (int64_t i = 0; i <= 5; i++) {
        scene->now += step;
        hear_all(scene, at(LINK_PHASE_TRAIN, i, (uint64_t)i + 1));
    }
    return scene;
}

static enum hang_verdict check_after(struct scene *scene, int64_t pause, uint32_t *rank)
{
    scene->now += pause;
    return hang_check(&scene->hang, scene->now, rank);
}

/* How long it may still take. */
static int64_t allowed(const struct scene *scene)
{
    int64_t due = hang_due(&scene->hang);

    return due == INT64_MAX ? due : due - scene->now;
}

static void what_is_not_watched_hangs_never(void)
{
    struct scene *scene = scene_new();
    uint32_t rank;

    hang_end(&scene->hang);
    hear_all(scene, at(LINK_PHASE_TRAIN, 1, 1));
    CU_ASSERT(hang_due(&scene->hang) == INT64_MAX);
    CU_ASSERT(check_after(scene, 1000 * HANG_UNSEEN, &rank) == HANG_NOBODY);
    free(scene);
}

static void each_phase_allows_its_own_time(void)
{
    static const struct {
        enum link_phase phase;
        int64_t allowed;
    } rows[] = {
        {LINK_PHASE_START, HANG_UNSEEN},
        {LINK_PHASE_LOAD, HANG_UNSEEN},
        {LINK_PHASE_WAIT, HANG_UNSEEN},
        {LINK_PHASE_RESTORE, HANG_UNSEEN},
        {LINK_PHASE_TRAIN, HANG_LEAST},
        {LINK_PHASE_VALIDATE, HANG_UNSEEN}, /* not seen yet */
        {LINK_PHASE_SAVE, INT64_MAX},
        {LINK_PHASE_DONE, INT64_MAX},
        {LINK_PHASES, HANG_UNSEEN}, /* no phase that is known here */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *scene = scene_trains(100 * MS);

        hear_all(scene, at(rows[i].phase, 6, 7));
        CU_ASSERT(allowed(scene) == rows[i].allowed);
        free(scene);
    }
}

/* Whether one of many or the only one that is behind: it will not be done by itself. */
static void who_is_stopped_gets_no_longer_because_it_may_be_slow(void)
{
    static const enum link_phase phases[] = {LINK_PHASE_START,
                                             LINK_PHASE_RESTORE,
                                             LINK_PHASE_VALIDATE,
                                             LINK_PHASE_SAVE,
                                             LINK_PHASE_DONE};
    uint32_t rank;

    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        struct scene *scene = scene_trains(100 * MS);
        struct rank_progress progress = at(phases[i], 6, 7);

        hear_all(scene, progress);
        progress.stopped = true;
        hear(scene, 1, progress);
        CU_ASSERT(check_after(scene, HANG_LEAST - 1, &rank) == HANG_NOBODY);
        CU_ASSERT(check_after(scene, 1, &rank) == HANG_RANK && rank == 1);
        free(scene);
    }
}

/* What training was seen to take it is given, stopped or not. */
static void who_is_stopped_has_the_time_that_was_learnt(void)
{
    struct scene *scene = scene_trains(4 * HANG_LEAST);
    struct rank_progress progress = at(LINK_PHASE_TRAIN, 5, 6);
    int64_t learnt = allowed(scene);

    progress.stopped = true;
    hear(scene, 0, progress);
    CU_ASSERT(learnt > HANG_LEAST);
    CU_ASSERT(allowed(scene) == learnt);
    free(scene);
}

static void training_is_judged_when_two_steps_were_committed(void)
{
    struct scene *scene = scene_new();

    for (int64_t i = 0; i < 4; i++) {
        scene->now += 100 * MS;
        hear(scene, 0, at(LINK_PHASE_RESTORE, i ? 40 : -1, 1)); /* what it held before counts not */
        hear_all(scene, at(LINK_PHASE_TRAIN, 40 + i, 2 + (uint64_t)i));
        CU_ASSERT(allowed(scene) == (i < 2 ? HANG_UNSEEN : HANG_LEAST));
    }
    hang_begin(&scene->hang, SOME + 1, COUNT, scene->now);
    CU_ASSERT(allowed(scene) == HANG_UNSEEN); /* the first step of a new process may be slow */
    free(scene);
}

static void validating_is_judged_when_it_was_left_once(void)
{
    struct scene *scene = scene_trains(100 * MS);

    hear_all(scene, at(LINK_PHASE_VALIDATE, 6, 7));
    hear_all(scene, at(LINK_PHASE_VALIDATE, 6, 8));
    CU_ASSERT(allowed(scene) == HANG_UNSEEN);
    hear(scene, 0, at(LINK_PHASE_TRAIN, 6, 8));
    hear_all(scene, at(LINK_PHASE_VALIDATE, 12, 9));
    CU_ASSERT(allowed(scene) == HANG_LEAST);
    free(scene);
}

static void the_time_is_learnt_of_pauses_in_that_phase(void)
{
    static const struct {
        int64_t step;
        int64_t allowed;
    } rows[] = {{10 * MS, HANG_LEAST},
                {249 * MS, HANG_LEAST},
                {1000 * MS, HANG_LEAST},
                {1001 * MS, 3003 * MS},
                {20000 * MS, 60000 * MS}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *scene = scene_trains(rows[i].step);

        CU_ASSERT(allowed(scene) == rows[i].allowed);
        free(scene);
    }
}

/* What all say shortly one after the other when the step is made is no pause. */
static void many_words_do_not_hide_a_long_step(void)
{
    struct scene *scene = scene_new();

    for (uint64_t sequence = 0; sequence < WORDS * 4; sequence++) {
        scene->now += sequence % WORDS ? 1 * MS : 20000 * MS;
        hear_all(scene, at(LINK_PHASE_TRAIN, (int64_t)(sequence / WORDS), sequence + 1));
    }
    CU_ASSERT(allowed(scene) > 59000 * MS);
    free(scene);
}

/* The pause of who saves is none of those who train meanwhile and wait for it. */
static void a_pause_belongs_to_the_phase_of_who_is_behind(void)
{
    struct scene *scene = scene_trains(100 * MS);

    hear(scene, 0, at(LINK_PHASE_VALIDATE, 6, 7));
    hear(scene, 1, at(LINK_PHASE_TRAIN, 6, 8));
    hear(scene, 2, at(LINK_PHASE_TRAIN, 6, 8));
    CU_ASSERT(allowed(scene) == HANG_UNSEEN);
    scene->now += 50000 * MS;
    hear_all(scene, at(LINK_PHASE_TRAIN, 6, 9));
    CU_ASSERT(allowed(scene) == HANG_LEAST);
    free(scene);
}

static void the_culprit_is_furthest_behind(void)
{
    static const struct {
        struct {
            uint64_t generation;
            uint64_t sequence;
            int64_t begun;
            bool stopped;
        } ranks[COUNT];
        enum hang_verdict verdict;
        uint32_t rank;
    } rows[] = {
        {{{SOME, 20, 9, 0}, {SOME, 19, 9, 0}, {SOME, 20, 9, 0}}, HANG_RANK, 1},
        {{{SOME, 20, 9, 0}, {SOME, 20, 9, 0}, {SOME, 20, 8, 0}}, HANG_RANK, 2},
        {{{SOME, 19, 9, 0}, {SOME, 20, 8, 0}, {SOME, 20, 8, 0}}, HANG_RANK, 0},
        {{{SOME, 20, 9, 0}, {SOME, 20, 9, 0}, {SOME, 20, 9, 0}}, HANG_ALL, 0},
        {{{SOME, 20, 9, 0}, {SOME, 20, 9, 0}, {SOME, 20, 9, 1}}, HANG_RANK, 2},
        {{{SOME, 19, 9, 0}, {SOME, 19, 9, 1}, {SOME, 20, 9, 0}}, HANG_RANK, 1},
        {{{SOME, 19, 9, 0}, {SOME, 20, 9, 1}, {SOME, 20, 9, 1}}, HANG_RANK, 0},
        {{{SOME, 20, 9, 1}, {SOME, 20, 9, 1}, {SOME, 20, 9, 1}}, HANG_RANK, 0},
        {{{SOME, 20, 9, 0}, {SOME - 1, 90, 99, 0}, {SOME, 20, 9, 0}}, HANG_RANK, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *scene = scene_trains(100 * MS);
        uint32_t rank = 77;

        for (uint32_t k = 0; k < COUNT; k++) {
            struct rank_progress progress = at(LINK_PHASE_TRAIN, 7, rows[i].ranks[k].sequence);

            progress.generation = rows[i].ranks[k].generation;
            progress.begun = rows[i].ranks[k].begun;
            hear(scene, k, progress);
            progress.stopped = rows[i].ranks[k].stopped;
            hear(scene, k, progress);
        }
        CU_ASSERT(check_after(scene, HANG_UNSEEN, &rank) == rows[i].verdict);
        CU_ASSERT(rows[i].verdict == HANG_ALL || rank == rows[i].rank);
        free(scene);
    }
}

static void nobody_is_blamed_before_the_time_is_over(void)
{
    struct scene *scene = scene_trains(100 * MS);
    uint32_t rank;

    hear(scene, 1, at(LINK_PHASE_TRAIN, 5, 7));
    CU_ASSERT(check_after(scene, HANG_LEAST - 1, &rank) == HANG_NOBODY);
    hear(scene, 1, at(LINK_PHASE_TRAIN, 5, 7)); /* it says the same again */
    CU_ASSERT(check_after(scene, 1, &rank) == HANG_RANK && rank == 0);
    free(scene);
}

static void time_that_was_not_listened_to_does_not_count(void)
{
    struct scene *scene = scene_trains(100 * MS);
    uint32_t rank;

    scene->now += 60000 * MS;
    hang_renew(&scene->hang, scene->now);
    CU_ASSERT(check_after(scene, HANG_LEAST - 1, &rank) == HANG_NOBODY);
    CU_ASSERT(check_after(scene, 1, &rank) == HANG_ALL);
    free(scene);
}

/* Ending the one that was behind has not helped: then all leave. A rank that was not seen to be
 * stopped may only have been slow, so that the next time is longer. */
static void after_a_rank_all_are_blamed_and_later(void)
{
    struct scene *scene = scene_trains(100 * MS);
    uint32_t rank;

    hear(scene, 0, at(LINK_PHASE_TRAIN, 5, 7));
    CU_ASSERT(check_after(scene, HANG_LEAST, &rank) == HANG_RANK && rank == 1);
    CU_ASSERT(allowed(scene) == HANG_FACTOR * HANG_LEAST);
    CU_ASSERT(check_after(scene, HANG_FACTOR * HANG_LEAST, &rank) == HANG_ALL);
    free(scene);
}

static void a_rank_that_was_stopped_was_not_slow(void)
{
    struct scene *scene = scene_trains(100 * MS);
    struct rank_progress progress = at(LINK_PHASE_TRAIN, 5, 6);
    uint32_t rank;

    progress.stopped = true;
    hear(scene, 2, progress);
    CU_ASSERT(check_after(scene, HANG_LEAST, &rank) == HANG_RANK && rank == 2);
    CU_ASSERT(allowed(scene) == HANG_LEAST);
    free(scene);
}

static void who_was_never_heard_of_is_furthest_behind(void)
{
    struct scene *scene = scene_new();
    uint32_t rank;

    for (int64_t i = 0; i < 5; i++) {
        hear(scene, 0, at(LINK_PHASE_TRAIN, i, (uint64_t)i));
        hear(scene, 2, at(LINK_PHASE_TRAIN, i, (uint64_t)i));
    }
    hear(scene, COUNT, at(LINK_PHASE_TRAIN, 9, 9)); /* there is no such rank */
    CU_ASSERT(allowed(scene) == HANG_UNSEEN);
    CU_ASSERT(check_after(scene, HANG_UNSEEN, &rank) == HANG_RANK && rank == 1);
    free(scene);
}

SUITE("agent hang",
      {"what is not watched hangs never", what_is_not_watched_hangs_never},
      {"each phase allows its own time", each_phase_allows_its_own_time},
      {"who is stopped gets no longer because it may be slow",
       who_is_stopped_gets_no_longer_because_it_may_be_slow},
      {"who is stopped has the time that was learnt", who_is_stopped_has_the_time_that_was_learnt},
      {"training is judged when two steps were committed",
       training_is_judged_when_two_steps_were_committed},
      {"validating is judged when it was left once", validating_is_judged_when_it_was_left_once},
      {"the time is learnt of pauses in that phase", the_time_is_learnt_of_pauses_in_that_phase},
      {"many words do not hide a long step", many_words_do_not_hide_a_long_step},
      {"a pause belongs to the phase of who is behind",
       a_pause_belongs_to_the_phase_of_who_is_behind},
      {"the culprit is furthest behind", the_culprit_is_furthest_behind},
      {"nobody is blamed before the time is over", nobody_is_blamed_before_the_time_is_over},
      {"time that was not listened to does not count",
       time_that_was_not_listened_to_does_not_count},
      {"after a rank all are blamed and later", after_a_rank_all_are_blamed_and_later},
      {"a rank that was stopped was not slow", a_rank_that_was_stopped_was_not_slow},
      {"who was never heard of is furthest behind", who_was_never_heard_of_is_furthest_behind})
