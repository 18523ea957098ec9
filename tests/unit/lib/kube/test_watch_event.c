/* Events of a watch: complete ones are read, all else is malformed. */
#include "kube/watch_event.h"

#include <string.h>

#include "kube/object.h"
#include "support/check.h"

#define META "\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"7\"}}}"

static int read_text(const char *line, struct watch_event *event)
{
    return watch_event_read(line, strlen(line), event);
}

static void events_are_read_by_type(void)
{
    static const struct {
        const char *line;
        enum watch_event_type type;
    } rows[] = {
        {"{\"type\":\"ADDED\"," META, WATCH_EVENT_ADDED},
        {"{\"type\":\"MODIFIED\"," META "\r", WATCH_EVENT_MODIFIED},
        {"{\"type\":\"DELETED\"," META, WATCH_EVENT_DELETED},
        {"{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\"}}}",
         WATCH_EVENT_BOOKMARK},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(watch_event) struct watch_event event = {0};

        CU_ASSERT(read_text(rows[i].line, &event) == 0);
        CU_ASSERT(event.type == rows[i].type);
        CHECK_TEXT(event.version.digits, "7");
        CU_ASSERT(event.type == WATCH_EVENT_BOOKMARK || !strcmp(object_name(event.object), "a"));
    }
}

static void an_error_carries_its_status(void)
{
    CLEAN(watch_event) struct watch_event event = {0};

    CU_ASSERT(read_text("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}",
                        &event) == 0);
    CU_ASSERT(event.type == WATCH_EVENT_ERROR && event.refusal.code == 410);
}

static void anything_else_is_malformed(void)
{
    static const char *const rows[] = {
        "",
        "garbage",
        "null",
        "[]",
        "{}",
        "{\"type\":\"ADDED\"}",
        "{\"type\":7," META,
        "{\"type\":\"added\"," META,
        "{\"type\":\"NEW\"," META,
        "{\"Type\":\"ADDED\"," META,
        "{\"type\":\"ADDED\"," META " {}",
        "{\"type\":\"ADDED\",\"object\":[]}",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\"}}}",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":7}}}",
        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"0\"}}}",
        "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Pod\"}}",
    };
    struct watch_event event = {.type = WATCH_EVENT_TYPES};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(read_text(rows[i], &event) == 1 && event.type == WATCH_EVENT_TYPES);
}

SUITE("kube watch_event",
      {"events are read by type", events_are_read_by_type},
      {"an error carries its status", an_error_carries_its_status},
      {"anything else is malformed", anything_else_is_malformed})
