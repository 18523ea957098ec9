/* lines - one stream of a process as lines that say whose they are. */
#include "agent/lines.h"

#include <string.h>

void lines_init(struct lines *lines, const char *prefix)
{
    size_t size = strnlen(prefix, LINES_PREFIX - 1);

    memcpy(lines->line, prefix, size);
    lines->prefix = lines->size = size;
    lines->broken = false;
}

static void line_give(struct lines *lines, lines_take take, void *context)
{
    lines->line[lines->size++] = '\n';
    take(context, lines->line, lines->size, lines->prefix);
    lines->size = lines->prefix;
}

/* Adds what of the bytes belongs to the line that has begun. Returns how many were used. */
static size_t line_fill(
    struct lines *lines, const char *bytes, size_t size, lines_take take, void *context)
{
    size_t room = LINES_MOST - 1 - lines->size;
    const char *end = memchr(bytes, '\n', size < room + 1 ? size : room + 1);
    size_t part = end ? (size_t)(end - bytes) : size;

    if (part > room)
        part = room;
    memcpy(lines->line + lines->size, bytes, part);
    lines->size += part;
    if (end) {
        if (!lines->broken || lines->size > lines->prefix)
            line_give(lines, take, context);
        lines->broken = false; /* a line as long as the bound has ended, not another begun */
        return part + 1;
    }
    if (lines->size == LINES_MOST - 1) {
        line_give(lines, take, context);
        lines->broken = true;
    }
    return part;
}

void lines_add(struct lines *lines, const char *bytes, size_t size, lines_take take, void *context)
{
    while (size) {
        size_t used = line_fill(lines, bytes, size, take, context);

        bytes += used;
        size -= used;
    }
}

void lines_end(struct lines *lines, lines_take take, void *context)
{
    if (lines->size > lines->prefix)
        line_give(lines, take, context);
    lines->broken = false;
}
