/* metrics - a small registry that prints the Prometheus text format. Pure.
 *
 * Families are declared in a static table; samples are found by their label text, which the caller
 * builds from a bounded set of values. A value that is NaN is not known, and not printed. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stddef.h>

#include "base/text.h"

#define METRICS_SAMPLES 256 /* most samples of one family; more are counted as dropped */

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER };

/* One row of the table: name (counters end in _total), help, kind. */
struct metric_family {
    const char *name;
    const char *help;
    enum metric_kind kind;
};

struct metric_sample {
    char *labels; /* `rank="0",phase="step"`, or "" */
    double value;
};

struct metric_samples {
    struct metric_sample *items;
    size_t count;
    size_t capacity;
};

struct metrics {
    const struct metric_family *families;
    struct metric_samples *samples; /* one for each family */
    size_t family_count;
    size_t dropped;
};

/* Begins an empty registry over `families`, which must outlive it. */
void metrics_init(struct metrics *metrics, const struct metric_family *families, size_t count);
void metrics_done(struct metrics *metrics);

/* Sets, or adds to, the sample of `families[family]` that has exactly these labels. */
void metrics_set(struct metrics *metrics, size_t family, const char *labels, double value);
void metrics_add(struct metrics *metrics, size_t family, const char *labels, double amount);

/* Forgets all samples of a family, for labels that come and go. */
void metrics_clear(struct metrics *metrics, size_t family);

/* Adds all families with their samples in text exposition format 0.0.4. */
void metrics_print(const struct metrics *metrics, struct text *out);

#endif
