/* measure - times work that is the same for everybody, where a rank runs.
 *
 * The work runs in a thread of its own, on the processors that the rank may use, so that whoever
 * measures goes on with its loop. It is arithmetic on 64 KiB and copies of 8 MiB, about a
 * tenth of a second in all: a processor that is slower, shared or throttled takes longer. */
#ifndef AGENT_MEASURE_H
#define AGENT_MEASURE_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/loop.h"

/* `done` and `context` are set before the first start, the rest is zero. It stays where it is while
 * a measurement runs. */
struct measure {
    /* It took that long, in nanoseconds; 0 = there is no memory for it. */
    void (*done)(void *context, int64_t time);
    void *context;
    struct loop *loop;
    struct watch watch;
    pthread_t thread;
    cpu_set_t processors;
    bool running;
    int64_t time;
};

/* Begins, on the processors of `process`. Returns 0, and `done` is called from the loop; 1 when one
 * is running; -1. */
int measure_start(struct measure *measure, struct loop *loop, pid_t process, struct error *error);

/* Waits for the one that is running; `done` is not called. */
void measure_stop(struct measure *measure);

#endif
