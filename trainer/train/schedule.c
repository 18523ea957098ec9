/* schedule - the learning rate of a step. */
#include "trainer/train/schedule.h"

#include <math.h>

#define PI 3.14159265358979323846

/* The part of the full rate that is left when `done` (0..1) of the way after the warm-up is. */
static double decay(const struct training_schedule *schedule, int64_t since, double done)
{
    double last = schedule->final_ratio;
    int64_t times;

    switch (schedule->type) {
    case SCHEDULE_CONSTANT:
        break;
    case SCHEDULE_STEP:
        times = since / schedule->every_steps;
        return pow(schedule->factor, (double)times);
    case SCHEDULE_LINEAR:
        return 1 + (last - 1) * done;
    case SCHEDULE_COSINE:
        return last + (1 - last) * (1 + cos(PI * done)) / 2;
    }
    return 1;
}

double schedule_rate(const struct training_schedule *schedule,
                     double learning_rate,
                     int64_t step,
                     int64_t total)
{
    int64_t warmup = schedule->warmup_steps;
    int64_t since = step - 1 - warmup;
    int64_t length = total - 1 - warmup;

    if (step <= warmup)
        return learning_rate * (double)step / (double)warmup;
    return learning_rate * decay(schedule, since, length > 0 ? (double)since / (double)length : 0);
}
