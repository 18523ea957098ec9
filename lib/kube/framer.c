/* framer - the lines of a watch. */
#include "kube/framer.h"

#include <string.h>

#include "base/memory.h"

/* Keeps the beginning of a line. */
static enum framer_outcome rest_keep(struct framer *framer, const char *bytes, size_t size)
{
    if (!size)
        return FRAMER_MORE;
    if (size > framer->limit - framer->size)
        return FRAMER_TOO_LARGE;
    if (memory_try_grow(&framer->data, &framer->capacity, framer->size + size, 1))
        return FRAMER_NO_MEMORY;
    memcpy(framer->data + framer->size, bytes, size);
    framer->size += size;
    return FRAMER_MORE;
}

/* Takes the end of a line, `size` bytes without the line feed. */
static enum framer_outcome line_end(struct framer *framer,
                                    const char *bytes,
                                    size_t size,
                                    int (*line)(void *context, const char *line, size_t size),
                                    void *context)
{
    enum framer_outcome outcome;

    if (framer->size) {
        outcome = rest_keep(framer, bytes, size);
        if (outcome != FRAMER_MORE)
            return outcome;
        bytes = framer->data;
        size = framer->size;
        framer->size = 0;
    }
    if (size > framer->limit)
        return FRAMER_TOO_LARGE;
    return size && line(context, bytes, size) ? FRAMER_STOPPED : FRAMER_MORE;
}

enum framer_outcome framer_feed(struct framer *framer,
                                const char *bytes,
                                size_t size,
                                int (*line)(void *context, const char *line, size_t size),
                                void *context)
{
    enum framer_outcome outcome = FRAMER_MORE;

    while (size && outcome == FRAMER_MORE) {
        const char *end = memchr(bytes, '\n', size);

        if (!end) {
            outcome = rest_keep(framer, bytes, size);
            break;
        }
        outcome = line_end(framer, bytes, (size_t)(end - bytes), line, context);
        size -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
    }
    if (outcome != FRAMER_MORE)
        framer_clear(framer);
    return outcome;
}

void framer_clear(struct framer *framer)
{
    framer->size = 0;
}

void framer_done(struct framer *framer)
{
    free(framer->data);
    *framer = (struct framer){.limit = framer->limit};
}
