/* The whole job: decoded, defaulted, its world checked, printed so that it decodes to the same. */
#include "job/job.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_job.h"
#include "support/check.h"

#define TRAINING                                                                                   \
    "\"training\": {\"model\": {\"input\": {\"shape\": [4]}, \"layers\": ["                        \
    "{\"type\": \"dense\", \"units\": 2, \"activation\": \"softmax\"}]},"                          \
    "\"data\": {\"train\": \"t\"}, \"optimizer\": {\"type\": \"sgd\", \"learningRate\": 0.1},"     \
    "\"batch\": {\"global\": 96, \"micro\": 8}, \"epochs\": 1}"

static const char small[] = "{\"apiVersion\": \"muster.dev/v1alpha1\", \"kind\": \"TrainingJob\","
                            "\"metadata\": {\"name\": \"digits\"}, \"spec\": {" TRAINING "}}";

static int decode(const char *text, struct job *job, struct problems *problems)
{
    cJSON *json = cJSON_Parse(text);
    int outcome;

    if (!json)
        abort();
    outcome = job_decode(json, job, problems);
    cJSON_Delete(json);
    return outcome;
}

static void the_smallest_job_gets_every_default(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(decode(small, &job, &problems) == 0 && problems.count == 0);
    CHECK_TEXT(job.name, "digits");
    CU_ASSERT(job.native && job.template == NULL);
    CU_ASSERT(job.namespace == NULL && job.task == TASK_TRAIN);
    CU_ASSERT(job.spares == 0);
    CU_ASSERT(job.replicas == 1 && job.ranks_per_replica == 1 && job_world(&job) == 1);
    CU_ASSERT(job.checkpoint.directory == NULL && job.checkpoint.every_seconds == 0);
    CU_ASSERT(job.recovery.rank.count == 10 && job.recovery.rank.window_seconds == 3600);
    CU_ASSERT(job.recovery.pod.count == 5 && job.recovery.pod.window_seconds == 3600);
    CU_ASSERT(job.recovery.replace_seconds == 30 && job.start_seconds == 600);
}

static void everything_that_is_said_arrives(void)
{
    CLEAN_FREE char *metadata =
        check_replaced(small,
                       "\"digits\"",
                       "\"digits\", \"namespace\": \"lab\", \"labels\": {\"app.io/x\": \"\"}, "
                       "\"annotations\": {\"note\": \"two\\nlines\"}");
    CLEAN_FREE char *text = check_replaced(
        metadata,
        "\"spec\": {",
        "\"spec\": {\"task\": \"Train\", \"replicas\": 6, \"spares\": 3, \"ranksPerReplica\": 2, "
        "\"checkpoint\": {\"directory\": \"c\", \"keepLast\": 7}, "
        "\"recovery\": {\"budgets\": {\"rank\": {\"count\": 0}, \"pod\": {\"windowSeconds\": 9}},"
        "\"replaceSeconds\": 5, \"rules\": [{\"exitCodes\": [3, 139], \"action\": \"FailJob\"}, "
        "{\"action\": \"FailJob\", \"exitCodes\": [8]}]}, \"deadlines\": {\"startSeconds\": 60},");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(decode(text, &job, &problems) == 0 && problems.count == 0);
    CU_ASSERT(job.namespace && !strcmp(job.namespace, "lab"));
    CU_ASSERT(job.spares == 3);
    CU_ASSERT(job.replicas == 6 && job.ranks_per_replica == 2 && job_world(&job) == 12);
    CU_ASSERT(job.checkpoint.directory && !strcmp(job.checkpoint.directory, "c"));
    CU_ASSERT(job.checkpoint.every_seconds == 60 && job.checkpoint.keep_last == 7);
    CU_ASSERT(job.recovery.rank.count == 0 && job.recovery.rank.window_seconds == 3600);
    CU_ASSERT(job.recovery.pod.count == 5 && job.recovery.pod.window_seconds == 9);
    CU_ASSERT(job.recovery.replace_seconds == 5 && job.start_seconds == 60);
    CU_ASSERT(job.recovery.rule_count == 2 && job.recovery.rules[0].exit_code_count == 2);
    CU_ASSERT(job.recovery.final_codes[0] == 1 << 3 && job.recovery.final_codes[1] == 1);
    CU_ASSERT(job.recovery.final_codes[139 / 8] == 1 << 139 % 8);
}

