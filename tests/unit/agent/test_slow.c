/* Which ranks compute more slowly than the others, and when that is said. */
#include "agent/slow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"

#define SOME  7 /* the generation */
#define COUNT 4

/* A generation of four ranks, and the time. */
struct scene {
    struct slow slow;
    int64_t now;
    int64_t step;
    uint64_t computed[COUNT];
};

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);

    scene->now = SLOW_WINDOW;
    slow_begin(&scene->slow, SOME, COUNT, scene->now);
    return scene;
}

static void hear_all(struct scene *scene, const uint64_t work[COUNT])
{
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct rank_progress progress = {.generation = SOME,
                                               .committed = scene->step,
                                               .computed = scene->computed[i],
                                               .work = work[i] * (uint64_t)scene->step};

        slow_heard(&scene->slow, i, &progress);
    }
}

/* A window of `steps` in which each rank takes so long for a step of so much work. Returns the
 * verdict, of a window that is over. */
static enum slow_verdict window_of(struct scene *scene,
                                   int64_t steps,
                                   const uint64_t paces[COUNT],
                                   const uint64_t work[COUNT])
{
    hear_all(scene, work);
    scene->step += steps;
    scene->now += SLOW_WINDOW;
    for (int i = 0; i < COUNT; i++)
        scene->computed[i] += (uint64_t)steps * paces[i];
    hear_all(scene, work);
    CU_ASSERT(slow_window(&scene->slow, scene->now) == (steps >= SLOW_STEPS));
    return slow_judge(&scene->slow);
}

static const uint64_t alike[COUNT] = {1, 1, 1, 1};

static enum slow_verdict window(struct scene *scene, uint64_t third)
{
    return window_of(scene, SLOW_STEPS, (const uint64_t[]){100, 102, third, 98}, alike);
}

/* Suspected after five windows. */
static struct scene *scene_suspects(void)
{
    struct scene *scene = scene_new();

    for (int i = 1; i < SLOW_WINDOWS; i++)
        CU_ASSERT(window(scene, 130) == SLOW_NOTHING);
    CU_ASSERT(window(scene, 130) == SLOW_MEASURE);
    CU_ASSERT(scene->slow.suspect == 2);
    scene->slow.peer = 0;
    return scene;
}

static void who_is_slow_in_five_windows_is_measured(void)
{
    struct scene *scene = scene_suspects();

    CU_ASSERT(scene->slow.ranks[2].ratio > 1.28 && scene->slow.ranks[2].ratio < 1.30);
    CU_ASSERT(scene->slow.ranks[0].ratio < 1.0);
    free(scene);
}

static void one_good_window_begins_anew(void)
{
    struct scene *scene = scene_new();

    for (int i = 1; i < SLOW_WINDOWS; i++)
        window(scene, 130);
    CU_ASSERT(window(scene, 105) == SLOW_NOTHING);
    for (int i = 1; i < SLOW_WINDOWS; i++)
        CU_ASSERT(window(scene, 130) == SLOW_NOTHING);
    free(scene);
}

static void a_tenth_more_is_not_slow(void)
{
    struct scene *scene = scene_new();

    for (int i = 0; i < 2 * SLOW_WINDOWS; i++)
        CU_ASSERT(window_of(scene, SLOW_STEPS, (const uint64_t[]){100, 100, 110, 100}, alike) ==
                  SLOW_NOTHING);
    free(scene);
}

/* Four micro-batches over three ranks: one has two of them. */
static void who_has_more_to_do_is_not_slow(void)
{
    static const uint64_t work[COUNT] = {2, 1, 1, 1};
    struct scene *scene = scene_new();

    for (int i = 0; i < 2 * SLOW_WINDOWS; i++)
        CU_ASSERT(window_of(scene, SLOW_STEPS, (const uint64_t[]){200, 100, 100, 100}, work) ==
                  SLOW_NOTHING);
    free(scene);
}

/* Trainers that do not say how long they compute, or a rank that has just come. */
static void who_does_not_say_is_not_judged(void)
{
    static const uint64_t work[COUNT] = {0, 0, 1, 0};
    struct scene *scene = scene_new();

    for (int i = 0; i < 2 * SLOW_WINDOWS; i++)
        CU_ASSERT(window_of(scene, SLOW_STEPS, (const uint64_t[]){1, 1, 900, 1}, work) ==
                  SLOW_NOTHING);
    CU_ASSERT(scene->slow.ranks[2].ratio == 0);
    free(scene);
}

