/* step - one training step of a rank among its peers. */
#include "trainer/train/step.h"

#include <math.h>

#include "base/clock.h"
#include "trainer/train/optimizer.h"
#include "trainer/train/schedule.h"

/* A wish as it is added up: all that want to hand over weigh less than one that wants to stop. */
static float wish_weight(enum link_drain drain)
{
    static const float weights[] = {
        [LINK_DRAIN_STOP] = 1, [LINK_DRAIN_HAND_OVER] = 1.0F / (2 * LINK_RANKS)};

    return weights[drain];
}

static enum link_drain wish_of(float weight)
{
    if (weight >= 1)
        return LINK_DRAIN_STOP;
    return weight > 0 ? LINK_DRAIN_HAND_OVER : LINK_DRAIN_NOT;
}

struct order step_order(const struct plan *plan, const struct comm *comm)
{
    return (struct order){plan->micro_batches, comm->size};
}

/* Counts the vector just computed and does the additions that it completes. */
static int vector_push(struct learner *learner, struct order_stack *stack, struct error *error)
{
    const struct backend *backend = learner->backend;
    int64_t size = (int64_t)learner_vector(learner);
    size_t top = stack->count;

    for (size_t left = order_push(stack); left; left--, top--) {
        if (backend->table->axpy(
                backend, size, 1, learner->vectors[top], learner->vectors[top - 1], error))
            return -1;
    }
    return 0;
}

/* Computes and adds up the rank's block. The wish to stop goes with its first micro-batch. */
static int block_run(struct learner *learner,
                     const struct state *state,
                     struct order_stack *stack,
                     float wish,
                     struct error *error)
{
    int64_t step = state->facts.committed + 1;
    int64_t begun = clock_now();

    learner->micro_batches = stack->end - stack->next;
    while (stack->next < stack->end) {
        float *vector = learner->vectors[stack->count];

        if (learner_gradient(learner, state->parameters, step, stack->next, vector, error))
            return -1;
        vector[learner->model.size + LANE_DRAIN] = wish;
        wish = 0;
        if (vector_push(learner, stack, error))
            return -1;
    }
    learner->computed = clock_now() - begun;
    return 0;
}

/* With the sum over the global batch at hand: the step becomes part of the state. */
static int commit(struct learner *learner,
                  struct state *state,
                  const float *sum,
                  struct error *error)
{
    const struct training *training = learner->training;
    const struct plan *plan = &learner->plan;
    int64_t step = state->facts.committed + 1;
    double loss = (double)sum[learner->model.size + LANE_LOSS] / (double)plan->global;
    struct optimizer_update update = {
        .step = step,
        .learning_rate = schedule_rate(
            &training->schedule, training->optimizer.learning_rate, step, plan->total),
        .gradient = sum,
        .scale = 1 / (double)plan->global};

    if (!isfinite(loss))
        return error_set(error, "the loss of step %lld is not finite", (long long)step);
    if (optimizer_apply(&training->optimizer, learner->backend, &update, state, error))
        return -1;
    state->facts.committed = step;
    state->facts.samples += plan->global;
    history_step(&state->facts.history, plan, step, loss);
    return 0;
}

int step_run(struct learner *learner,
             struct state *state,
             struct comm *comm,
             enum link_drain drain,
             enum link_drain *stop,
             struct error *error)
{
    struct order order = step_order(&learner->plan, comm);
    struct order_stack stack;
    float *sum = learner->vectors[0];

    order_begin(&stack, &order, comm->rank);
    if (block_run(learner, state, &stack, wish_weight(drain), error))
        return -1;
    if (comm_all_reduce(comm, &order, learner->vectors, sum, learner_vector(learner)))
        return COMM_BROKEN;
    if (commit(learner, state, sum, error))
        return -1;
    *stop = wish_of(sum[learner->model.size + LANE_DRAIN]);
    return 0;
}
