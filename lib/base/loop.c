/* loop - one epoll loop with a heap of timers behind one timerfd. */
#include "base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

int loop_init(struct loop *loop, struct error *error)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    struct loop fresh = {.epoll = epoll_create1(EPOLL_CLOEXEC), .armed = CLOCK_NEVER};

    if (fresh.epoll < 0)
        return error_errno(error, "cannot create an epoll instance");
    fresh.clock = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fresh.clock < 0 || epoll_ctl(fresh.epoll, EPOLL_CTL_ADD, fresh.clock, &event)) {
        error_errno(error, "cannot create a timer");
        if (fresh.clock >= 0)
            close(fresh.clock);
        close(fresh.epoll);
        return -1;
    }
    *loop = fresh;
    return 0;
}

void loop_done(struct loop *loop)
{
    close(loop->clock);
    close(loop->epoll);
    free(loop->timers);
    *loop = (struct loop){.epoll = -1, .clock = -1};
}

int loop_add(
    struct loop *loop, struct watch *watch, int descriptor, uint32_t events, struct error *error)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, descriptor, &event))
        return error_errno(error, "cannot watch descriptor %d", descriptor);
    watch->descriptor = descriptor;
    return 0;
}

void loop_change(struct loop *loop, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->descriptor, &event);
}

void loop_remove(struct loop *loop, struct watch *watch)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->descriptor, NULL);
    for (int i = loop->batch_next; i < loop->batch_end; i++) {
        if (loop->batch[i].data.ptr == watch)
            loop->batch[i].events = 0;
    }
}

/* The heap: timers[1] is the earliest; the children of i are 2i and 2i + 1. */

static void heap_put(struct loop *loop, size_t place, struct timer *timer)
{
    loop->timers[place] = timer;
    timer->place = place;
}

static void heap_rise(struct loop *loop, size_t place, struct timer *timer)
{
    while (place > 1 && loop->timers[place / 2]->due > timer->due) {
        heap_put(loop, place, loop->timers[place / 2]);
        place /= 2;
    }
    heap_put(loop, place, timer);
}

static void heap_sink(struct loop *loop, size_t place, struct timer *timer)
{
    for (size_t child = 2 * place; child <= loop->timer_count; child = 2 * place) {
        if (child < loop->timer_count && loop->timers[child + 1]->due < loop->timers[child]->due)
            child++;
        if (loop->timers[child]->due >= timer->due)
            break;
        heap_put(loop, place, loop->timers[child]);
        place = child;
    }
    heap_put(loop, place, timer);
}

void loop_cancel(struct loop *loop, struct timer *timer)
{
    size_t place = timer->place;
    struct timer *last;

    if (!place)
        return;
    timer->place = 0;
    last = loop->timers[loop->timer_count--];
    if (last == timer)
        return;
    if (place > 1 && loop->timers[place / 2]->due > last->due)
        heap_rise(loop, place, last);
    else
        heap_sink(loop, place, last);
}

void loop_timer(struct loop *loop, struct timer *timer, int64_t due)
{
    loop_cancel(loop, timer);
    if (due == CLOCK_NEVER)
        return;
    timer->due = due;
    memory_grow(&loop->timers, &loop->timer_capacity, loop->timer_count + 2, sizeof(void *));
    loop->timer_count++;
    heap_rise(loop, loop->timer_count, timer);
}

/* Sets the timerfd to the earliest timer, if it is not set so already. */
static void clock_arm(struct loop *loop)
{
    int64_t due = loop->timer_count ? loop->timers[1]->due : CLOCK_NEVER;
    struct itimerspec spec = {0};

    if (due == loop->armed)
        return;
    loop->armed = due;
    if (due != CLOCK_NEVER) {
        if (due < 1)
            due = 1;
        spec.it_value.tv_sec = due / CLOCK_SECONDS(1);
        spec.it_value.tv_nsec = due % CLOCK_SECONDS(1);
    }
    timerfd_settime(loop->clock, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void timers_fire(struct loop *loop)
{
    int64_t now = clock_now();
    size_t budget = loop->timer_count; /* a timer set to the past may not starve descriptors */

    while (budget-- && loop->timer_count && loop->timers[1]->due <= now && !loop->stopped) {
        struct timer *timer = loop->timers[1];

        loop_cancel(loop, timer);
        timer->call(timer->context);
    }
    loop->armed = -1;
}

static void batch_serve(struct loop *loop)
{
    while (loop->batch_next < loop->batch_end && !loop->stopped) {
        struct epoll_event *event = &loop->batch[loop->batch_next++];
        struct watch *watch = event->data.ptr;

        if (!watch)
            timers_fire(loop);
        else if (event->events)
            watch->call(watch->context, event->events);
    }
    loop->batch_next = loop->batch_end = 0;
}

int loop_run(struct loop *loop, struct error *error)
{
    while (!loop->stopped) {
        int count;

        clock_arm(loop);
        count = epoll_wait(loop->epoll, loop->batch, LOOP_BATCH, -1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_errno(error, "cannot wait for events");
        loop->batch_next = 0;
        loop->batch_end = count;
        batch_serve(loop);
    }
    loop->stopped = false;
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
