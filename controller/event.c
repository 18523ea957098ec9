/* event - Events about jobs. */
#include "controller/event.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "controller/controller.h"
#include "controller/excerpt.h"
#include "controller/job_record.h"
#include "controller/labels.h"
#include "controller/tree.h"

#define NOTE   1000 /* bytes; the API allows 1024 */
#define SECOND 1000000

static const struct request_resource events_resource = {"events.k8s.io", "v1", "events"};

/* "2026-11-21T16:07:36.000001Z" */
static void time_add(struct text *out, int64_t microseconds)
{
    timestamp_add(out, microseconds / SECOND);
    out->size--; /* the 'Z' */
    text_addf(out, ".%06" PRId64 "Z", microseconds % SECOND);
}

void event_print(const struct event *event, const struct event_source *source, struct text *out)
{
    CLEAN(tree) cJSON *tree = tree_object();
    CLEAN(text) struct text when = {0};
    CLEAN(text) struct text name = {0};
    CLEAN_FREE char *note = excerpt_copy(event->note, NOTE);
    cJSON *metadata = tree_put_object(tree, "metadata");
    cJSON *regarding = tree_put_object(tree, "regarding");

    time_add(&when, source->time);
    text_addf(&name, "%s.%016" PRIx64, event->job->name, source->number);
    tree_put_text(tree, "apiVersion", "events.k8s.io/v1");
    tree_put_text(tree, "kind", "Event");
    tree_put_text(metadata, "name", name.data);
    tree_put_text(metadata, "namespace", event->job->namespace);
    tree_put_text(regarding, "apiVersion", LABELS_VERSION);
    tree_put_text(regarding, "kind", LABELS_KIND);
    tree_put_text(regarding, "namespace", event->job->namespace);
    tree_put_text(regarding, "name", event->job->name);
    tree_put_text(regarding, "uid", event->job->uid);
    tree_put_text(tree, "eventTime", when.data);
    tree_put_text(tree, "type", event->warning ? "Warning" : "Normal");
    tree_put_text(tree, "reason", event->reason);
    tree_put_text(tree, "action", event->reason);
    tree_put_text(tree, "note", note ? note : "");
    tree_put_text(tree, "reportingController", LABELS_GROUP "/controller");
    tree_put_text(tree, "reportingInstance", source->instance);
    json_add_tree(out, tree);
}

static void on_posted(void *context, const struct answer *answer)
{
    struct controller *controller = context;
    char words[ANSWER_REASON];

    if (answer_classify(answer, NULL) == ANSWER_DONE)
        return;
    answer_describe(answer, words, sizeof words);
    log_warning(&controller->log, "an Event was not taken: %s", words);
}

void event_post(struct controller *controller, const struct event *event)
{
    static const struct client_events events = {.ended = on_posted};
    const struct request_place place = {.resource = &events_resource,
                                        .space = event->job->namespace};
    CLEAN(text) struct text body = {0};
    struct request request = {0};
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    event_print(event,
                &(struct event_source){.instance = controller->arguments->pod,
                                       .time = now.tv_sec * SECOND + now.tv_nsec / 1000,
                                       .number = (uint64_t)clock_now()},
                &body);
    request_create(&request, &place, body.data);
    client_send(controller->client, &request, &events, controller);
}
