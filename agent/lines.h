/* lines - one stream of a process as lines that say whose they are. Pure.
 *
 * Bytes are passed through as they are. A line is given out when it has ended; the last one of a
 * stream also without an end. One that is longer than LINES_MOST allows is broken, each part a line
 * of its own, so that every line can be written to a pipe in one piece. */
#ifndef AGENT_LINES_H
#define AGENT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINES_MOST   4096 /* bytes of a line with its prefix and its end: a pipe takes them whole */
#define LINES_PREFIX 32

struct lines {
    size_t prefix; /* bytes of it, at the beginning of `line` */
    size_t size;   /* bytes of `line` so far */
    bool broken;   /* the line that has begun is the rest of a longer one */
    char line[LINES_MOST];
};

/* Takes a line with its prefix and its end. What follows the prefix begins at `line + prefix`. */
typedef void (*lines_take)(void *context, const char *line, size_t size, size_t prefix);

/* Begins a stream; the prefix has less than LINES_PREFIX bytes, the rest of a longer one is left
 * out. */
void lines_init(struct lines *lines, const char *prefix);

/* Adds bytes and gives out the lines that end within them. */
void lines_add(struct lines *lines, const char *bytes, size_t size, lines_take take, void *context);

/* The stream is over: gives out what has begun. */
void lines_end(struct lines *lines, lines_take take, void *context);

#endif
