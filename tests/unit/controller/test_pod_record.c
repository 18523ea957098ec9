/* Records of pods: what is kept of a Pod, and what is made of an odd one. */
#include "controller/pod_record.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"

#define HEAD                                                                                       \
    "{\"metadata\":{\"name\":\"digits-2-1-3\",\"uid\":\"u-1\",\"resourceVersion\":\"77\","         \
    "\"creationTimestamp\":\"2001-09-09T01:46:40Z\",\"labels\":{\"muster.dev/job\":\"digits\","    \
    "\"muster.dev/attempt\":\"2\",\"muster.dev/slot\":\"1\"},\"ownerReferences\":["                \
    "{\"kind\":\"Other\",\"uid\":\"x\"},{\"apiVersion\":\"muster.dev/v1alpha1\","                  \
    "\"kind\":\"TrainingJob\",\"uid\":\"job-uid\",\"controller\":true}]},"                         \
    "\"spec\":{\"nodeName\":\"node-a\"},\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.0.7\""
#define TAIL "}}"

/* Reads a text that must be a pod. */
static void read_pod(const char *text, struct pod_record *record)
{
    cJSON *json = cJSON_Parse(text);
    struct error error = {""};

    CU_ASSERT_FATAL(json != NULL);
    CU_ASSERT_FATAL(pod_record_read(json, record, &error) == 0);
    cJSON_Delete(json);
}

static void what_matters_of_a_pod_is_kept(void)
{
    CLEAN(pod_record) struct pod_record record = {0};

    read_pod(HEAD ",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]" TAIL, &record);
    CHECK_TEXT(record.name, "digits-2-1-3");
    CHECK_TEXT(record.uid, "u-1");
    CHECK_TEXT(record.job, "job-uid");
    CHECK_TEXT(record.version.digits, "77");
    CHECK_TEXT(record.node, "node-a");
    CHECK_TEXT(record.address, "10.0.0.7");
    CU_ASSERT(record.placed && record.attempt == 2 && record.slot == 1 && record.try == 3);
    CU_ASSERT(record.created == 1000000000 && record.phase == POD_RUNNING);
    CU_ASSERT(record.ready && !record.deleting && !record.ended && !pod_record_over(&record));
    CU_ASSERT(record.trouble == POD_TROUBLE_NONE && record.verdict == VERDICT_NONE);
}

static void a_pod_that_was_given_up_says_why(void)
{
    CLEAN(pod_record) struct pod_record record = {0};
    CLEAN(text) struct text said = {0};

    read_pod(HEAD ",\"containerStatuses\":[{\"state\":{\"terminated\":{\"exitCode\":1,"
                  "\"reason\":\"Error\",\"message\":\"Replace\\nXid 79 of GPU 0\\n\"}}}]" TAIL,
             &record);
    pod_record_add_end(&record, &said);
    CHECK_TEXT(said.data, "ended with exit code 1 (Xid 79 of GPU 0)");
}

