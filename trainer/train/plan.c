/* plan - how a training is cut into steps, epochs and validations. */
#include "trainer/train/plan.h"

#include "trainer/train/sampler.h"

int plan_init(struct plan *plan,
              const struct training *training,
              int64_t samples,
              struct error *error)
{
    const struct training_batch *batch = &training->batch;

    if (samples < batch->global)
        return error_set(error,
                         "%s has %lld samples, less than the global batch of %lld",
                         training->data.train,
                         (long long)samples,
                         (long long)batch->global);
    *plan = (struct plan){.samples = samples,
                          .global = batch->global,
                          .micro = batch->micro,
                          .micro_batches = batch->global / batch->micro,
                          .epoch_steps = samples / batch->global,
                          .total = training->steps,
                          .seed = (uint64_t)training->seed,
                          .validates = training->validation == EVERY_EPOCH};
    if (training->epochs &&
        __builtin_mul_overflow(training->epochs, plan->epoch_steps, &plan->total))
        return error_set(error, "%lld epochs are too many", (long long)training->epochs);
    return 0;
}

int64_t plan_epoch(const struct plan *plan, int64_t step)
{
    return (step - 1) / plan->epoch_steps + 1;
}

bool plan_epoch_ends(const struct plan *plan, int64_t step)
{
    return step % plan->epoch_steps == 0;
}

int64_t plan_validation(const struct plan *plan, int64_t committed)
{
    if (!plan->validates)
        return 0;
    return committed == plan->total ? committed : committed - committed % plan->epoch_steps;
}

int64_t plan_sample(const struct plan *plan, int64_t step, int64_t place)
{
    int64_t index = (step - 1) % plan->epoch_steps * plan->global + place;

    return sampler_at(plan->samples, plan->seed, plan_epoch(plan, step), index);
}
