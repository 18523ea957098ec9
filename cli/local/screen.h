/* screen - how far a local job is, for people: one line that changes on a terminal, plain lines
 * elsewhere. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* What is known of the job's progress. */
struct screen_progress {
    int64_t committed; /* steps; negative = none yet */
    int64_t total;     /* 0 = not known */
    int64_t epoch;
    uint64_t samples;
    bool running;      /* ranks run; how far they are may not be known */
    double loss;       /* NaN = none yet */
    int64_t validated; /* committed steps at the newest validation */
    double accuracy;   /* NaN = none yet */
};

struct screen {
    FILE *out;
    bool terminal;
    bool drawn;         /* a line is standing that must be wiped before others are written */
    int64_t last;       /* when the last line was written */
    int64_t rate_since; /* the point from which the rate is taken */
    uint64_t rate_samples;
    double rate; /* samples per second; 0 = not known */
};

/* Begins on `out`, which is a terminal or not. */
void screen_init(struct screen *screen, FILE *out);

/* Shows progress at time `now`. */
void screen_progress(struct screen *screen, const struct screen_progress *progress, int64_t now);

/* Writes a line of its own. */
void screen_note(struct screen *screen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wipes what is standing. */
void screen_end(struct screen *screen);

/* The words of a progress line. `bar` is its width in characters, 0 = none. Pure. */
void screen_words(const struct screen_progress *progress, double rate, int bar, struct text *out);

#endif
