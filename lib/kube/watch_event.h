/* watch_event - one line of a watch: what happened, and the object. Pure. */
#ifndef KUBE_WATCH_EVENT_H
#define KUBE_WATCH_EVENT_H

#include <stddef.h>

#include "base/cleanup.h"
#include "kube/refusal.h"
#include "kube/resource_version.h"

struct cJSON;

enum watch_event_type {
    WATCH_EVENT_ADDED,
    WATCH_EVENT_MODIFIED,
    WATCH_EVENT_DELETED,
    WATCH_EVENT_BOOKMARK, /* the object is nothing but a version */
    WATCH_EVENT_ERROR,    /* the server ends the watch; see `refusal` */
    WATCH_EVENT_TYPES
};

struct watch_event {
    enum watch_event_type type;
    struct resource_version version; /* of the object; none for an error */
    struct refusal refusal;          /* of an error */
    const struct cJSON *object;      /* within `tree` */
    struct cJSON *tree;
};

/* Reads a line. Returns 0 and the event, which watch_event_done releases; 1 when it is not an event
 * of these types whose object has a name and a version (a bookmark only the version, an error a
 * Status). */
int watch_event_read(const char *line, size_t size, struct watch_event *event);

void watch_event_done(struct watch_event *event);

CLEANUP_DEFINE(watch_event, struct watch_event, watch_event_done)

#endif
