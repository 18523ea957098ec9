/* job - the tables of a TrainingJob: one row a key, with its range and default. */
#include "job/job.h"

#include <cjson/cJSON.h>

#include "base/encode.h"
#include "job/names.h"
#include "job/template.h"
#include "job/validate.h"

#define PATH_MOST   1024
#define LABELS_MOST 1000 /* as many as the keys of a mapping, see manifest.h */
#define DAY         86400

/* metadata */

/* A key that Kubernetes knows and Muster has no use for. */
#define PASSED_ROW(name) {.key = (name), .kind = DECODE_ANY, .need = DECODE_OPTIONAL}

static const struct decode_row metadata_rows[] = {
    {.key = "name",
     DECODE_AT_TEXT(struct job, name),
     .need = DECODE_REQUIRED,
     .most = JOB_NAME,
     .form = &names_label_form},
    {.key = "namespace",
     DECODE_AT_TEXT(struct job, namespace),
     .need = DECODE_OPTIONAL,
     .most = 63,
     .form = &names_label_form},
    {.key = "labels",
     .kind = DECODE_MAP,
     .need = DECODE_OPTIONAL,
     .most = LABELS_MOST,
     .key_form = &names_key_form,
     .form = &names_value_form},
    {.key = "annotations",
     .kind = DECODE_MAP,
     .need = DECODE_OPTIONAL,
     .most = LABELS_MOST,
     .key_form = &names_key_form,
     .form = &names_note_form},
    PASSED_ROW("creationTimestamp"),
    PASSED_ROW("deletionGracePeriodSeconds"),
    PASSED_ROW("deletionTimestamp"),
    PASSED_ROW("finalizers"),
    PASSED_ROW("generateName"),
    PASSED_ROW("generation"),
    PASSED_ROW("managedFields"),
    PASSED_ROW("ownerReferences"),
    PASSED_ROW("resourceVersion"),
    PASSED_ROW("selfLink"),
    PASSED_ROW("uid"),
};
static const struct decode_table metadata_table = DECODE_TABLE(metadata_rows, struct job);

/* spec.elastic */

static const struct decode_row elastic_rows[] = {
    {.key = "minReplicas",
     DECODE_AT_INTEGER(struct job_elastic, min_replicas),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = JOB_REPLICAS},
    {.key = "sizes",
     DECODE_AT_INTEGERS(struct job_elastic, sizes, size_count),
     .need = DECODE_OPTIONAL,
     .low = 1,
     .high = JOB_REPLICAS},
};
static const struct decode_table elastic_table = DECODE_TABLE(elastic_rows, struct job_elastic);

/* spec.checkpoint */

static const struct decode_row checkpoint_rows[] = {
    {.key = "directory",
     DECODE_AT_TEXT(struct job_checkpoint, directory),
     .need = DECODE_REQUIRED,
     .most = PATH_MOST},
    {.key = "everySeconds",
     DECODE_AT_INTEGER(struct job_checkpoint, every_seconds),
     .low = 1,
     .high = DAY,
     .preset = 60},
    {.key = "keepLast",
     DECODE_AT_INTEGER(struct job_checkpoint, keep_last),
     .low = 1,
     .high = 1000,
     .preset = 3},
};
static const struct decode_table checkpoint_table =
    DECODE_TABLE(checkpoint_rows, struct job_checkpoint);

/* spec.recovery */

#define WINDOW_ROW                                                                                 \
    {.key = "windowSeconds",                                                                       \
     DECODE_AT_INTEGER(struct job_budget, window_seconds),                                         \
     .low = 1,                                                                                     \
     .high = 30 * DAY,                                                                             \
     .preset = 3600}
#define COUNT_ROW(usual)                                                                           \
    {.key = "count",                                                                               \
     DECODE_AT_INTEGER(struct job_budget, count),                                                  \
     .low = 0,                                                                                     \
     .high = 1000,                                                                                 \
     .preset = (usual)}

static const struct decode_row rank_budget_rows[] = {COUNT_ROW(10), WINDOW_ROW};
static const struct decode_table rank_budget_table =
    DECODE_TABLE(rank_budget_rows, struct job_budget);

static const struct decode_row pod_budget_rows[] = {COUNT_ROW(5), WINDOW_ROW};
static const struct decode_table pod_budget_table =
    DECODE_TABLE(pod_budget_rows, struct job_budget);

static const struct decode_row budgets_rows[] = {
    {.key = "rank", DECODE_AT_OBJECT(struct job_recovery, rank, rank_budget_table)},
    {.key = "pod", DECODE_AT_OBJECT(struct job_recovery, pod, pod_budget_table)},
};
static const struct decode_table budgets_table = DECODE_TABLE(budgets_rows, struct job_recovery);

static const char *const action_words[] = {[ACTION_FAIL_JOB] = "FailJob", NULL};

static const struct decode_row rule_rows[] = {
    {.key = "action",
     DECODE_AT_WORD(struct job_rule, action, action_words),
     .need = DECODE_REQUIRED},
    {.key = "exitCodes",
     DECODE_AT_INTEGERS(struct job_rule, exit_codes, exit_code_count),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = JOB_CODE},
};
static const struct decode_table rule_table = DECODE_TABLE(rule_rows, struct job_rule);

