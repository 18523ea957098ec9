/* display - progress for a human: one line that changes on a terminal, plain lines elsewhere. */
#ifndef TRAINER_DISPLAY_H
#define TRAINER_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "trainer/world.h"

struct display {
    int descriptor;
    bool terminal;
    bool open;         /* the cursor stands in the line that changes */
    bool counting;     /* the speed is measured from the three below on */
    int64_t began;     /* clock_now's nanoseconds */
    int64_t committed; /* steps */
    uint64_t samples;
    int64_t next;   /* nothing is written before */
    uint32_t phase; /* of what was told last */
};

/* Writes to `descriptor`, as to a terminal when it is one. */
void display_init(struct display *display, int descriptor);

/* Takes progress note at `now` and writes a line when it is time: ten a second on a terminal, one
 * in ten seconds elsewhere, and one for every validation. For fit_settings.observe. */
void display_note(struct display *display, const struct world_progress *progress, int64_t now);

/* Ends the line that changes. */
void display_end(struct display *display);

/* Adds the words of a line, as in "step 120/2340  epoch 1  loss 0.2154  9821 samples/s  4 s left".
 * Pure. */
void display_line(const struct display *display,
                  const struct world_progress *progress,
                  int64_t now,
                  struct text *out);

#endif
