/* The plan: counts of steps, where validations belong, and that an epoch repeats no sample. */
#include "trainer/train/plan.h"

#include <string.h>

#include "support/check.h"

static struct training training_of(int64_t epochs, int64_t steps)
{
    return (struct training){.data = {.train = "data/train"},
                             .batch = {.global = 12, .micro = 4},
                             .epochs = epochs,
                             .steps = steps,
                             .validation = EVERY_EPOCH,
                             .seed = 7};
}

static void epochs_are_whole_global_batches(void)
{
    struct training training = training_of(3, 0);
    struct plan plan;

    CU_ASSERT(plan_init(&plan, &training, 65, NULL) == 0);
    CU_ASSERT(plan.epoch_steps == 5 && plan.total == 15 && plan.micro_batches == 3);
    CU_ASSERT(plan_epoch(&plan, 1) == 1 && plan_epoch(&plan, 5) == 1 && plan_epoch(&plan, 6) == 2);
    CU_ASSERT(!plan_epoch_ends(&plan, 4) && plan_epoch_ends(&plan, 5) &&
              !plan_epoch_ends(&plan, 6));
}

static void a_validation_belongs_to_every_epoch_and_to_the_end(void)
{
    static const int64_t rows[][2] = {
        {0, 0},
        {4, 0},
        {5, 5},
        {9, 5},
        {10, 10},
        {12, 10},
        {13, 13},
    };
    struct training training = training_of(0, 13);
    struct plan plan;

    CU_ASSERT(plan_init(&plan, &training, 65, NULL) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(plan_validation(&plan, rows[i][0]) == rows[i][1]);
    plan.validates = false;
    CU_ASSERT(plan_validation(&plan, 13) == 0);
}

static void an_epoch_repeats_no_sample_and_epochs_differ(void)
{
    struct training training = training_of(2, 0);
    struct plan plan;
    int seen[65] = {0};
    int same = 0;

    CU_ASSERT(plan_init(&plan, &training, 65, NULL) == 0);
    for (int64_t i = 0; i < 60; i++) {
        int64_t sample = plan_sample(&plan, 1 + i / 12, i % 12);

        CU_ASSERT(sample >= 0 && sample < 65 && !seen[sample]++);
        same += plan_sample(&plan, 6 + i / 12, i % 12) == sample;
    }
    CU_ASSERT(same < 20);
}

static void too_few_samples_and_too_many_epochs_are_refused(void)
{
    struct training training = training_of(INT64_MAX / 2, 0);
    struct error error = {""};
    struct plan plan;

    CU_ASSERT(plan_init(&plan, &training, 11, &error) == -1);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "data/train has 11 samples, less than the global batch of 12");
    CU_ASSERT(plan_init(&plan, &training, 65, &error) == -1);
}

SUITE("trainer train plan",
      {"epochs are whole global batches", epochs_are_whole_global_batches},
      {"a validation belongs to every epoch and to the end",
       a_validation_belongs_to_every_epoch_and_to_the_end},
      {"an epoch repeats no sample and epochs differ",
       an_epoch_repeats_no_sample_and_epochs_differ},
      {"too few samples and too many epochs are refused",
       too_few_samples_and_too_many_epochs_are_refused})
