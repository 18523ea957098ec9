/* The loop: order of timers, and that anything may change within a callback. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "support/check.h"
#include "support/fault.h"

struct scene {
    struct loop loop;
    struct timer timers[5];
    int fired[8];
    int count;
    struct watch first;
    struct watch second;
};

static struct scene *scene;

static void note(int what)
{
    scene->fired[scene->count++] = what;
}

static void fire_zero(void *context)
{
    (void)context;
    note(0);
}

static void fire_one(void *context)
{
    (void)context;
    note(1);
    loop_cancel(&scene->loop, &scene->timers[2]);
}

static void fire_two(void *context)
{
    (void)context;
    note(2);
}

static void fire_stop(void *context)
{
    (void)context;
    note(9);
    loop_stop(&scene->loop);
}

static void timers_fire_in_order_and_a_cancelled_one_does_not(void)
{
    struct scene here = {0};
    int64_t now = clock_now();

    scene = &here;
    CU_ASSERT_FATAL(loop_init(&here.loop, NULL) == 0);
    here.timers[0].call = fire_zero;
    here.timers[1].call = fire_one;
    here.timers[2].call = fire_two;
    here.timers[3].call = fire_stop;
    loop_timer(&here.loop, &here.timers[3], now + CLOCK_MS(6));
    loop_timer(&here.loop, &here.timers[2], now + CLOCK_MS(4));
    loop_timer(&here.loop, &here.timers[1], now + CLOCK_MS(2));
    loop_timer(&here.loop, &here.timers[0], now + CLOCK_MS(9));
    loop_timer(&here.loop, &here.timers[0], now - 1);
    CU_ASSERT(loop_run(&here.loop, NULL) == 0);
    CU_ASSERT(here.count == 3 && here.fired[0] == 0 && here.fired[1] == 1 && here.fired[2] == 9);
    loop_done(&here.loop);
}

static void ready_removes_the_other(void *context, uint32_t events)
{
    struct watch *other = context;

    (void)events;
    note(other == &scene->second ? 1 : 2);
    loop_remove(&scene->loop, other);
    loop_stop(&scene->loop);
}

static void a_removed_watch_is_not_called_in_the_same_batch(void)
{
    struct scene here = {0};
    int ready[2] = {eventfd(1, EFD_CLOEXEC), eventfd(1, EFD_CLOEXEC)};

    scene = &here;
    CU_ASSERT_FATAL(loop_init(&here.loop, NULL) == 0);
    here.first = (struct watch){.call = ready_removes_the_other, .context = &here.second};
    here.second = (struct watch){.call = ready_removes_the_other, .context = &here.first};
    CU_ASSERT(loop_add(&here.loop, &here.first, ready[0], EPOLLIN, NULL) == 0);
    CU_ASSERT(loop_add(&here.loop, &here.second, ready[1], EPOLLIN, NULL) == 0);
    CU_ASSERT(loop_run(&here.loop, NULL) == 0);
    CU_ASSERT(here.count == 1);
    loop_done(&here.loop);
    close(ready[0]);
    close(ready[1]);
}

static void many_timers_come_out_sorted(void)
{
    struct loop loop;
    struct timer timers[64] = {{0}};
    int64_t last = 0;

    CU_ASSERT_FATAL(loop_init(&loop, NULL) == 0);
    for (int i = 0; i < 64; i++)
        loop_timer(&loop, &timers[i], 1 + (i * 37) % 64);
    for (int i = 0; i < 64; i += 3)
        loop_cancel(&loop, &timers[i]);
    while (loop.timer_count) {
        CU_ASSERT(loop.timers[1]->due > last);
        last = loop.timers[1]->due;
        loop_cancel(&loop, loop.timers[1]);
    }
    loop_done(&loop);
}

static void every_failing_call_of_init_is_reported(void)
{
    struct loop loop;
    struct error error = {""};
    int outcome;

    for (int k = 1;; k++) {
        fault_arm(FAULT_SYSTEM, k);
        outcome = loop_init(&loop, &error);
        if (!fault_disarm())
            break;
        CU_ASSERT(outcome == -1 && error.text[0]);
    }
    CU_ASSERT(outcome == 0);
    loop_done(&loop);
}

SUITE("base loop",
      {"timers fire in order and a cancelled one does not",
       timers_fire_in_order_and_a_cancelled_one_does_not},
      {"a removed watch is not called in the same batch",
       a_removed_watch_is_not_called_in_the_same_batch},
      {"many timers come out sorted", many_timers_come_out_sorted},
      {"every failing call of init is reported", every_failing_call_of_init_is_reported})
