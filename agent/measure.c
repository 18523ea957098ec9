/* measure - times work that is the same for everybody, where a rank runs. */
#include "agent/measure.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define COPIED   (8 << 20) /* bytes, more than is near a processor */
#define COPIES   8
#define NUMBERS  16384 /* floats that stay near it */
#define SWEEPS   600
#define GROWTH   1.0001F
#define ADDITION 0.0001F

/* Returns something that depends on all of it, so that nothing is left out. */
static float work_do(unsigned char *from, unsigned char *to, float *numbers)
{
    for (int i = 0; i < COPIES; i++) {
        memcpy(to, from, COPIED);
        from[i] = (unsigned char)(to[COPIED - 1 - i] + 1);
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (int i = 0; i < NUMBERS; i++)
            numbers[i] = numbers[i] * GROWTH + ADDITION;
    }
    return numbers[0] + to[0];
}

static int64_t work_time(void)
{
    CLEAN_FREE unsigned char *from = malloc(COPIED);
    CLEAN_FREE unsigned char *to = malloc(COPIED);
    CLEAN_FREE float *numbers = calloc(NUMBERS, sizeof *numbers);
    volatile float result;
    int64_t begun;

    if (!from || !to || !numbers)
        return 0;
    memset(from, 1, COPIED); /* the pages are there before the clock runs */
    memset(to, 2, COPIED);
    begun = clock_now();
    result = work_do(from, to, numbers);
    (void)result;
    return clock_now() - begun;
}

static void *measure_run(void *context)
{
    struct measure *measure = context;
    uint64_t one = 1;

    /* Where the kernel refuses, it is measured anywhere. */
    pthread_setaffinity_np(pthread_self(), sizeof measure->processors, &measure->processors);
    measure->time = work_time();
    while (write(measure->watch.descriptor, &one, sizeof one) < 0)
        ;
    return NULL;
}

void measure_stop(struct measure *measure)
{
    if (!measure->running)
        return;
    pthread_join(measure->thread, NULL);
    loop_remove(measure->loop, &measure->watch);
    close(measure->watch.descriptor);
    measure->running = false;
}

static void on_done(void *context, uint32_t events)
{
    struct measure *measure = context;

    (void)events;
    measure_stop(measure);
    measure->done(measure->context, measure->time);
}

/* Signals are for the thread of the loop. */
static int thread_start(struct measure *measure)
{
    sigset_t all;
    sigset_t before;
    int outcome;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    outcome = pthread_create(&measure->thread, NULL, measure_run, measure);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return outcome;
}

int measure_start(struct measure *measure, struct loop *loop, pid_t process, struct error *error)
{
    CLEAN_FD int descriptor = -1;

    if (measure->running)
        return 1;
    if (sched_getaffinity(process, sizeof measure->processors, &measure->processors))
        return error_errno(error, "cannot ask for the processors of process %ld", (long)process);
    descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        return error_errno(error, "cannot make an event");
    measure->loop = loop;
    measure->watch = (struct watch){.call = on_done, .context = measure};
    if (loop_add(loop, &measure->watch, descriptor, EPOLLIN, error))
        return -1;
    if (thread_start(measure)) {
        loop_remove(loop, &measure->watch);
        return error_set(error, "cannot start a thread");
    }
    TAKE_FD(descriptor);
    measure->running = true;
    return 0;
}
