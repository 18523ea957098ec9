/* summary - how a local job ended, as JSON. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdint.h>

#include "base/text.h"
#include "cli/local/repairs.h"

struct summary {
    const char *outcome; /* "Succeeded", "Failed", "Stopped" */
    const char *text;    /* the trainer's result as JSON, or a reason */
    uint32_t attempt;
    double seconds;
    const struct repairs *repairs;
};

/* Adds the JSON object: outcome, attempt, seconds, the members of the trainer's result or `reason`,
 * and repairs. A member of the trainer's result that is named as one of ours is left out. */
void summary_print(const struct summary *summary, struct text *out);

/* Adds what people want to know of a printed summary: "succeeded after 1.2 s, 300 steps, loss
 * 0.0123, validation accuracy 98.10 %", and "model: PATH" in a line of its own. What is not known
 * is left out. */
void summary_words(const char *printed, struct text *out);

/* Adds the reason of a printed summary. Returns 0, or 1 when it has none. */
int summary_reason(const char *printed, struct text *out);

#endif
