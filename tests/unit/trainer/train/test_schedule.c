/* Schedules, by table. */
#include "trainer/train/schedule.h"

#include "support/check.h"

static void every_schedule_follows_its_table(void)
{
    static const struct training_schedule constant = {.type = SCHEDULE_CONSTANT};
    static const struct training_schedule warm = {.type = SCHEDULE_CONSTANT, .warmup_steps = 4};
    static const struct training_schedule step = {
        .type = SCHEDULE_STEP, .warmup_steps = 2, .every_steps = 3, .factor = 0.5};
    static const struct training_schedule linear = {
        .type = SCHEDULE_LINEAR, .warmup_steps = 1, .final_ratio = 0.1};
    static const struct training_schedule cosine = {.type = SCHEDULE_COSINE, .final_ratio = 0.2};
    static const struct training_schedule zero = {.type = SCHEDULE_COSINE, .warmup_steps = 10};
    static const struct {
        const struct training_schedule *schedule;
        int64_t step;
        int64_t total;
        double rate;
    } rows[] = {
        {&constant, 1, 9, 2},       {&constant, 9, 9, 2},   {&warm, 1, 9, 0.5},
        {&warm, 4, 9, 2},           {&warm, 5, 9, 2},       {&step, 2, 20, 2},
        {&step, 3, 20, 2},          {&step, 5, 20, 2},      {&step, 6, 20, 1},
        {&step, 9, 20, 0.5},        {&linear, 1, 12, 2},    {&linear, 2, 12, 2},
        {&linear, 7, 12, 2 * 0.55}, {&linear, 12, 12, 0.2}, {&cosine, 1, 11, 2},
        {&cosine, 6, 11, 1.2},      {&cosine, 11, 11, 0.4}, {&zero, 10, 20, 2},
        {&zero, 11, 20, 2},         {&zero, 20, 20, 0},     {&cosine, 1, 1, 2},
        {&zero, 5, 3, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_DOUBLE_EQUAL(
            schedule_rate(rows[i].schedule, 2, rows[i].step, rows[i].total), rows[i].rate, 1e-12);
}

SUITE("trainer train schedule",
      {"every schedule follows its table", every_schedule_follows_its_table})