static void a_window_has_steps_and_time(void)
{
    struct scene *scene = scene_new();

    window_of(scene, SLOW_STEPS - 1, (const uint64_t[]){1, 1, 900, 1}, alike);
    CU_ASSERT(scene->slow.ranks[2].ratio == 0);
    scene->step += SLOW_STEPS;
    hear_all(scene, alike);
    CU_ASSERT(slow_window(&scene->slow, scene->now));
    scene->step += SLOW_STEPS;
    hear_all(scene, alike);
    CU_ASSERT(!slow_window(&scene->slow, scene->now + SLOW_WINDOW - 1));
    slow_renew(&scene->slow, scene->now + SLOW_WINDOW - 1);
    CU_ASSERT(!slow_window(&scene->slow, scene->now + SLOW_WINDOW));
    free(scene);
}

static void a_place_that_is_slower_too_is_told_at_once(void)
{
    static const struct {
        int64_t suspect;
        int64_t peer;
        enum slow_verdict verdict;
    } rows[] = {{60, 50, SLOW_TELL}, {55, 50, SLOW_NOTHING}, {60, 0, SLOW_NOTHING}, {0, 50, 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *scene = scene_suspects();

        CU_ASSERT(slow_measured(&scene->slow, 0, rows[i].peer) == SLOW_NOTHING);
        CU_ASSERT(slow_measured(&scene->slow, 1, 1) == SLOW_NOTHING);
        CU_ASSERT(slow_measured(&scene->slow, 2, rows[i].suspect) == rows[i].verdict);
        CU_ASSERT(window(scene, 130) == (rows[i].verdict ? SLOW_NOTHING : SLOW_TELL));
        CU_ASSERT(slow_measured(&scene->slow, 2, 90) == SLOW_NOTHING); /* too late */
        free(scene);
    }
}

static void who_is_fast_again_is_not_told(void)
{
    struct scene *scene = scene_suspects();

    CU_ASSERT(window(scene, 100) == SLOW_NOTHING);
    CU_ASSERT(!scene->slow.suspected);
    free(scene);
}

static void one_that_stays_slow_is_told_once(void)
{
    struct scene *scene = scene_suspects();

    CU_ASSERT(window(scene, 130) == SLOW_TELL);
    for (int i = 0; i < 2 * SLOW_WINDOWS; i++)
        CU_ASSERT(window(scene, 130) == SLOW_NOTHING);
    window(scene, 100);
    for (int i = 1; i < SLOW_WINDOWS; i++)
        window(scene, 130);
    CU_ASSERT(window(scene, 130) == SLOW_MEASURE);
    free(scene);
}

static void words_of_another_generation_do_not_count(void)
{
    struct scene *scene = scene_new();
    const struct rank_progress other = {.generation = SOME - 1, .committed = 90, .work = 90};

    slow_heard(&scene->slow, 1, &other);
    slow_heard(&scene->slow, COUNT, &(struct rank_progress){.generation = SOME, .work = 1});
    CU_ASSERT(!scene->slow.ranks[1].now.work);
    slow_end(&scene->slow);
    CU_ASSERT(!slow_window(&scene->slow, scene->now + 9 * SLOW_WINDOW));
    free(scene);
}

SUITE("agent slow",
      {"who is slow in five windows is measured", who_is_slow_in_five_windows_is_measured},
      {"one good window begins anew", one_good_window_begins_anew},
      {"a tenth more is not slow", a_tenth_more_is_not_slow},
      {"who has more to do is not slow", who_has_more_to_do_is_not_slow},
      {"who does not say is not judged", who_does_not_say_is_not_judged},
      {"a window has steps and time", a_window_has_steps_and_time},
      {"a place that is slower too is told at once", a_place_that_is_slower_too_is_told_at_once},
      {"who is fast again is not told", who_is_fast_again_is_not_told},
      {"one that stays slow is told once", one_that_stays_slow_is_told_once},
      {"words of another generation do not count", words_of_another_generation_do_not_count})
