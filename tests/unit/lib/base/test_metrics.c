/* Metrics: the text format of Prometheus, exact numbers, and a bound on the samples. */
#include "base/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"

static const struct metric_family families[] = {
    {"muster_step", "Newest committed step.", METRIC_GAUGE},
    {"muster_faults_total", "Faults by class.", METRIC_COUNTER},
    {"muster_unused", "Never set.", METRIC_GAUGE},
};

enum { STEP, FAULTS, UNUSED, FAMILIES };

static void families_are_printed_with_their_samples(void)
{
    CLEAN(text) struct text out = {0};
    struct metrics metrics;

    metrics_init(&metrics, families, FAMILIES);
    metrics_print(&metrics, &out);
    CHECK_TEXT(text_string(&out), "");
    metrics_set(&metrics, STEP, "", 41);
    metrics_set(&metrics, STEP, "", 42);
    metrics_add(&metrics, FAULTS, "class=\"rank\"", 1);
    metrics_add(&metrics, FAULTS, "class=\"pod\"", 0.5);
    metrics_add(&metrics, FAULTS, "class=\"rank\"", 2);
    metrics_print(&metrics, &out);
    CHECK_TEXT(text_string(&out),
               "# HELP muster_step Newest committed step.\n"
               "# TYPE muster_step gauge\n"
               "muster_step 42\n"
               "# HELP muster_faults_total Faults by class.\n"
               "# TYPE muster_faults_total counter\n"
               "muster_faults_total{class=\"rank\"} 3\n"
               "muster_faults_total{class=\"pod\"} 0.5\n");
    metrics_done(&metrics);
}

static void every_number_is_printed_exactly(void)
{
    static const struct {
        double value;
        const char *line;
    } rows[] = {
        {0, "muster_step 0\n"},
        {-1.25, "muster_step -1.25\n"},
        {INFINITY, "muster_step +Inf\n"},
        {-INFINITY, "muster_step -Inf\n"},
        {9007199254740991.0, "muster_step 9007199254740991\n"}, /* a counter of bytes */
        {0.1 + 0.2, "muster_step 0.30000000000000004\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};
        struct metrics metrics;

        metrics_init(&metrics, families, FAMILIES);
        metrics_set(&metrics, STEP, "", rows[i].value);
        metrics_print(&metrics, &out);
        CHECK_TEXT(strstr(text_string(&out), "gauge\n") + strlen("gauge\n"), rows[i].line);
        metrics_done(&metrics);
    }
}

static void what_is_not_known_is_not_printed(void)
{
    CLEAN(text) struct text out = {0};
    struct metrics metrics;

    metrics_init(&metrics, families, FAMILIES);
    metrics_set(&metrics, STEP, "", NAN);
    metrics_print(&metrics, &out);
    CHECK_TEXT(text_string(&out), "");
    metrics_set(&metrics, STEP, "", 1);
    metrics_set(&metrics, STEP, "rank=\"1\"", NAN);
    metrics_print(&metrics, &out);
    CHECK_HAS(out.data, "gauge\nmuster_step 1\n");
    CU_ASSERT(strstr(out.data, "NaN") == NULL && strstr(out.data, "rank=") == NULL);
    metrics_done(&metrics);
}

static void a_full_family_drops_and_counts_and_the_others_go_on(void)
{
    struct metrics metrics;
    char labels[32];

    metrics_init(&metrics, families, FAMILIES);
    for (int i = 0; i < METRICS_SAMPLES + 5; i++) {
        snprintf(labels, sizeof labels, "rank=\"%d\"", i);
        metrics_set(&metrics, STEP, labels, i);
    }
    CU_ASSERT(metrics.samples[STEP].count == METRICS_SAMPLES && metrics.dropped == 5);
    metrics_set(&metrics, STEP, "rank=\"3\"", 7);
    metrics_add(&metrics, FAULTS, "", 1);
    CU_ASSERT(metrics.dropped == 5 && metrics.samples[STEP].items[3].value == 7);
    CU_ASSERT(metrics.samples[FAULTS].count == 1);
    metrics_done(&metrics);
}

static void a_cleared_family_begins_anew(void)
{
    CLEAN(text) struct text out = {0};
    struct metrics metrics;

    metrics_init(&metrics, families, FAMILIES);
    metrics_add(&metrics, FAULTS, "a=\"b\"", 5);
    metrics_clear(&metrics, FAULTS);
    metrics_print(&metrics, &out);
    CHECK_TEXT(text_string(&out), "");
    metrics_add(&metrics, FAULTS, "a=\"b\"", 1);
    metrics_print(&metrics, &out);
    CU_ASSERT(strstr(out.data, "muster_faults_total{a=\"b\"} 1\n") != NULL);
    metrics_done(&metrics);
}

SUITE("base metrics",
      {"families are printed with their samples", families_are_printed_with_their_samples},
      {"every number is printed exactly", every_number_is_printed_exactly},
      {"what is not known is not printed", what_is_not_known_is_not_printed},
      {"a full family drops and counts and the others go on",
       a_full_family_drops_and_counts_and_the_others_go_on},
      {"a cleared family begins anew", a_cleared_family_begins_anew})
