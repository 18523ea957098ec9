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

/* Adds the JSON object: outcome, attempt, seconds, repairs, and every member of the trainer's
 * result or `reason`. */
void summary_print(const struct summary *summary, struct text *out);

/* Reads a number of the trainer's result. Returns it, or NaN. */
double summary_number(const char *text, const char *key);

/* Reads a word of the trainer's result into `out`. Returns 0, or 1 when it has none. */
int summary_word(const char *text, const char *key, char *out, size_t size);

#endif
