/* Who is ended before a pod runs out of memory, and who is left alone. */
#include "agent/pressure.h"

#include <stdlib.h>

#include "base/memory.h"
#include "support/check.h"

#define MIB    (INT64_C(1) << 20)
#define GIB    (INT64_C(1) << 30)
#define SECOND INT64_C(1000000000)
#define NOBODY (-1)

/* A pod of three ranks, one of which holds more than the others. */
struct pod {
    struct pressure pressure;
    struct pressure_look look;
    struct pressure_verdict verdict;
    int64_t now;
};

static struct pod *pod_new(int64_t limit, int64_t held)
{
    struct pod *pod = memory_get(1, sizeof *pod);

    pod->now = 100 * SECOND;
    pod->look = (struct pressure_look){.limit = limit, .held = held, .count = 3};
    for (uint32_t rank = 0; rank < pod->look.count; rank++)
        pod->look.ranks[rank] = (struct pressure_rank){(int32_t)(70 + rank), held / (4 - rank)};
    return pod;
}

/* Looks. Returns the rank that is named, or NOBODY. */
static int look(struct pod *pod)
{
    bool named = pressure_take(&pod->pressure, &pod->look, pod->now, &pod->verdict);

    return named ? (int)pod->verdict.rank : NOBODY;
}

/* Waits until the next look is due, while ranks grow by so many bytes a second. */
static void wait(struct pod *pod, const int64_t paces[3])
{
    int64_t due = pressure_due(&pod->pressure, pod->now);

    for (uint32_t rank = 0; rank < 3; rank++) {
        int64_t growth = paces[rank] / 1000 * ((due - pod->now) / 1000000);

        pod->look.ranks[rank].resident += growth;
        pod->look.held += growth;
    }
    pod->now = due;
}

/* Plays until somebody is named or nothing is left. */
static int play(struct pod *pod, const int64_t paces[3])
{
    int named = look(pod);

    while (named == NOBODY && pod->look.held < pod->look.limit) {
        wait(pod, paces);
        named = look(pod);
    }
    return named;
}

static void whoever_grows_is_named_before_nothing_is_left(void)
{
    static const struct {
        int64_t limit;
        int64_t held;
        int64_t paces[3];
        int named;
        int64_t most; /* that is still left */
    } rows[] = {
        {16 * GIB, 8 * GIB, {0, 100 * MIB, 0}, 1, 120 * MIB},
        {16 * GIB, 8 * GIB, {1024 * MIB, 0, 0}, 0, 820 * MIB},
        {16 * GIB, 15 * GIB, {0, 0, 2 * MIB}, 2, 64 * MIB},
        {16 * GIB, 15 * GIB, {40 * MIB, 50 * MIB, 40 * MIB}, 1, 150 * MIB},
        {GIB, GIB / 4, {0, 0, 100 * MIB}, 2, 52 * MIB},
        {64 * MIB, 16 * MIB, {MIB, 0, 0}, 0, 2 * MIB},
        {1024 * GIB, 600 * GIB, {0, 4 * GIB, 0}, 1, 5 * GIB},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pod *pod = pod_new(rows[i].limit, rows[i].held);

        CU_ASSERT(play(pod, rows[i].paces) == rows[i].named);
        CU_ASSERT(pod->look.held <= pod->look.limit);
        CU_ASSERT(pod->look.limit - pod->look.held <= rows[i].most);
        CU_ASSERT(pod->verdict.resident == pod->look.ranks[rows[i].named].resident);
        CU_ASSERT(pod->verdict.growth > 0);
        free(pod);
    }
}

static void whoever_stays_where_it_is_is_left_alone_however_full_the_pod(void)
{
    static const int64_t none[3];
    struct pod *pod = pod_new(16 * GIB, 16 * GIB - MIB);

    for (int i = 0; i < 200; i++) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, none);
    }
    free(pod);
}

/* Buffers come and go with every step; what counts is whether more is held than ever before. */
static void whoever_swings_below_what_it_has_held_is_left_alone(void)
{
    static const int64_t none[3];
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    for (int i = 0; i < 200; i++) {
        int64_t swing = i % 2 ? 900 * MIB : -900 * MIB;

        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, none);
        pod->look.ranks[0].resident += swing;
        pod->look.held += swing;
    }
    free(pod);
}

static void whoever_fills_the_pod_and_stops_in_time_is_left_alone(void)
{
    static const int64_t none[3];
    static const int64_t filling[3] = {0, 200 * MIB, 0};
    struct pod *pod = pod_new(16 * GIB, 4 * GIB);

    while (pod->look.limit - pod->look.held > 300 * MIB) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, filling);
    }
    for (int i = 0; i < 200; i++) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, none);
    }
    free(pod);
}

/* Files in memory, or the ranks of another agent under the same limit. */
static void nobody_is_named_for_what_others_take(void)
{
    static const int64_t paces[3] = {20 * MIB, 0, 0};
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    while (pod->look.held < pod->look.limit) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, paces);
        pod->look.held += 25 * MIB / 10; /* a tenth of a second */
    }
    free(pod);
}

