/* What agents are told of their job. */
#include <string.h>

#include "controller/directory.h"
#include "job/job.h"
#include "job/load.h"
#include "support/check.h"

#define HEAD                                                                                       \
    "apiVersion: muster.dev/v1alpha1\n"                                                            \
    "kind: TrainingJob\n"                                                                          \
    "metadata: {name: digits}\n"                                                                   \
    "spec:\n"                                                                                      \
    "  replicas: 2\n"                                                                              \
    "  spares: 3\n"                                                                                \
    "  ranksPerReplica: 2\n"                                                                       \
    "  recovery: {budgets: {pod: {count: 7, windowSeconds: 60}}, replaceSeconds: 9,\n"             \
    "    rules: [{exitCodes: [3], action: FailJob}]}\n"                                            \
    "  template: {spec: {containers: [{name: trainer, image: i, command: [c]}]}}\n"
#define TRAINING                                                                                   \
    "  training:\n"                                                                                \
    "    model: {input: {shape: [4]}, layers: [{type: dense, units: 2, activation: softmax}]}\n"   \
    "    data: {train: t}\n"                                                                       \
    "    optimizer: {type: sgd, learningRate: 0.1}\n"                                              \
    "    batch: {global: 8, micro: 2}\n"                                                           \
    "    steps: 5\n"

static void load(const char *manifest, struct job *job)
{
    const struct load_source source = {.name = "j", .bytes = manifest, .size = strlen(manifest)};
    CLEAN(text) struct text report = {0};

    if (load_job(&source, job, &report))
        CU_FAIL_FATAL("the manifest is refused");
}

static void a_job_becomes_facts(void)
{
    CLEAN(job) struct job job = {.name = NULL};
    CLEAN(text) struct text spec = {0};
    Muster__JobFacts facts;

    load(HEAD, &job);
    directory_facts(&job, 250, &spec, &facts);
    CU_ASSERT(facts.replicas == 2 && facts.ranks_per_replica == 2);
    CU_ASSERT(facts.spares == 3);
    CU_ASSERT(facts.replace_milliseconds == 9000 && facts.report_milliseconds == 250);
    CU_ASSERT(facts.pod_budget == 7 && facts.pod_window_seconds == 60);
    CU_ASSERT(facts.foreign);
    CU_ASSERT(facts.final_codes.len == 32 && facts.final_codes.data[0] == 1 << 3);
    CU_ASSERT(facts.sizes.len == 128 && facts.sizes.data[0] == 0);
    CHECK_TEXT(facts.checkpoint_directory, "");
}

static void smaller_sizes_become_bits(void)
{
    CLEAN(job) struct job job = {.name = NULL};
    CLEAN(text) struct text spec = {0};
    Muster__JobFacts facts;

    load(HEAD "  elastic: {minReplicas: 1}\n", &job);
    directory_facts(&job, 250, &spec, &facts);
    CU_ASSERT(facts.sizes.len == 128 && facts.sizes.data[0] == 1 << 1);
    CU_ASSERT(facts.final_codes.data[0] == 1 << 3);
}

static void a_trainer_that_speaks_the_link_is_not_foreign(void)
{
    CLEAN(job) struct job job = {.name = NULL};
    CLEAN(text) struct text spec = {0};
    Muster__JobFacts facts;

    load(HEAD "  interface: Link\n", &job);
    directory_facts(&job, 250, &spec, &facts);
    CU_ASSERT(!facts.foreign);
}

static void trainers_are_told_the_training_and_not_the_template(void)
{
    static const char manifest[] = "apiVersion: muster.dev/v1alpha1\n"
                                   "kind: TrainingJob\n"
                                   "metadata: {name: digits}\n"
                                   "spec:\n"
                                   "  checkpoint: {directory: kept}\n"
                                   "  template: {spec: {containers: [{name: trainer}]}}\n" TRAINING;
    CLEAN(job) struct job job = {.name = NULL};
    CLEAN(text) struct text spec = {0};
    Muster__JobFacts facts;

    load(manifest, &job);
    directory_facts(&job, 250, &spec, &facts);
    CU_ASSERT(!facts.foreign);
    CHECK_TEXT(facts.checkpoint_directory, "kept");
    CHECK_HAS(facts.spec, "\"softmax\"");
    CU_ASSERT(strstr(facts.spec, "template") == NULL);
    CU_ASSERT(job.template != NULL);
}

SUITE("controller facts",
      {"a job becomes facts", a_job_becomes_facts},
      {"smaller sizes become bits", smaller_sizes_become_bits},
      {"a trainer that speaks the link is not foreign",
       a_trainer_that_speaks_the_link_is_not_foreign},
      {"trainers are told the training and not the template",
       trainers_are_told_the_training_and_not_the_template})