static const struct decode_row recovery_rows[] = {
    {.key = "budgets", DECODE_HERE(budgets_table)},
    {.key = "replaceSeconds",
     DECODE_AT_INTEGER(struct job_recovery, replace_seconds),
     .low = 1,
     .high = DAY,
     .preset = 30},
    {.key = "rules",
     DECODE_AT_OBJECTS(struct job_recovery, rules, rule_count, rule_table),
     .need = DECODE_OPTIONAL},
};
static const struct decode_table recovery_table = DECODE_TABLE(recovery_rows, struct job_recovery);

/* spec */

static const struct decode_row deadlines_rows[] = {
    {.key = "startSeconds",
     DECODE_AT_INTEGER(struct job, start_seconds),
     .low = 1,
     .high = DAY,
     .preset = 600},
};
static const struct decode_table deadlines_table = DECODE_TABLE(deadlines_rows, struct job);

static const char *const interface_words[] = {
    [INTERFACE_ENVIRONMENT] = "Environment", [INTERFACE_LINK] = "Link", NULL};

static const char *const task_words[] = {[TASK_TRAIN] = "Train", NULL};

static const struct decode_row spec_rows[] = {
    {.key = "task", DECODE_AT_WORD(struct job, task, task_words), .preset = TASK_TRAIN},
    {.key = "replicas",
     DECODE_AT_INTEGER(struct job, replicas),
     .low = 1,
     .high = JOB_REPLICAS,
     .preset = 1},
    {.key = "spares",
     DECODE_AT_INTEGER(struct job, spares),
     .low = 0,
     .high = JOB_REPLICAS - 1,
     .preset = 0},
    {.key = "ranksPerReplica",
     DECODE_AT_INTEGER(struct job, ranks_per_replica),
     .low = 1,
     .high = JOB_RANKS,
     .preset = 1},
    {.key = "elastic",
     DECODE_AT_OBJECT(struct job, elastic, elastic_table),
     DECODE_GIVEN(struct job, is_elastic)},
    {.key = "training",
     DECODE_AT_OBJECT(struct job, training, training_table),
     DECODE_GIVEN(struct job, native)},
    {.key = "interface",
     DECODE_AT_WORD(struct job, interface, interface_words),
     .preset = INTERFACE_ENVIRONMENT},
    {.key = "checkpoint",
     DECODE_AT_OBJECT(struct job, checkpoint, checkpoint_table),
     .need = DECODE_OPTIONAL},
    {.key = "recovery", DECODE_AT_OBJECT(struct job, recovery, recovery_table)},
    {.key = "deadlines", DECODE_HERE(deadlines_table)},
    {.key = "template", DECODE_AT_TREE(struct job, template), .need = DECODE_OPTIONAL},
};
static const struct decode_table spec_table = DECODE_TABLE(spec_rows, struct job);

/* the manifest */

static const char *const version_words[] = {[JOB_V1ALPHA1] = "muster.dev/v1alpha1", NULL};
static const char *const kind_words[] = {[JOB_TRAINING_JOB] = "TrainingJob", NULL};

static const struct decode_row job_rows[] = {
    {.key = "apiVersion",
     DECODE_AT_WORD(struct job, version, version_words),
     .need = DECODE_REQUIRED},
    {.key = "kind", DECODE_AT_WORD(struct job, kind, kind_words), .need = DECODE_REQUIRED},
    {.key = "metadata", DECODE_HERE(metadata_table), .need = DECODE_REQUIRED},
    {.key = "spec", DECODE_HERE(spec_table), .need = DECODE_REQUIRED},
    PASSED_ROW("status"),
};
const struct decode_table job_table = DECODE_TABLE(job_rows, struct job);

/* Makes the set of codes that fail the job. */
static void recovery_settle(struct job_recovery *recovery)
{
    for (size_t i = 0; i < recovery->rule_count; i++) {
        const struct job_rule *rule = &recovery->rules[i];

        for (size_t j = 0; j < rule->exit_code_count; j++)
            recovery->final_codes[rule->exit_codes[j] / 8] |=
                (unsigned char)(1u << rule->exit_codes[j] % 8);
    }
}

int job_decode(const struct cJSON *json, struct job *job, struct problems *problems)
{
    size_t before = problems->count + problems->dropped;
    const cJSON *spec = cJSON_GetObjectItemCaseSensitive(json, "spec");

    decode_read(&job_table, json, "", job, problems);
    if (!cJSON_IsObject(json))
        return 1;
    if (job->native)
        training_settle(&job->training);
    recovery_settle(&job->recovery);
    validate_job(job, problems);
    if (job->template)
        template_check(cJSON_GetObjectItemCaseSensitive(spec, "template"),
                       "spec.template",
                       job->native,
                       problems);
    return problems->count + problems->dropped != before;
}

void job_done(struct job *job)
{
    decode_done(&job_table, job);
}

void job_print(const struct job *job, struct text *out)
{
    encode_print(&job_table, job, out);
}

int64_t job_world(const struct job *job)
{
    return job->replicas * job->ranks_per_replica;
}
