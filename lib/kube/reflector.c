/* reflector - list and watch: the decisions. */
#include "kube/reflector.h"

#include <stddef.h>

#include "base/random.h"

#define SECOND  INT64_C(1000000000)
#define MINUTE  (60 * SECOND)
#define SILENCE (150 * SECOND) /* two bookmarks and a half */
#define HEALTHY (2 * MINUTE)   /* a watch that lived so long forgives what failed before */
#define AGAIN   (15 * MINUTE)  /* between two lists */
#define BROKEN  3              /* times that the same version is tried */

#define WATCH_LEAST 300 /* seconds */
#define WATCH_MOST  600

/* A watch is opened again at the latest so long after the server has come back: there are two
 * watches a controller, not one a node. */
#define WAIT_MOST (5 * SECOND)

void reflector_init(struct reflector *reflector, uint64_t seed)
{
    *reflector = (struct reflector){
        .due = INT64_MAX,
        .backoff = {.first = 8 * SECOND / 10, .most = WAIT_MOST, .random = seed},
    };
}

void reflector_done(struct reflector *reflector)
{
    text_done(&reflector->next);
}

/* Beginning. */

static void list_ask(struct reflector *reflector, int64_t now, struct reflector_plan *plan)
{
    reflector->state = REFLECTOR_LISTING;
    reflector->started = now;
    reflector->due = INT64_MAX;
    plan->begin = !reflector->next.size;
    plan->ask = REFLECTOR_LIST;
    plan->from = reflector->newest ? NULL : &reflector->version;
    plan->next = text_string(&reflector->next);
}

static void watch_ask(struct reflector *reflector, int64_t now, struct reflector_plan *plan)
{
    reflector->state = REFLECTOR_WATCHING;
    reflector->started = now;
    reflector->heard = now;
    reflector->changed = false;
    reflector->due = now + SILENCE;
    plan->ask = REFLECTOR_WATCH;
    plan->from = &reflector->version;
    plan->timeout_seconds = WATCH_LEAST + (unsigned)random_below(&reflector->backoff.random,
                                                                 WATCH_MOST - WATCH_LEAST + 1);
}

static void list_begin(struct reflector *reflector,
                       const struct reflector_event *event,
                       struct reflector_plan *plan)
{
    list_ask(reflector, event->now, plan);
}

static void watch_begin(struct reflector *reflector,
                        const struct reflector_event *event,
                        struct reflector_plan *plan)
{
    watch_ask(reflector, event->now, plan);
}

/* Telling. */

static void trouble_tell(struct reflector *reflector,
                         const char *reason,
                         struct reflector_plan *plan)
{
    if (!reflector->troubled)
        plan->trouble = reason;
    reflector->troubled = true;
}

static void well_tell(struct reflector *reflector, struct reflector_plan *plan)
{
    plan->well = reflector->troubled;
    reflector->troubled = false;
}

/* Goes to a state of waiting, as long as failures before and the server ask for. */
static void wait_in(struct reflector *reflector,
                    enum reflector_state state,
                    const struct reflector_event *event)
{
    int64_t wait = backoff_fail(&reflector->backoff);

    if (wait < event->retry_after)
        wait = event->retry_after;
    reflector->state = state;
    reflector->due = event->now + wait;
}

/* Listing. */

static void list_page(struct reflector *reflector,
                      const struct reflector_event *event,
                      struct reflector_plan *plan)
{
    if (!reflector->next.size)
        reflector->list_version = *event->version;
    text_clear(&reflector->next);
    text_add(&reflector->next, event->next);
    if (reflector->next.size) {
        list_ask(reflector, event->now, plan);
        return;
    }
    reflector->version = reflector->list_version;
    reflector->newest = false;
    reflector->broken = 0;
    reflector->listed = event->now;
    plan->end = true;
    plan->advanced = true;
    well_tell(reflector, plan);
    watch_ask(reflector, event->now, plan);
}

/* A server that is busy or away is asked for the same page again. */
static void list_refused(struct reflector *reflector,
                         const struct reflector_event *event,
                         struct reflector_plan *plan)
{
    if (event->class == ANSWER_EXPIRED || event->class == ANSWER_TOO_NEW) {
        reflector->newest = true;
        text_clear(&reflector->next);
    } else {
        if (event->class != ANSWER_BUSY && event->class != ANSWER_LOST)
            text_clear(&reflector->next);
        trouble_tell(reflector, event->reason, plan);
    }
    wait_in(reflector, REFLECTOR_LIST_LATER, event);
}