static void a_pod_is_out_of_memory_when_its_agent_ended_for_that(void)
{
    static const struct {
        const char *terminated;
        bool starved;
    } cases[] = {
        {"\"exitCode\":137,\"reason\":\"OOMKilled\"", true},
        {"\"exitCode\":137,\"reason\":\"Error\"", false},
        {"\"exitCode\":0,\"reason\":\"OOMKilled\"", false}, /* something else in it was */
        {"\"exitCode\":137,\"reason\":\"OOMKilled\",\"message\":\"Failed\\nwhy\"", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN(text) struct text pod = {0};

        text_addf(&pod,
                  "%s,\"containerStatuses\":[{\"state\":{\"terminated\":{%s}}}]%s",
                  HEAD,
                  cases[i].terminated,
                  TAIL);
        read_pod(pod.data, &record);
        CU_ASSERT(record.starved == cases[i].starved);
    }
}

static void a_verdict_is_read_from_the_agents_container_only(void)
{
    static const struct {
        const char *statuses;
        enum verdict verdict;
        const char *text;
    } cases[] = {
        {"{\"name\":\"only\",\"state\":{\"terminated\":{\"exitCode\":0,"
         "\"message\":\"Succeeded\\n{\\\"loss\\\":1}\\n\"}}}",
         VERDICT_SUCCEEDED,
         "{\"loss\":1}"},
        {"{\"name\":\"sidecar\",\"state\":{\"terminated\":{\"exitCode\":0,"
         "\"message\":\"Succeeded\\nno\"}}},{\"name\":\"trainer\",\"state\":{\"terminated\":"
         "{\"exitCode\":1,\"message\":\"Failed\\nrank 3 crashed\"}}}",
         VERDICT_FAILED,
         "rank 3 crashed"},
        {"{\"name\":\"trainer\",\"state\":{\"terminated\":{\"exitCode\":1,"
         "\"message\":\"Replace\\nXid 79 of GPU 0\\n\"}}}",
         VERDICT_REPLACE,
         "Xid 79 of GPU 0"},
        {"{\"name\":\"trainer\",\"state\":{\"terminated\":{\"exitCode\":1,"
         "\"message\":\"Succeeded at last\"}}}",
         VERDICT_NONE,
         NULL},
        {"{\"name\":\"trainer\",\"state\":{\"terminated\":{\"exitCode\":0,"
         "\"message\":\"Stopped\\n\"}}}",
         VERDICT_STOPPED,
         NULL},
        {"{\"name\":\"trainer\",\"state\":{\"terminated\":{\"exitCode\":1,"
         "\"message\":\"Drained\\nstep 7 was not saved here\\n\"}}}",
         VERDICT_DRAINED,
         "step 7 was not saved here"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN(text) struct text text = {0};

        text_addf(&text, HEAD ",\"containerStatuses\":[%s]" TAIL, cases[i].statuses);
        read_pod(text.data, &record);
        CU_ASSERT(record.verdict == cases[i].verdict && record.ended && pod_record_over(&record));
        if (cases[i].text)
            CHECK_TEXT(record.text, cases[i].text);
        else
            CU_ASSERT(record.text == NULL);
    }
}

static void troubles_are_told_apart_and_the_worst_counts(void)
{
    static const struct {
        const char *status;
        enum pod_trouble trouble;
        const char *reason;
    } cases[] = {
        {"\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
         "\"reason\":\"Unschedulable\",\"message\":\"0/1 nodes\"}]",
         POD_TROUBLE_UNSCHEDULABLE,
         "0/1 nodes"},
        {"\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
         "\"reason\":\"SchedulingGated\"}]",
         POD_TROUBLE_GATED,
         "SchedulingGated"},
        {"\"containerStatuses\":[{\"name\":\"a\",\"image\":\"nowhere/x:1\",\"state\":{\"waiting\":"
         "{\"reason\":\"ErrImagePull\",\"message\":\"not found\"}}},{\"name\":\"b\",\"state\":"
         "{\"waiting\":{\"reason\":\"CreateContainerConfigError\",\"message\":\"no secret\"}}}]",
         POD_TROUBLE_IMAGE,
         "image nowhere/x:1: not found"},
        {"\"initContainerStatuses\":[{\"name\":\"i\",\"image\":\"y\",\"state\":{\"waiting\":"
         "{\"reason\":\"ImagePullBackOff\"}}}]",
         POD_TROUBLE_IMAGE,
         "image y: ImagePullBackOff"},
        {"\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":"
         "{\"reason\":\"ContainerCreating\"}}}]",
         POD_TROUBLE_NONE,
         NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN(text) struct text text = {0};

        text_addf(&text, HEAD ",%s" TAIL, cases[i].status);
        read_pod(text.data, &record);
        CU_ASSERT(record.trouble == cases[i].trouble);
        if (cases[i].reason)
            CHECK_TEXT(record.reason, cases[i].reason);
        else
            CU_ASSERT(record.reason == NULL);
    }
}

static void an_end_is_told_in_words(void)
{
    static const struct {
        const char *what;
        const char *with;
        const char *words;
    } cases[] = {
        {"\"metadata\":{",
         "\"metadata\":{\"deletionTimestamp\":\"2001-09-09T01:46:40Z\",",
         "was deleted"},
        {"\"phase\":\"Running\"",
         "\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"t\",\"state\":{\"terminated\":"
         "{\"exitCode\":137,\"reason\":\"OOMKilled\"}}}]",
         "ended with exit code 137 (OOMKilled)"},
        {"\"phase\":\"Running\"",
         "\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"disk\"",
         "failed (Evicted: disk)"},
        {"\"phase\":\"Running\"", "\"phase\":\"Failed\"", "failed"},
        {"\"phase\":\"Running\"", "\"phase\":\"Succeeded\"", "ended without a word"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN_FREE char *text = check_replaced(HEAD TAIL, cases[i].what, cases[i].with);
        CLEAN(text) struct text words = {0};

        read_pod(text, &record);
        CU_ASSERT(pod_record_over(&record));
        pod_record_add_end(&record, &words);
        CHECK_TEXT(words.data, cases[i].words);
    }
}

/* How a pod is said to have failed whose init container and trainer are in these states. */
static void init_check(const char *init, const char *trainer, const char *end)
{
    CLEAN(pod_record) struct pod_record record = {0};
    CLEAN(text) struct text status = {0};
    CLEAN(text) struct text said = {0};
    CLEAN_FREE char *pod = NULL;

    text_addf(&status,
              "\"phase\":\"Failed\",\"initContainerStatuses\":[{\"name\":\"muster-install\","
              "\"state\":{\"terminated\":{%s}}}],\"containerStatuses\":[{\"name\":\"trainer\","
              "\"state\":{%s}}]",
              init,
              trainer);
    pod = check_replaced(HEAD TAIL, "\"phase\":\"Running\"", status.data);
    read_pod(pod, &record);
    pod_record_add_end(&record, &said);
    CHECK_TEXT(said.data, end);
}

static void an_init_container_that_has_failed_is_named(void)
{
    static const char waits[] = "\"waiting\":{\"reason\":\"PodInitializing\"}";
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text wanted = {0};

    init_check("\"exitCode\":1,\"reason\":\"Error\",\"message\":\"no room\\n\"",
               waits,
               "failed (init container muster-install ended with exit code 1, Error: no room)");
    init_check("\"exitCode\":137",
               waits,
               "failed (init container muster-install ended with exit code 137)");
    init_check("\"exitCode\":0,\"reason\":\"Completed\"", waits, "failed");
    init_check("\"exitCode\":1",
               "\"terminated\":{\"exitCode\":7,\"reason\":\"Error\"}",
               "ended with exit code 7 (Error)");
    text_add(&text, "\"exitCode\":1,\"message\":\"");
    text_add(&wanted, "failed (init container muster-install ended with exit code 1: ");
    for (int i = 0; i < 1000; i++)
        text_add(&text, "m");
    for (int i = 0; i < 256; i++)
        text_add(&wanted, "m");
    text_add(&text, "\"");
    text_add(&wanted, ")");
    init_check(text.data, waits, wanted.data);
}

static void a_disruption_without_fault_is_seen(void)
{
    static const struct {
        const char *reason;
        bool disrupted;
    } cases[] = {{"PreemptionByScheduler", true},
                 {"EvictionByEvictionAPI", true},
                 {"TerminationByKubelet", true},
                 {"DeletionByTaintManager", false},
                 {"DeletionByPodGC", false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN(text) struct text text = {0};

        text_addf(&text,
                  HEAD ",\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\","
                       "\"reason\":\"%s\"}]" TAIL,
                  cases[i].reason);
        read_pod(text.data, &record);
        CU_ASSERT(record.disrupted == cases[i].disrupted);
        CU_ASSERT(pod_record_blameless(&record) == cases[i].disrupted);
    }
}

static void a_pod_whose_name_and_labels_disagree_has_no_place(void)
{
    static const char *const changes[][2] = {
        {"digits-2-1-3", "digits-2-1-03"},
        {"digits-2-1-3", "digits-1-1-3"},
        {"digits-2-1-3", "other"},
        {"\"muster.dev/slot\":\"1\"", "\"muster.dev/slot\":\"-1\""},
        {"\"muster.dev/slot\":\"1\"", "\"muster.dev/slot\":1"},
        {"\"muster.dev/attempt\":\"2\"", "\"muster.dev/attempt\":\"0\""},
        {"\"muster.dev/job\":\"digits\"", "\"x\":\"digits\""},
        {"{\"muster.dev/job\":\"digits\"", "{\"muster.dev/job\":\"digit\""},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN_FREE char *text = check_replaced(HEAD TAIL, changes[i][0], changes[i][1]);

        read_pod(text, &record);
        CU_ASSERT(!record.placed);
    }
}

static void an_owner_of_another_kind_is_none(void)
{
    static const char *const changes[][2] = {
        {"\"TrainingJob\"", "\"Job\""},
        {"muster.dev/v1alpha1", "batch/v1"},
        {"\"controller\":true", "\"controller\":false"},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CLEAN(pod_record) struct pod_record record = {0};
        CLEAN_FREE char *text = check_replaced(HEAD TAIL, changes[i][0], changes[i][1]);

        read_pod(text, &record);
        CHECK_TEXT(record.job, "");
    }
}

static void what_is_kept_is_bounded(void)
{
    CLEAN(pod_record) struct pod_record record = {0};
    CLEAN(text) struct text text = {0};

    text_add(&text,
             HEAD ",\"reason\":\"Evicted\",\"containerStatuses\":[{\"name\":\"t\",\"state\":"
                  "{\"terminated\":{\"exitCode\":1e300,\"message\":\"Failed\\n");
    for (int i = 0; i < 20000; i++)
        text_add(&text, "\xc3\xa4");
    text_add(&text, "\"}}}]" TAIL);
    read_pod(text.data, &record);
    CU_ASSERT(record.verdict == VERDICT_FAILED && strlen(record.text) == POD_RECORD_VERDICT);
    CU_ASSERT(!strcmp(record.text + POD_RECORD_VERDICT - 2, "\xc3\xa4"));
}

static void an_object_that_cannot_be_told_apart_is_refused(void)
{
    static const char *const changes[][2] = {
        {"\"name\":\"digits-2-1-3\"", "\"name\":7"},
        {"digits-2-1-3",
         "a-name-that-is-longer-than-any-that-is-made-here-for-sure-by-some-"
         "letters-1-0-0"},
        {"\"uid\":\"u-1\"", "\"uid\":\"\""},
        {"\"resourceVersion\":\"77\"", "\"resourceVersion\":\"0\""},
        {"\"metadata\"", "\"Metadata\""},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct pod_record record = {.slot = 9};
        CLEAN_FREE char *text = check_replaced(HEAD TAIL, changes[i][0], changes[i][1]);
        cJSON *json = cJSON_Parse(text);
        struct error error = {""};

        CU_ASSERT(pod_record_read(json, &record, &error) == -1 && *error.text);
        CU_ASSERT(record.slot == 9);
        cJSON_Delete(json);
    }
}

static void the_longest_name_has_room(void)
{
    char name[POD_RECORD_NAME];

    pod_record_name(name, "a123456789b123456789c123456789d123456789", UINT32_MAX, 1023, UINT32_MAX);
    CHECK_TEXT(name, "a123456789b123456789c123456789d123456789-4294967295-1023-4294967295");
}

SUITE("controller pod record",
      {"a pod that was given up says why", a_pod_that_was_given_up_says_why},
      {"a pod is out of memory when its agent ended for that",
       a_pod_is_out_of_memory_when_its_agent_ended_for_that},
      {"what matters of a pod is kept", what_matters_of_a_pod_is_kept},
      {"a verdict is read from the agent's container only",
       a_verdict_is_read_from_the_agents_container_only},
      {"troubles are told apart and the worst counts",
       troubles_are_told_apart_and_the_worst_counts},
      {"an end is told in words", an_end_is_told_in_words},
      {"an init container that has failed is named", an_init_container_that_has_failed_is_named},
      {"a disruption without fault is seen", a_disruption_without_fault_is_seen},
      {"a pod whose name and labels disagree has no place",
       a_pod_whose_name_and_labels_disagree_has_no_place},
      {"an owner of another kind is none", an_owner_of_another_kind_is_none},
      {"what is kept is bounded", what_is_kept_is_bounded},
      {"an object that cannot be told apart is refused",
       an_object_that_cannot_be_told_apart_is_refused},
      {"the longest name has room", the_longest_name_has_room})
