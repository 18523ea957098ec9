/* The status: read back as printed, patched where it differs, restarts and incidents within bounds.
 */
#include "controller/status.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"

#define NOW 1000000000

static const struct resource_version version = {"42"};

static void witness_fill(struct witness_record *witness)
{
    struct witness_view *views[] = {&witness->base, &witness->next};

    *witness = (struct witness_record){.promised = 9, .candidate = {1}, .next_number = 9};
    for (size_t i = 0; i < 2; i++) {
        views[i]->generation = 8 + i;
        views[i]->count = 3;
        views[i]->members = memory_get(3, sizeof *views[i]->members);
        views[i]->members[2].slot = 2;
    }
}

/* A status in which every member has a value. */
static void fill(struct status *status)
{
    struct status_incident incident = {.time = NOW,
                                       .attempt = 2,
                                       .generation = 7,
                                       .cause = "RankKilled",
                                       .slot = 1,
                                       .rank = 3,
                                       .rung = 2,
                                       .class = "Host",
                                       .pod = "digits-1-1-0",
                                       .node = "node-b",
                                       .milliseconds = {1.5, 2, -1, 4, 7.5},
                                       .steps_redone = 1,
                                       .words = "signal 9"};

    status_init(status);
    status->state = STATE_RUNNING;
    status->observed_generation = 3;
    status_begin(status, 2, 3, 1);
    status->generation = 8;
    status->members = 2;
    status->tries[1] = 4;
    status->ready = 2;
    status->agent_image = memory_text("agent:1");
    status->trainer_image = memory_text("trainer:1");
    for (unsigned i = 0; i < CONDITIONS; i++)
        status_set(status, i, i % 3, NOW + i, "Because", i % 2 ? "of \"this\"" : NULL);
    status->progress = (struct status_progress){true, 50, 200, 2, 6400, 0.25, NAN, 2, NOW};
    status->durable_step = 40;
    status->rank_restarts = 5;
    status_restarted(&status->pod_restarts, NOW, 3600);
    status_restarted(&status->attempt_restarts, NOW + 1, 3600);
    status_happened(status, &incident);
    status->start_time = NOW - 9;
    status->running_time = NOW - 5;
    status->completion_time = NOW + 100;
    witness_fill(&status->witness);
    status->result = memory_text("{\"accuracy\":0.97}");
}

/* The status as the API server holds it after a patch on nothing. */
static cJSON *printed(const struct status *status)
{
    CLEAN(text) struct text patch = {0};
    struct status none;
    cJSON *json;
    cJSON *member;

    status_init(&none);
    status_patch(&none, status, "digits", &version, &patch);
    json = cJSON_Parse(patch.data);
    CU_ASSERT_FATAL(json != NULL);
    member = cJSON_DetachItemFromObjectCaseSensitive(json, "status");
    cJSON_Delete(json);
    return member;
}

static void what_is_printed_is_read_back(void)
{
    CLEAN(status) struct status status;
    CLEAN(status) struct status again;
    CLEAN(text) struct text patch = {0};
    cJSON *json;

    fill(&status);
    json = printed(&status);
    status_read(json, &again);
    cJSON_Delete(json);
    CU_ASSERT(status_compare(&status, &again) == STATUS_SAME);
    status_patch(&status, &again, "digits", &version, &patch);
    CHECK_TEXT(patch.data, "{\"metadata\":{\"resourceVersion\":\"42\"},\"status\":{}}");
    CU_ASSERT(again.tries[1] == 4 && again.slots == 4 && again.replicas == 3 &&
              again.generation == 8 && again.members == 2);
    CU_ASSERT(again.incidents[0].milliseconds[SPAN_RESTORE] == -1);
    CU_ASSERT(again.pod_restarts.times[0] == NOW && isnan(again.progress.accuracy));
    CU_ASSERT(witness_record_equal(&again.witness, &status.witness));
}

static void a_new_attempt_forgets_what_was_witnessed(void)
{
    CLEAN(status) struct status old;
    CLEAN(status) struct status new;
    CLEAN(text) struct text patch = {0};

    fill(&old);
    status_copy(&new, &old);
    status_begin(&new, 3, 3, 0);
    CU_ASSERT(new.witness.promised == 0 && old.witness.promised == 9);
    status_patch(&old, &new, "digits", &version, &patch);
    CHECK_HAS(patch.data, "\"attempt\":3");
    CHECK_HAS(patch.data, "\"witness\":null");
}

static void a_witness_without_its_attempt_is_none(void)
{
    CLEAN(status) struct status status;
    cJSON *json = cJSON_Parse("{\"witness\":{\"promised\":\"7\"}}");

    status_read(json, &status);
    CU_ASSERT(!status.witness.unreadable && !status.witness.promised);
    cJSON_Delete(json);
}

