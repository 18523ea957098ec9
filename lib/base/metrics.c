/* metrics - a small registry in the Prometheus text format. */
#include "base/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

void metrics_init(struct metrics *metrics, const struct metric_family *families, size_t count)
{
    *metrics = (struct metrics){.families = families, .family_count = count};
    metrics->samples = memory_get(count, sizeof *metrics->samples);
}

void metrics_clear(struct metrics *metrics, size_t family)
{
    struct metric_samples *samples = &metrics->samples[family];

    for (size_t i = 0; i < samples->count; i++)
        free(samples->items[i].labels);
    samples->count = 0;
}

void metrics_done(struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->family_count; i++) {
        metrics_clear(metrics, i);
        free(metrics->samples[i].items);
    }
    free(metrics->samples);
    *metrics = (struct metrics){0};
}

/* Finds or makes the sample. Returns NULL when the family is full. */
static struct metric_sample *sample_of(struct metrics *metrics, size_t family, const char *labels)
{
    struct metric_samples *samples = &metrics->samples[family];

    assert(family < metrics->family_count);
    for (size_t i = 0; i < samples->count; i++) {
        if (!strcmp(samples->items[i].labels, labels))
            return &samples->items[i];
    }
    if (samples->count == METRICS_SAMPLES) {
        metrics->dropped++;
        return NULL;
    }
    memory_grow(&samples->items, &samples->capacity, samples->count + 1, sizeof *samples->items);
    samples->items[samples->count] = (struct metric_sample){.labels = memory_text(labels)};
    return &samples->items[samples->count++];
}

void metrics_set(struct metrics *metrics, size_t family, const char *labels, double value)
{
    struct metric_sample *sample = sample_of(metrics, family, labels);

    if (sample)
        sample->value = value;
}

void metrics_add(struct metrics *metrics, size_t family, const char *labels, double amount)
{
    struct metric_sample *sample = sample_of(metrics, family, labels);

    if (sample)
        sample->value += amount;
}

static void value_print(double value, struct text *out)
{
    if (isinf(value))
        text_add(out, value > 0 ? "+Inf" : "-Inf");
    else
        json_add_number(out, value);
}

/* Whether there is anything to print of a family. */
static bool is_known(const struct metric_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        if (!isnan(samples->items[i].value))
            return true;
    }
    return false;
}

void metrics_print(const struct metrics *metrics, struct text *out)
{
    static const char *const kinds[] = {"gauge", "counter"};

    for (size_t f = 0; f < metrics->family_count; f++) {
        const struct metric_family *family = &metrics->families[f];
        const struct metric_samples *samples = &metrics->samples[f];

        if (!is_known(samples))
            continue;
        text_addf(out, "# HELP %s %s\n", family->name, family->help);
        text_addf(out, "# TYPE %s %s\n", family->name, kinds[family->kind]);
        for (size_t i = 0; i < samples->count; i++) {
            const char *labels = samples->items[i].labels;

            if (isnan(samples->items[i].value))
                continue;
            text_addf(out, *labels ? "%s{%s} " : "%s%s ", family->name, labels);
            value_print(samples->items[i].value, out);
            text_add(out, "\n");
        }
    }
}
