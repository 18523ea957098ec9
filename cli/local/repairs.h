/* repairs - what was repaired while a local job ran, as the lead reported it. */
#ifndef CLI_REPAIRS_H
#define CLI_REPAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define REPAIRS_CAUSE 32
#define REPAIRS_NODE  254
#define REPAIRS_TEXT  256

/* Points in time of one repair, nanoseconds of this machine's clock; 0 = not known. */
struct repair {
    char cause[REPAIRS_CAUSE];
    char class[REPAIRS_CAUSE]; /* "" = not known */
    char node[REPAIRS_NODE];
    uint32_t slot;
    uint32_t rank; /* global */
    uint32_t rung; /* 0 = nothing was done: it is told only */
    uint64_t generation;
    int64_t struck; /* the fault itself, when it was injected */
    int64_t seen;
    int64_t revoked;
    int64_t formed;
    int64_t restored;
    int64_t stepped;
    int64_t steps_redone;
    char text[REPAIRS_TEXT];
};

struct repairs {
    struct repair *items;
    size_t count;
    size_t capacity;
};

/* Zero-initialise to begin. Adds a copy. */
void repairs_add(struct repairs *repairs, const struct repair *repair);
void repairs_done(struct repairs *repairs);

/* Milliseconds from one point to the next, or -1 when one of them is not known. */
double repairs_ms(int64_t from, int64_t to);

/* Adds the timeline in words, one line:
 * "fault 0.0, seen +4.1, revoked +12.3, formed +80.2, restored +9.0, step +31.4 = 137.0 ms"
 * A point that is not known is left out and the next one counts from the one before it, so that
 * the parts always add up. A repair without its step ends with "not finished". */
void repairs_words(const struct repair *repair, struct text *out);

#endif
