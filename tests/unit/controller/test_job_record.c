/* Records of jobs: what is kept of a TrainingJob, good or bad. */
#include "controller/job_record.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"

#define JOB                                                                                        \
    "{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"TrainingJob\",\"metadata\":{\"name\":"     \
    "\"digits\",\"namespace\":\"team-a\",\"uid\":\"u-1\",\"resourceVersion\":\"12\","              \
    "\"generation\":3,\"managedFields\":[{\"manager\":\"kubectl\"}]},\"spec\":{\"replicas\":2,"    \
    "\"template\":{\"spec\":{\"containers\":[{\"name\":\"t\",\"image\":\"i\",\"command\":["        \
    "\"x\"]}]}}},\"status\":{\"state\":\"Starting\",\"attempt\":1,\"tries\":[0,2]}}"

static void what_matters_of_a_job_is_kept(void)
{
    CLEAN(job_record) struct job_record record = {0};
    cJSON *json = cJSON_Parse(JOB);
    struct error error = {""};

    CU_ASSERT_FATAL(job_record_read(json, &record, &error) == 0);
    cJSON_Delete(json);
    CHECK_TEXT(record.name, "digits");
    CHECK_TEXT(record.namespace, "team-a");
    CHECK_TEXT(record.uid, "u-1");
    CHECK_TEXT(record.version.digits, "12");
    CU_ASSERT(record.generation == 3 && !record.deleting && record.problems == NULL);
    CU_ASSERT(record.job && record.job->replicas == 2);
    CU_ASSERT(record.job && record.job->template && !record.job->native);
    CU_ASSERT(record.status.attempt == 1 && record.status.tries[1] == 2);
}

static void a_spec_that_cannot_work_is_kept_in_words(void)
{
    CLEAN(job_record) struct job_record record = {0};
    CLEAN_FREE char *text = check_replaced(JOB, "\"replicas\":2", "\"replicas\":0,\"oops\":1");
    cJSON *json = cJSON_Parse(text);
    struct error error = {""};

    CU_ASSERT_FATAL(job_record_read(json, &record, &error) == 0);
    cJSON_Delete(json);
    CU_ASSERT(record.job == NULL && record.status.attempt == 1);
    CHECK_HAS(record.problems, "spec.replicas: ");
    CHECK_HAS(record.problems, "; ");
    CHECK_HAS(record.problems, "oops");
}

static void however_much_is_wrong_the_words_are_bounded(void)
{
    CLEAN(job_record) struct job_record record = {0};
    CLEAN(text) struct text wrong = {0};
    CLEAN_FREE char *text = NULL;
    struct error error = {""};
    cJSON *json;

    text_add(&wrong, "\"replicas\":0");
    for (int i = 0; i < 300; i++)
        text_addf(&wrong, ",\"key%d\":1", i);
    text = check_replaced(JOB, "\"replicas\":2", wrong.data);
    json = cJSON_Parse(text);
    CU_ASSERT_FATAL(job_record_read(json, &record, &error) == 0);
    cJSON_Delete(json);
    CU_ASSERT(record.job == NULL && strlen(record.problems) <= STATUS_MESSAGE);
}

static void a_job_that_cannot_be_told_apart_is_refused(void)
{
    static const char *const changes[][2] = {
        {"\"name\":\"digits\"", "\"name\":\"\""},
        {"\"namespace\":\"team-a\"", "\"x\":\"team-a\""},
        {"\"uid\":\"u-1\"", "\"uid\":\"a-uid-that-is-longer-than-any-that-there-ever-was\""},
        {"\"resourceVersion\":\"12\"", "\"resourceVersion\":12"},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct job_record record = {.generation = 9};
        CLEAN_FREE char *text = check_replaced(JOB, changes[i][0], changes[i][1]);
        cJSON *json = cJSON_Parse(text);
        struct error error = {""};

        CU_ASSERT(job_record_read(json, &record, &error) == -1 && *error.text);
        CU_ASSERT(record.generation == 9);
        cJSON_Delete(json);
    }
}

SUITE("controller job record",
      {"what matters of a job is kept", what_matters_of_a_job_is_kept},
      {"a spec that cannot work is kept in words", a_spec_that_cannot_work_is_kept_in_words},
      {"however much is wrong the words are bounded", however_much_is_wrong_the_words_are_bounded},
      {"a job that cannot be told apart is refused", a_job_that_cannot_be_told_apart_is_refused})