static void a_copy_is_the_same_and_its_own(void)
{
    CLEAN(status) struct status status;
    CLEAN(status) struct status copy;

    fill(&status);
    status_copy(&copy, &status);
    CU_ASSERT(status_compare(&status, &copy) == STATUS_SAME);
    status_done(&status);
    CU_ASSERT(copy.tries[1] == 4 && !strcmp(copy.result, "{\"accuracy\":0.97}"));
}

static void a_patch_holds_what_differs_and_null_for_what_is_gone(void)
{
    CLEAN(status) struct status old;
    CLEAN(status) struct status new;
    CLEAN(text) struct text patch = {0};

    fill(&old);
    status_copy(&new, &old);
    new.ready = 3;
    new.durable_step = -1;
    status_patch(&old, &new, "digits", &version, &patch);
    CHECK_TEXT(patch.data,
               "{\"metadata\":{\"resourceVersion\":\"42\"},\"status\":{\"summary\":{\"ready\":"
               "\"3/3\",\"progress\":\"25 %\",\"loss\":\"0.25\",\"eta\":\"75s\"},"
               "\"readyReplicas\":3,\"checkpoint\":null}}");
    CU_ASSERT(status_compare(&old, &new) == STATUS_LATER);
}

/* The server takes a null for a member that is to go, but not within a list. */
static void there_is_no_null_within_a_list(void)
{
    CLEAN(status) struct status status;
    CLEAN(status) struct status none;
    CLEAN(text) struct text patch = {0};
    const char *list;

    status_init(&none);
    fill(&status);
    status.incidents[0].time = 0;
    status_patch(&none, &status, "digits", &version, &patch);
    list = strstr(text_string(&patch), "\"incidents\":");
    CU_ASSERT(list && !strstr(list, "null") && !strstr(list, "\"restore\""));
}

static void a_time_that_cannot_be_read_is_left_out(void)
{
    static const char text[] = "{\"attempt\":1,\"tries\":[0],\"restarts\":{\"pod\":2,"
                               "\"podTimes\":[\"today\",\"2001-09-09T01:46:40Z\",null]}}";
    CLEAN(status) struct status status;
    cJSON *json = cJSON_Parse(text);

    CU_ASSERT_FATAL(json != NULL);
    status_read(json, &status);
    cJSON_Delete(json);
    CU_ASSERT(status.pod_restarts.count == 2 && status.pod_restarts.time_count == 1);
    CU_ASSERT(status.pod_restarts.times[0] == NOW);
}

static void what_was_decided_is_written_at_once_and_progress_later(void)
{
    CLEAN(status) struct status old;

    fill(&old);
    for (int change = 0; change < 8; change++) {
        CLEAN(status) struct status new;
        enum status_change wanted = change < 4 ? STATUS_NOW : STATUS_LATER;

        status_copy(&new, &old);
        if (change == 0)
            new.tries[2]++;
        else if (change == 1)
            status_set(&new, CONDITION_RUNNING, VALUE_UNKNOWN, NOW + 50, "Because", NULL);
        else if (change == 2)
            status_set(&new, CONDITION_DEGRADED, VALUE_FALSE, NOW + 50, "Else", NULL);
        else if (change == 3)
            status_restarted(&new.pod_restarts, NOW, 3600);
        else if (change == 4)
            status_set(&new, CONDITION_PODS_READY, VALUE_TRUE, NOW + 50, "Ready", NULL);
        else if (change == 5)
            status_set(&new, CONDITION_FAILED, VALUE_FALSE, NOW + 50, "Because", "in other words");
        else if (change == 6)
            new.progress.step++;
        else
            new.rank_restarts++;
        CU_ASSERT(status_compare(&old, &new) == wanted);
    }
}

static void a_condition_changes_its_time_with_its_value_only(void)
{
    CLEAN(status) struct status status;

    status_init(&status);
    status_set(&status, CONDITION_RUNNING, VALUE_FALSE, 10, "Starting", NULL);
    status_set(&status, CONDITION_RUNNING, VALUE_FALSE, 20, "Waiting", "for pods");
    CU_ASSERT(status.conditions[CONDITION_RUNNING].since == 10);
    CHECK_TEXT(status.conditions[CONDITION_RUNNING].reason, "Waiting");
    status_set(&status, CONDITION_RUNNING, VALUE_TRUE, 30, "Training", NULL);
    CU_ASSERT(status.conditions[CONDITION_RUNNING].since == 30);
    CU_ASSERT(status.conditions[CONDITION_RUNNING].message == NULL);
}