static void waiting_for_memory_makes_it_urgent(void)
{
    static const int64_t paces[3] = {0, 100 * MIB, 0};
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    pod->look.stalled = 1;
    while (pod->look.limit - pod->look.held > 450 * MIB) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, paces);
        pod->look.stalled += SECOND / 100;
    }
    pod->look.stalled += SECOND / 20;
    CU_ASSERT(look(pod) == 1);
    free(pod);

    pod = pod_new(16 * GIB, 15 * GIB); /* where that is told for the first time it says nothing */
    while (pod->look.limit - pod->look.held > 450 * MIB) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, paces);
    }
    pod->look.stalled = 1000 * SECOND;
    CU_ASSERT(look(pod) == NOBODY);
    free(pod);
}

static void the_next_process_of_a_rank_begins_with_nothing(void)
{
    static const int64_t none[3];
    static const int64_t paces[3] = {160 * MIB, 0, 140 * MIB};
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    for (int i = 0; i < 30; i++) {
        CU_ASSERT(look(pod) == NOBODY);
        wait(pod, none);
    }
    pod->look.ranks[2].process = 99;
    CU_ASSERT(play(pod, paces) == 2);
    CU_ASSERT(pod->verdict.growth == pod->verdict.resident);
    free(pod);
}

static void a_rank_without_a_process_is_not_named(void)
{
    static const int64_t paces[3] = {100 * MIB, 0, 0};
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    pod->look.ranks[0].process = 0;
    CU_ASSERT(play(pod, paces) == NOBODY);
    free(pod);
}

static void after_a_verdict_its_memory_is_given_time_to_come_back(void)
{
    static const int64_t paces[3] = {0, 100 * MIB, 0};
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);
    int64_t named;

    CU_ASSERT(play(pod, paces) == 1);
    named = pod->now;
    while (pod->now < named + PRESSURE_PATIENCE) {
        wait(pod, paces);
        CU_ASSERT(look(pod) == NOBODY);
    }
    CU_ASSERT(look(pod) == NOBODY); /* one look says nothing of growth */
    wait(pod, paces);
    CU_ASSERT(look(pod) == 1);
    free(pod);
}

static void two_looks_at_once_are_one(void)
{
    struct pod *pod = pod_new(16 * GIB, 15 * GIB);

    CU_ASSERT(look(pod) == NOBODY);
    pod->now += 1000;
    pod->look.held += GIB - MIB;
    pod->look.ranks[1].resident += GIB - MIB;
    CU_ASSERT(look(pod) == NOBODY);
    pod->now += SECOND / 10;
    CU_ASSERT(look(pod) == 1);
    free(pod);
}

static void the_less_is_left_the_sooner_is_the_next_look(void)
{
    static const struct {
        int64_t held;
        int64_t pause;
    } rows[] = {{10, 1000}, {49, 1000}, {60, 250}, {74, 250}, {76, 100}, {100, 100}};
    struct pressure fresh = {0};

    CU_ASSERT(pressure_due(&fresh, 5) == 5 + SECOND);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pod *pod = pod_new(100 * MIB, rows[i].held * MIB);

        look(pod);
        CU_ASSERT(pressure_due(&pod->pressure, pod->now) == pod->now + rows[i].pause * 1000000);
        free(pod);
    }
}

static void a_process_that_the_kernel_ended_stands_for_one_rank(void)
{
    struct pod *pod = pod_new(GIB, MIB);
    struct pressure *pressure = &pod->pressure;

    CU_ASSERT(!pressure_killed(pressure, 0));
    pressure_kills(pressure, 7, 1); /* before this time */
    CU_ASSERT(!pressure_killed(pressure, 2));
    pressure_kills(pressure, 9, 3);
    pressure_kills(pressure, 9, 4);
    CU_ASSERT(pressure_killed(pressure, 5));
    CU_ASSERT(pressure_killed(pressure, 6));
    CU_ASSERT(!pressure_killed(pressure, 7));
    pressure_kills(pressure, 10, 8);
    CU_ASSERT(!pressure_killed(pressure, 9 + PRESSURE_PATIENCE)); /* it was another process */
    CU_ASSERT(!pressure_killed(pressure, 10));
    free(pod);
}

SUITE("agent pressure",
      {"whoever grows is named before nothing is left",
       whoever_grows_is_named_before_nothing_is_left},
      {"whoever stays where it is is left alone however full the pod",
       whoever_stays_where_it_is_is_left_alone_however_full_the_pod},
      {"whoever swings below what it has held is left alone",
       whoever_swings_below_what_it_has_held_is_left_alone},
      {"whoever fills the pod and stops in time is left alone",
       whoever_fills_the_pod_and_stops_in_time_is_left_alone},
      {"nobody is named for what others take", nobody_is_named_for_what_others_take},
      {"waiting for memory makes it urgent", waiting_for_memory_makes_it_urgent},
      {"the next process of a rank begins with nothing",
       the_next_process_of_a_rank_begins_with_nothing},
      {"a rank without a process is not named", a_rank_without_a_process_is_not_named},
      {"after a verdict its memory is given time to come back",
       after_a_verdict_its_memory_is_given_time_to_come_back},
      {"two looks at once are one", two_looks_at_once_are_one},
      {"the less is left the sooner is the next look",
       the_less_is_left_the_sooner_is_the_next_look},
      {"a process that the kernel ended stands for one rank",
       a_process_that_the_kernel_ended_stands_for_one_rank})
