/* loop - one epoll loop: descriptors, timers, nothing else.
 *
 * Watches and timers live in their owners; the loop keeps pointers to them. Any of them may be
 * added, changed or removed from within any callback, also the one being called. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/error.h"

#define LOOP_BATCH 32

/* A descriptor in the loop. The owner sets `call` and `context`. */
struct watch {
    int descriptor;
    void (*call)(void *context, uint32_t events);
    void *context;
};

/* A point in time. The owner sets `call` and `context`; `place` is the loop's (0 = not set). */
struct timer {
    int64_t due;
    size_t place;
    void (*call)(void *context);
    void *context;
};

struct loop {
    int epoll;
    int clock; /* timerfd */
    bool stopped;
    struct epoll_event batch[LOOP_BATCH];
    int batch_next;
    int batch_end;
    struct timer **timers; /* binary heap by due time; [0] is unused */
    size_t timer_count;
    size_t timer_capacity;
    int64_t armed; /* the time the timerfd is set to */
};

/* Returns 0, or -1 when the kernel gives no descriptor. After success loop_done is owed. */
int loop_init(struct loop *loop, struct error *error);
void loop_done(struct loop *loop);

/* Watches `descriptor` for `events` (EPOLLIN, EPOLLOUT; errors always). The descriptor stays the
 * caller's; it must be removed before it is closed. Returns 0 or -1. */
int loop_add(
    struct loop *loop, struct watch *watch, int descriptor, uint32_t events, struct error *error);

/* Changes the events of a watch that was added. */
void loop_change(struct loop *loop, struct watch *watch, uint32_t events);

/* Forgets the watch, also events of it that were already received. */
void loop_remove(struct loop *loop, struct watch *watch);

/* Sets the timer to fire once at `due` (clock_now's nanoseconds; CLOCK_NEVER cancels). */
void loop_timer(struct loop *loop, struct timer *timer, int64_t due);
void loop_cancel(struct loop *loop, struct timer *timer);

/* Serves events until loop_stop is called. Returns 0, or -1 when the kernel refuses. */
int loop_run(struct loop *loop, struct error *error);
void loop_stop(struct loop *loop);

#endif