static void restarts_count_within_their_window(void)
{
    CLEAN(status) struct status status;
    struct status_restarts *restarts = &status.pod_restarts;

    status_init(&status);
    for (int i = 0; i < 5; i++)
        status_restarted(restarts, 100 + i * 10, 35);
    CU_ASSERT(restarts->count == 5 && restarts->time_count == 4);
    CU_ASSERT(status_recent(restarts, 140, 35) == 4);
    CU_ASSERT(status_recent(restarts, 150, 35) == 3);
    CU_ASSERT(status_recent(restarts, 1000, 35) == 0);
    CU_ASSERT(status_recent(restarts, 0, 35) == 4);
    for (int i = 0; i < STATUS_TIMES + 10; i++)
        status_restarted(restarts, 200, 35);
    CU_ASSERT(restarts->time_count == STATUS_TIMES && restarts->count == STATUS_TIMES + 15);
}

static void an_incident_is_kept_once_and_the_newest_stay(void)
{
    CLEAN(status) struct status status;
    struct status_incident incident = {.attempt = 1};

    status_init(&status);
    for (int i = 1; i <= STATUS_INCIDENTS + 3; i++) {
        incident.generation = i;
        CU_ASSERT(status_happened(&status, &incident));
        CU_ASSERT(!status_happened(&status, &incident));
    }
    CU_ASSERT(status.incident_count == STATUS_INCIDENTS && status.incidents[0].generation == 4);
    incident.generation = 2;
    CU_ASSERT(!status_happened(&status, &incident));
    incident.attempt = 2;
    CU_ASSERT(status_happened(&status, &incident));
}

/* That a rank is slow is told in the generation that the last repair has ended in. */
static void what_is_only_told_is_kept_beside_a_repair(void)
{
    CLEAN(status) struct status status;
    struct status_incident repair = {.attempt = 1, .generation = 5, .rung = 2, .rank = 1};
    struct status_incident slow = {.attempt = 1, .generation = 5, .rung = 0, .rank = 1};

    status_init(&status);
    CU_ASSERT(status_happened(&status, &repair));
    CU_ASSERT(status_happened(&status, &slow));
    CU_ASSERT(!status_happened(&status, &slow) && !status_happened(&status, &repair));
    slow.rank = 2;
    CU_ASSERT(status_happened(&status, &slow));
    CU_ASSERT(status.incident_count == 3);
}

static void what_is_odd_in_a_status_counts_as_absent(void)
{
    static const char *const odd[] = {
        "null",
        "[]",
        "{\"state\":\"Running fast\",\"attempt\":-1,\"tries\":[0]}",
        "{\"attempt\":1}",
        "{\"attempt\":1,\"tries\":[]}",
        "{\"attempt\":1.5,\"tries\":[0]}",
        "{\"attempt\":\"1\",\"tries\":[0]}",
        "{\"attempt\":4294967296,\"tries\":[0]}",
        "{\"conditions\":[7,{\"type\":\"Complete\",\"status\":\"Maybe\"},{\"status\":\"True\"}]}",
        "{\"conditions\":{\"type\":\"Complete\",\"status\":\"True\"}}",
        "{\"observedGeneration\":1e300,\"startTime\":\"today\",\"result\":[1]}",
        "{\"restarts\":{\"pod\":3,\"podTimes\":7},\"incidents\":{},\"checkpoint\":3}",
        "{\"State\":\"Running\",\"Attempt\":1,\"Tries\":[0]}",
    };

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        CLEAN(status) struct status status;
        CLEAN(status) struct status none;
        cJSON *json = cJSON_Parse(odd[i]);

        CU_ASSERT_FATAL(json != NULL);
        status_init(&none);
        status_read(json, &status);
        cJSON_Delete(json);
        CU_ASSERT(status_compare(&none, &status) == STATUS_SAME);
    }
}

SUITE("controller status",
      {"what is printed is read back", what_is_printed_is_read_back},
      {"a new attempt forgets what was witnessed", a_new_attempt_forgets_what_was_witnessed},
      {"a witness without its attempt is none", a_witness_without_its_attempt_is_none},
      {"a copy is the same and its own", a_copy_is_the_same_and_its_own},
      {"a patch holds what differs and null for what is gone",
       a_patch_holds_what_differs_and_null_for_what_is_gone},
      {"there is no null within a list", there_is_no_null_within_a_list},
      {"a time that cannot be read is left out", a_time_that_cannot_be_read_is_left_out},
      {"what was decided is written at once and progress later",
       what_was_decided_is_written_at_once_and_progress_later},
      {"a condition changes its time with its value only",
       a_condition_changes_its_time_with_its_value_only},
      {"restarts count within their window", restarts_count_within_their_window},
      {"an incident is kept once and the newest stay",
       an_incident_is_kept_once_and_the_newest_stay},
      {"what is odd in a status counts as absent", what_is_odd_in_a_status_counts_as_absent},
      {"what is only told is kept beside a repair", what_is_only_told_is_kept_beside_a_repair})
