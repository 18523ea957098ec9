/* Any bytes as a watch, in pieces: the same lines as in one piece, each an event or malformed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kube/framer.h"
#include "kube/object.h"
#include "kube/watch_event.h"

#define LIMIT 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int line_take(void *context, const char *line, size_t size)
{
    CLEAN(watch_event) struct watch_event event = {0};

    if (size > LIMIT || memchr(line, '\n', size))
        abort();
    text_add_bytes(context, line, size);
    text_add(context, "\n");
    if (watch_event_read(line, size, &event))
        return 0;
    if (event.type < WATCH_EVENT_BOOKMARK && !object_name(event.object))
        abort();
    return event.type == WATCH_EVENT_ERROR;
}

/* The first byte says how long the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(framer) struct framer whole = {.limit = LIMIT};
    CLEAN(framer) struct framer split = {.limit = LIMIT};
    CLEAN(text) struct text wanted = {0};
    CLEAN(text) struct text found = {0};
    enum framer_outcome outcome = FRAMER_MORE;
    enum framer_outcome piecewise = FRAMER_MORE;
    size_t piece = size ? 1 + data[0] : 1;
    const char *bytes = (const char *)data;

    outcome = framer_feed(&whole, bytes, size, line_take, &wanted);
    while (size && piecewise == FRAMER_MORE) {
        size_t part = size < piece ? size : piece;

        piecewise = framer_feed(&split, bytes, part, line_take, &found);
        bytes += part;
        size -= part;
    }
    if (outcome != piecewise || strcmp(text_string(&wanted), text_string(&found)) != 0)
        abort();
    return 0;
}