/* Decodes the small job with this many replicas and ranks of each; gives the first problem. */
static void world(int replicas, int ranks, const char *wanted)
{
    char sizes[96];
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    snprintf(sizes,
             sizeof sizes,
             "\"spec\": {\"replicas\": %d, \"ranksPerReplica\": %d,",
             replicas,
             ranks);
    {
        CLEAN_FREE char *text = check_replaced(small, "\"spec\": {", sizes);

        decode(text, &job, &problems);
    }
    CU_ASSERT_FATAL(problems.count == (wanted ? 1 : 0));
    if (!wanted)
        return;
    CHECK_TEXT(problems.items[0].path, "spec.replicas");
    CHECK_TEXT(problems.items[0].text, wanted);
}

static const char foreign[] =
    "{\"apiVersion\": \"muster.dev/v1alpha1\", \"kind\": \"TrainingJob\","
    "\"metadata\": {\"name\": \"torch\"}, \"spec\": {\"replicas\": 7, \"template\": {\"spec\": {"
    "\"containers\": [{\"name\": \"main\", \"image\": \"torch\", \"command\": [\"train\"]}]}}}}";

static void a_job_with_a_trainer_of_its_own_needs_no_training_section(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(decode(foreign, &job, &problems) == 0 && problems.count == 0);
    CU_ASSERT(!job.native && job.training.epochs == 0 && job.training.data.train == NULL);
    CU_ASSERT(job.replicas == 7 && job.recovery.rank.count == 10);
    CHECK_TEXT(job.template,
               "{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"torch\","
               "\"command\":[\"train\"]}]}}");
}

static void a_job_must_say_what_runs(void)
{
    CLEAN_FREE char *nothing =
        check_replaced(foreign, "\"template\"", "\"deadlines\": {}}, \"status\"");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(decode(nothing, &job, &problems) == 1);
    CU_ASSERT_FATAL(problems.count == 1);
    CHECK_TEXT(problems.items[0].path, "spec");
    CHECK_TEXT(problems.items[0].text,
               "must have training, which Muster trains itself, or a template");
}

static void what_the_api_server_adds_is_passed_over(void)
{
    CLEAN_FREE char *text = check_replaced(
        small,
        "\"digits\"",
        "\"digits\", \"uid\": \"8d5f\", \"resourceVersion\": \"42\", \"generation\": 1, "
        "\"creationTimestamp\": \"2026-01-01T00:00:00Z\", \"finalizers\": [], "
        "\"managedFields\": [{\"manager\": \"kubectl\"}], \"annotations\": "
        "{\"kubectl.kubernetes.io/last-applied-configuration\": \"{}\\n\"}");
    CLEAN_FREE char *whole =
        check_replaced(text, "\"spec\": {", "\"status\": {\"state\": 7}, \"spec\": {");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(decode(whole, &job, &problems) == 0 && problems.count == 0);
    CU_ASSERT(job.native && job.template == NULL);
}

static void a_native_job_may_be_printed_without_its_template(void)
{
    CLEAN_FREE char *text = check_replaced(
        small,
        "\"spec\": {",
        "\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"a\"}]}},");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(text) struct text out = {0};
    CLEAN(job) struct job job = {0};
    CLEAN(job) struct job again = {0};
    struct job plain;

    CU_ASSERT(decode(text, &job, &problems) == 0);
    plain = job;
    plain.template = NULL;
    job_print(&plain, &out);
    CU_ASSERT(decode(out.data, &again, &problems) == 0);
    CU_ASSERT(again.native && again.template == NULL && job.template != NULL);
}

