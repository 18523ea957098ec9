/* informer - the loop around the reflector. */
#include "kube/informer.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "kube/framer.h"
#include "kube/list_page.h"
#include "kube/reflector.h"
#include "kube/watch_event.h"

#define PAGE       100               /* objects: as trees they take 50 times a record's memory */
#define EVENT_MOST ((size_t)4 << 20) /* bytes: more than an object may have */

struct informer {
    struct client *client;
    struct informer_source source;
    struct informer_events events;
    void *context;
    struct reflector reflector;
    struct framer framer;
    struct client_call *call;
    struct timer due;
};

static void informer_step(struct informer *informer, struct reflector_event *event);

/* What a list brings. */

static void broken_step(struct informer *informer, const char *reason)
{
    struct reflector_event event = {.type = REFLECTOR_BROKEN, .reason = reason};

    informer_step(informer, &event);
}

/* The request failed or was refused. */
static void refused_step(struct informer *informer, const struct answer *answer)
{
    char reason[ANSWER_REASON];
    struct reflector_event event = {.type = REFLECTOR_REFUSED,
                                    .class = answer_classify(answer, NULL),
                                    .retry_after = answer->retry_after,
                                    .reason = reason};

    answer_describe(answer, reason, sizeof reason);
    informer_step(informer, &event);
}

static void list_ended(void *context, const struct answer *answer)
{
    struct informer *informer = context;
    CLEAN(list_page) struct list_page page = {0};
    struct reflector_event event = {.type = REFLECTOR_PAGE};
    const cJSON *item;

    informer->call = NULL;
    if (answer_classify(answer, NULL) != ANSWER_DONE) {
        refused_step(informer, answer);
        return;
    }
    if (list_page_read(answer->body, answer->size, &page)) {
        broken_step(informer, "the answer to a LIST is not a list");
        return;
    }
    cJSON_ArrayForEach(item, page.items)
    {
        informer->events.object(informer->context, item);
    }
    event.version = &page.version;
    event.next = page.next;
    informer_step(informer, &event);
}

/* What a watch brings. */

static void error_step(struct informer *informer, const struct refusal *refusal)
{
    char reason[ANSWER_REASON];
    enum answer_class class = answer_classify_refusal(refusal);
    bool asked_to_wait = refusal->code == 429;
    struct reflector_event event = {.type = REFLECTOR_REFUSED, .class = class, .reason = reason};

    snprintf(reason,
             sizeof reason,
             "the server ended the watch: %d %s: %.128s",
             refusal->code,
             refusal->reason,
             refusal->message);
    if (class == ANSWER_BUSY && !asked_to_wait)
        event.type =
            REFLECTOR_BROKEN; /* an error of its own, which may come back for this version */
    informer_step(informer, &event);
}

/* Takes a line. Returns 1 when the watch was dropped by what it said. */
static int line_take(void *context, const char *line, size_t size)
{
    struct informer *informer = context;
    CLEAN(watch_event) struct watch_event found = {0};
    struct reflector_event event = {.type = REFLECTOR_CHANGE, .version = &found.version};

    if (watch_event_read(line, size, &found)) {
        broken_step(informer, "a line of a watch is not an event");
        return 1;
    }
    if (found.type == WATCH_EVENT_ERROR) {
        client_drop(TAKE(informer->call));
        error_step(informer, &found.refusal);
        return 1;
    }
    if (found.type == WATCH_EVENT_DELETED)
        informer->events.deleted(informer->context, found.object);
    else if (found.type != WATCH_EVENT_BOOKMARK)
        informer->events.object(informer->context, found.object);
    informer_step(informer, &event);
    return 0;
}

static void watch_bytes(void *context, const char *bytes, size_t size)
{
    struct informer *informer = context;
    struct reflector_event heard = {.type = REFLECTOR_BYTES};

    informer_step(informer, &heard);
    switch (framer_feed(&informer->framer, bytes, size, line_take, informer)) {
    case FRAMER_TOO_LARGE:
        broken_step(informer, "an event of a watch is too large");
        break;
    case FRAMER_NO_MEMORY:
        broken_step(informer, "out of memory for an event of a watch");
        break;
    default:
        break;
    }
}

static void watch_ended(void *context, const struct answer *answer)
{
    struct informer *informer = context;
    struct reflector_event event = {.type = REFLECTOR_ENDED};

    informer->call = NULL;
    if (answer->status == 200)
        informer_step(informer, &event);
    else
        refused_step(informer, answer);
}

/* Carrying out. */

static void request_send(struct informer *informer, const struct reflector_plan *plan)
{
    static const struct client_events list = {.ended = list_ended};
    static const struct client_events watch = {.bytes = watch_bytes, .ended = watch_ended};
    CLEAN(request) struct request request = {0};
    struct request_place place = {.resource = &informer->source.resource,
                                  .space = informer->source.space};
    struct request_selection selection = {.labels = informer->source.labels,
                                          .version = plan->from,
                                          .next = plan->next,
                                          .timeout_seconds = plan->timeout_seconds};

    if (plan->ask == REFLECTOR_LIST) {
        selection.page = PAGE;
        request_list(&request, &place, &selection);
        informer->call = client_send(informer->client, &request, &list, informer);
    } else {
        framer_clear(&informer->framer);
        request_watch(&request, &place, &selection);
        informer->call = client_send(informer->client, &request, &watch, informer);
    }
}

/* Takes an event to the reflector and does what it says. */
static void informer_step(struct informer *informer, struct reflector_event *event)
{
    const struct informer_events *events = &informer->events;
    struct reflector_plan plan;

    event->now = clock_now();
    reflector_step(&informer->reflector, event, &plan);
    if (plan.drop)
        client_drop(TAKE(informer->call));
    if (plan.end)
        events->listed(informer->context);
    if (plan.advanced)
        events->advanced(informer->context, &informer->reflector.version);
    if (plan.well)
        events->trouble(informer->context, NULL);
    if (plan.trouble)
        events->trouble(informer->context, plan.trouble);
    if (plan.begin)
        events->listing(informer->context);
    if (plan.ask)
        request_send(informer, &plan);
    if (informer->due.due != informer->reflector.due || !informer->due.place)
        loop_timer(client_loop(informer->client), &informer->due, informer->reflector.due);
}

static void informer_due(void *context)
{
    struct informer *informer = context;
    struct reflector_event event = {.type = REFLECTOR_DUE};

    if (informer->reflector.state == REFLECTOR_IDLE)
        event.type = REFLECTOR_START;
    informer_step(informer, &event);
}

struct informer *informer_start(struct client *client,
                                const struct informer_source *source,
                                const struct informer_events *events,
                                void *context,
                                uint64_t seed)
{
    struct informer *informer = memory_get(1, sizeof *informer);

    *informer = (struct informer){
        .client = client, .source = *source, .events = *events, .context = context};
    informer->framer.limit = EVENT_MOST;
    informer->due = (struct timer){.call = informer_due, .context = informer};
    reflector_init(&informer->reflector, seed);
    loop_timer(client_loop(client), &informer->due, clock_now());
    return informer;
}

void informer_stop(struct informer *informer)
{
    if (!informer)
        return;
    client_drop(informer->call);
    loop_cancel(client_loop(informer->client), &informer->due);
    reflector_done(&informer->reflector);
    framer_done(&informer->framer);
    free(informer);
}

const struct resource_version *informer_version(const struct informer *informer)
{
    return &informer->reflector.version;
}