static void list_broken(struct reflector *reflector,
                        const struct reflector_event *event,
                        struct reflector_plan *plan)
{
    text_clear(&reflector->next);
    trouble_tell(reflector, event->reason, plan);
    wait_in(reflector, REFLECTOR_LIST_LATER, event);
}

/* Watching. */

/* Whether the watch has lived long enough to be none that only fails; forgives earlier failures if
 * it has lived long. */
static bool watch_lived(struct reflector *reflector, int64_t now)
{
    if (now - reflector->started >= HEALTHY)
        backoff_reset(&reflector->backoff);
    return reflector->changed || now - reflector->started >= SECOND;
}

static void watch_change(struct reflector *reflector,
                         const struct reflector_event *event,
                         struct reflector_plan *plan)
{
    reflector->heard = event->now;
    reflector->changed = true;
    reflector->broken = 0;
    resource_version_raise(&reflector->version, event->version);
    plan->advanced = true;
    well_tell(reflector, plan);
}

static void watch_bytes(struct reflector *reflector,
                        const struct reflector_event *event,
                        struct reflector_plan *plan)
{
    (void)plan;
    reflector->heard = event->now;
}

static void watch_ended(struct reflector *reflector,
                        const struct reflector_event *event,
                        struct reflector_plan *plan)
{
    if (!watch_lived(reflector, event->now)) {
        trouble_tell(reflector, "the watch ended at once", plan);
        wait_in(reflector, REFLECTOR_WATCH_LATER, event);
    } else if (event->now - reflector->listed >= AGAIN)
        list_ask(reflector, event->now, plan);
    else
        watch_ask(reflector, event->now, plan);
}

static void watch_refused(struct reflector *reflector,
                          const struct reflector_event *event,
                          struct reflector_plan *plan)
{
    bool lived = watch_lived(reflector, event->now);

    switch (event->class) {
    case ANSWER_EXPIRED: /* in the order of things */
        if (lived)
            list_ask(reflector, event->now, plan);
        else
            wait_in(reflector, REFLECTOR_LIST_LATER, event);
        break;
    case ANSWER_BUSY:
    case ANSWER_LOST:
    case ANSWER_TOO_NEW:
        trouble_tell(reflector, event->reason, plan);
        wait_in(reflector, REFLECTOR_WATCH_LATER, event);
        break;
    default:
        trouble_tell(reflector, event->reason, plan);
        wait_in(reflector, REFLECTOR_LIST_LATER, event);
        break;
    }
}

static void watch_broken(struct reflector *reflector,
                         const struct reflector_event *event,
                         struct reflector_plan *plan)
{
    bool again = ++reflector->broken < BROKEN;

    watch_lived(reflector, event->now);
    plan->drop = true;
    trouble_tell(reflector, event->reason, plan);
    wait_in(reflector, again ? REFLECTOR_WATCH_LATER : REFLECTOR_LIST_LATER, event);
}

static void watch_due(struct reflector *reflector,
                      const struct reflector_event *event,
                      struct reflector_plan *plan)
{
    reflector->due = reflector->heard + SILENCE;
    if (event->now < reflector->due)
        return;
    watch_lived(reflector, event->now);
    plan->drop = true;
    trouble_tell(reflector, "the watch is silent", plan);
    wait_in(reflector, REFLECTOR_WATCH_LATER, event);
}

/* An empty cell: nothing is to be done. */
static void (*const moves[REFLECTOR_STATES][REFLECTOR_EVENTS])(struct reflector *reflector,
                                                               const struct reflector_event *event,
                                                               struct reflector_plan *plan) = {
    [REFLECTOR_IDLE] = {[REFLECTOR_START] = list_begin},
    [REFLECTOR_LISTING] = {[REFLECTOR_PAGE] = list_page,
                           [REFLECTOR_REFUSED] = list_refused,
                           [REFLECTOR_BROKEN] = list_broken},
    [REFLECTOR_LIST_LATER] = {[REFLECTOR_DUE] = list_begin},
    [REFLECTOR_WATCHING] = {[REFLECTOR_CHANGE] = watch_change,
                            [REFLECTOR_BYTES] = watch_bytes,
                            [REFLECTOR_ENDED] = watch_ended,
                            [REFLECTOR_REFUSED] = watch_refused,
                            [REFLECTOR_BROKEN] = watch_broken,
                            [REFLECTOR_DUE] = watch_due},
    [REFLECTOR_WATCH_LATER] = {[REFLECTOR_DUE] = watch_begin},
};

void reflector_step(struct reflector *reflector,
                    const struct reflector_event *event,
                    struct reflector_plan *plan)
{
    *plan = (struct reflector_plan){.next = ""};
    if (moves[reflector->state][event->type])
        moves[reflector->state][event->type](reflector, event, plan);
}
