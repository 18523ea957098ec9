/* Events as they are posted. */
#include "controller/event.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "controller/job_record.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "support/check.h"

static const struct job_record job = {
    .name = (char *)"digits", .namespace = (char *)"team-a", .uid = "job-uid"};
static const struct event_source source = {
    .instance = "muster-controller-x", .time = INT64_C(1795190856000001), .number = 0xabc};

static void an_event_says_who_says_what_about_which_job_and_when(void)
{
    const struct event event = {
        .job = &job, .warning = true, .reason = "PodReplaced", .note = "pod \"x\" was deleted"};
    CLEAN(text) struct text out = {0};

    event_print(&event, &source, &out);
    CHECK_TEXT(text_string(&out),
               "{\"metadata\":{\"name\":\"digits.0000000000000abc\",\"namespace\":\"team-a\"},"
               "\"regarding\":{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"TrainingJob\","
               "\"namespace\":\"team-a\",\"name\":\"digits\",\"uid\":\"job-uid\"},"
               "\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\","
               "\"eventTime\":\"2026-11-20T16:07:36.000001Z\",\"type\":\"Warning\","
               "\"reason\":\"PodReplaced\",\"action\":\"PodReplaced\","
               "\"note\":\"pod \\\"x\\\" was deleted\","
               "\"reportingController\":\"muster.dev/controller\","
               "\"reportingInstance\":\"muster-controller-x\"}");
}

/* The API server refuses a note of more than 1024 bytes. */
static void a_note_is_cut_between_characters_and_may_be_missing(void)
{
    struct event event = {.job = &job, .reason = "Succeeded"};
    char note[3001];
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text none = {0};
    CLEAN(tree) cJSON *json = NULL;

    for (size_t i = 0; i < 3000; i++)
        note[i] = "\xe2\x82\xac"[i % 3];
    note[3000] = '\0';
    event.note = note;
    event_print(&event, &source, &out);
    json = cJSON_Parse(out.data);
    CU_ASSERT_FATAL(json != NULL);
    CU_ASSERT(strlen(object_text(json, "note")) == 999);
    CHECK_TEXT(object_text(json, "type"), "Normal");
    event.note = NULL;
    event_print(&event, &source, &none);
    CHECK_HAS(text_string(&none), "\"note\":\"\"");
}

static void a_moment_before_the_second_is_told_whole(void)
{
    const struct event event = {.job = &job, .reason = "Succeeded", .note = ""};
    const struct event_source other = {.instance = "x", .time = 999999, .number = UINT64_MAX};
    CLEAN(text) struct text out = {0};

    event_print(&event, &other, &out);
    CHECK_HAS(text_string(&out), "\"1970-01-01T00:00:00.999999Z\"");
    CHECK_HAS(text_string(&out), "\"digits.ffffffffffffffff\"");
}

SUITE("controller event",
      {"an event says who says what about which job and when",
       an_event_says_who_says_what_about_which_job_and_when},
      {"a note is cut between characters and may be missing",
       a_note_is_cut_between_characters_and_may_be_missing},
      {"a moment before the second is told whole", a_moment_before_the_second_is_told_whole})
