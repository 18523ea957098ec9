/* watch_event - one line of a watch. */
#include "kube/watch_event.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "kube/object.h"

static const char *const types[] = {
    [WATCH_EVENT_ADDED] = "ADDED",
    [WATCH_EVENT_MODIFIED] = "MODIFIED",
    [WATCH_EVENT_DELETED] = "DELETED",
    [WATCH_EVENT_BOOKMARK] = "BOOKMARK",
    [WATCH_EVENT_ERROR] = "ERROR",
};
_Static_assert(sizeof types / sizeof *types == WATCH_EVENT_TYPES, "a word a type");

static int type_read(const char *word, enum watch_event_type *type)
{
    for (unsigned i = 0; word && i < WATCH_EVENT_TYPES; i++) {
        if (!strcmp(types[i], word)) {
            *type = (enum watch_event_type)i;
            return 0;
        }
    }
    return 1;
}

/* Reads what the type promises out of the tree. */
static int event_decode(struct watch_event *event)
{
    if (type_read(object_text(event->tree, "type"), &event->type))
        return 1;
    event->object = object_member(event->tree, "object");
    if (event->type == WATCH_EVENT_ERROR)
        return refusal_decode(event->object, &event->refusal);
    if (event->type != WATCH_EVENT_BOOKMARK && !object_name(event->object))
        return 1;
    return object_version(event->object, &event->version);
}

int watch_event_read(const char *line, size_t size, struct watch_event *event)
{
    CLEAN(watch_event) struct watch_event fresh = {0};

    fresh.tree = object_parse(line, size);
    if (!fresh.tree || event_decode(&fresh))
        return 1;
    *event = fresh;
    fresh.tree = NULL;
    return 0;
}

void watch_event_done(struct watch_event *event)
{
    cJSON_Delete(event->tree);
    event->tree = NULL;
    event->object = NULL;
}
