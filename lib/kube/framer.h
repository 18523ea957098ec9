/* framer - the lines of a watch, out of bytes that are split anywhere. Pure.
 *
 * A watch is a stream of JSON documents, each on a line of its own. A line that came in one piece
 * is handed on where it lies; only what is left over is copied. */
#ifndef KUBE_FRAMER_H
#define KUBE_FRAMER_H

#include <stddef.h>

#include "base/cleanup.h"

/* Zero-initialise and set `limit`, the most bytes of a line. */
struct framer {
    size_t limit;
    char *data; /* the beginning of a line */
    size_t size;
    size_t capacity;
};

enum framer_outcome {
    FRAMER_MORE = 0,      /* all lines were handed on; the rest is kept */
    FRAMER_STOPPED = 1,   /* `line` has asked to stop */
    FRAMER_TOO_LARGE = 2, /* a line is longer than the limit */
    FRAMER_NO_MEMORY = 3
};

/* Takes bytes and calls `line` for each complete line, without its end; empty lines are skipped.
 * The line is valid during the call. `line` returns 0 to go on and anything else to stop. After
 * every outcome but FRAMER_MORE the framer is empty and the rest of the bytes is forgotten: a
 * stream that is cut there cannot be read on. */
enum framer_outcome framer_feed(struct framer *framer,
                                const char *bytes,
                                size_t size,
                                int (*line)(void *context, const char *line, size_t size),
                                void *context);

/* Forgets the beginning of a line and keeps the memory. */
void framer_clear(struct framer *framer);

/* Releases the memory; the framer can be used again. */
void framer_done(struct framer *framer);

CLEANUP_DEFINE(framer, struct framer, framer_done)

#endif
