/* event - Events (events.k8s.io/v1) about jobs: what was decided, said once. */
#ifndef CONTROLLER_EVENT_H
#define CONTROLLER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct controller;
struct job_record;

struct event {
    const struct job_record *job;
    bool warning;
    const char *reason; /* one word */
    const char *note;   /* for people */
};

/* Who says it, and when. */
struct event_source {
    const char *instance; /* name of the pod */
    int64_t time;         /* microseconds since 1970 */
    uint64_t number;      /* makes the name unique */
};

/* Adds the Event as JSON. Pure. */
void event_print(const struct event *event, const struct event_source *source, struct text *out);

/* Posts it. That it does not arrive is logged and nothing else: the status says the same. */
void event_post(struct controller *controller, const struct event *event);

#endif