static void a_world_must_divide_the_micro_batches(void)
{
    world(12, 1, NULL);
    world(3, 4, NULL);
    world(1, 6, NULL);
    world(5,
          1,
          "makes a world of 5 ranks, which does not divide the 12 micro-batches of a step; near "
          "it are 2, 3, 4, 6, 12");
    world(2,
          4,
          "makes a world of 8 ranks, which does not divide the 12 micro-batches of a step; near "
          "it are 3, 4, 6, 12");
    world(24,
          1,
          "makes a world of 24 ranks, which does not divide the 12 micro-batches of a step; near "
          "it are 4, 6, 12");
    world(1024, 2, "makes a world of 2048 ranks, allowed are 1024");
}

static void the_world_is_not_judged_while_its_parts_are_wrong(void)
{
    static const char *const changes[][2] = {
        {"\"spec\": {", "\"spec\": {\"replicas\": 5000,"},
        {"\"spec\": {", "\"spec\": {\"replicas\": 5, \"ranksPerReplica\": 0,"},
        {"\"micro\": 8", "\"micro\": 7"},
        {"\"micro\": 8", "\"micro\": 0"},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CLEAN_FREE char *text = check_replaced(small, changes[i][0], changes[i][1]);
        CLEAN(problems) struct problems problems = {0};
        CLEAN(job) struct job job = {0};

        CU_ASSERT(decode(text, &job, &problems) == 1);
        CU_ASSERT(problems.count == 1);
    }
}

static int same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* Compares every byte but the pointers to texts; both structs began as zero bytes. */
static int same(const struct job *a, const struct job *b)
{
    struct job plain[2];
    const unsigned char *bytes[2] = {(const unsigned char *)&plain[0],
                                     (const unsigned char *)&plain[1]};

    memcpy(&plain[0], a, sizeof *a);
    memcpy(&plain[1], b, sizeof *b);
    for (int i = 0; i < 2; i++) {
        plain[i].name = plain[i].namespace = plain[i].checkpoint.directory = NULL;
        plain[i].template = NULL;
        plain[i].training.data.train = plain[i].training.data.validation = NULL;
    }
    for (size_t i = 0; i < sizeof plain[0]; i++) {
        if (bytes[0][i] != bytes[1][i])
            return 0;
    }
    return same_text(a->name, b->name) && same_text(a->namespace, b->namespace) &&
           same_text(a->template, b->template) &&
           same_text(a->checkpoint.directory, b->checkpoint.directory) &&
           same_text(a->training.data.train, b->training.data.train) &&
           same_text(a->training.data.validation, b->training.data.validation);
}

static void what_is_printed_decodes_to_the_same(void)
{
    uint64_t random = check_seed();
    int wrong = 0;

    for (int i = 0; i < 500; i++) {
        CLEAN(text) struct text out = {0};
        CLEAN(text) struct text again = {0};
        CLEAN(problems) struct problems problems = {0};
        CLEAN(job) struct job job;
        CLEAN(job) struct job decoded;

        memset(&job, 0, sizeof job); /* padding too */
        memset(&decoded, 0, sizeof decoded);
        random_job(&random, &job);
        job_print(&job, &out);
        wrong += decode(out.data, &decoded, &problems) != 0;
        job_print(&decoded, &again);
        wrong += !same(&job, &decoded) || strcmp(out.data, again.data) != 0;
    }
    CU_ASSERT(wrong == 0);
}

SUITE("job job",
      {"the smallest job gets every default", the_smallest_job_gets_every_default},
      {"everything that is said arrives", everything_that_is_said_arrives},
      {"a job with a trainer of its own needs no training section",
       a_job_with_a_trainer_of_its_own_needs_no_training_section},
      {"a job must say what runs", a_job_must_say_what_runs},
      {"what the API server adds is passed over", what_the_api_server_adds_is_passed_over},
      {"a native job may be printed without its template",
       a_native_job_may_be_printed_without_its_template},
      {"a world must divide the micro-batches", a_world_must_divide_the_micro_batches},
      {"the world is not judged while its parts are wrong",
       the_world_is_not_judged_while_its_parts_are_wrong},
      {"what is printed decodes to the same", what_is_printed_decodes_to_the_same})
