/* Signals come as events of the loop, each of them once, and end nothing. */
#include "base/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "support/check.h"
#include "support/fault.h"

static const int wanted[] = {SIGUSR1, SIGUSR2, 0};

/* A loop that stops at a signal. */
struct scene {
    struct loop loop;
    struct watch watch;
    sigset_t before;
    int calls;
};

static void on_signal(void *context, uint32_t events)
{
    struct scene *scene = context;

    (void)events;
    scene->calls++;
    loop_stop(&scene->loop);
}

static void scene_begin(struct scene *scene)
{
    *scene = (struct scene){.watch = {.descriptor = -1, .call = on_signal, .context = scene}};
    sigprocmask(SIG_SETMASK, NULL, &scene->before);
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
}

static void scene_end(struct scene *scene)
{
    loop_done(&scene->loop);
    sigprocmask(SIG_SETMASK, &scene->before, NULL);
    signal(SIGPIPE, SIG_DFL);
}

static void every_signal_that_has_come_is_told_once(void)
{
    struct scene scene;
    int first;
    int second;

    scene_begin(&scene);
    CU_ASSERT_FATAL(signals_open(&scene.loop, &scene.watch, wanted, NULL) == 0);
    CU_ASSERT(signals_next(&scene.watch) == 0);
    kill(getpid(), SIGUSR2);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1); /* the kernel keeps one of a kind */
    CU_ASSERT(loop_run(&scene.loop, NULL) == 0 && scene.calls == 1);
    first = signals_next(&scene.watch);
    second = signals_next(&scene.watch);
    CU_ASSERT(first != second && (first == SIGUSR1 || first == SIGUSR2));
    CU_ASSERT(second == SIGUSR1 || second == SIGUSR2);
    CU_ASSERT(signals_next(&scene.watch) == 0);
    signals_done(&scene.loop, &scene.watch);
    CU_ASSERT(scene.watch.descriptor == -1);
    scene_end(&scene);
}

static void a_signal_that_comes_late_and_a_broken_pipe_end_nothing(void)
{
    struct scene scene;
    sigset_t pending;
    int ends[2];

    scene_begin(&scene);
    CU_ASSERT_FATAL(signals_open(&scene.loop, &scene.watch, wanted, NULL) == 0);
    signals_done(&scene.loop, &scene.watch);
    kill(getpid(), SIGUSR1);
    CU_ASSERT(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1);
    CU_ASSERT(sigtimedwait(&pending, NULL, &(struct timespec){0}) == SIGUSR1);
    CU_ASSERT_FATAL(pipe(ends) == 0);
    close(ends[0]);
    CU_ASSERT(write(ends[1], "", 1) == -1);
    close(ends[1]);
    scene_end(&scene);
}

static void every_failing_call_is_told_and_leaves_no_descriptor(void)
{
    struct scene scene;
    struct error error = {""};
    int descriptors;
    int k = 1;

    scene_begin(&scene);
    descriptors = check_descriptors();
    for (; k <= 2; k++) { /* signalfd, epoll_ctl */
        error.text[0] = '\0';
        fault_arm(FAULT_SYSTEM, k);
        CU_ASSERT(signals_open(&scene.loop, &scene.watch, wanted, &error) == -1);
        CU_ASSERT(fault_disarm() && error.text[0]);
        CU_ASSERT(scene.watch.descriptor == -1 && check_descriptors() == descriptors);
    }
    scene_end(&scene);
}

SUITE("base signals",
      {"every signal that has come is told once", every_signal_that_has_come_is_told_once},
      {"a signal that comes late and a broken pipe end nothing",
       a_signal_that_comes_late_and_a_broken_pipe_end_nothing},
      {"every failing call is told and leaves no descriptor",
       every_failing_call_is_told_and_leaves_no_descriptor})
