/* validate - loss and accuracy over the validation set. */
#include "trainer/train/validate.h"

enum { LOSS, CORRECT, SUMS };

static void sums_push(float sums[ORDER_PARTS][SUMS], struct order_stack *stack)
{
    size_t top = stack->count;

    for (size_t left = order_push(stack); left; left--, top--) {
        sums[top - 1][LOSS] += sums[top][LOSS];
        sums[top - 1][CORRECT] += sums[top][CORRECT];
    }
}

/* The micro-batches of the set. Where they are fewer than the ranks, empty ones are added behind:
 * they add zeros, which change no bit. */
static struct order validate_order(const struct learner *learner, const struct comm *comm)
{
    int64_t micro = learner->plan.micro;
    int64_t total = (learner->validation.count + micro - 1) / micro;

    return (struct order){total < comm->size ? comm->size : total, comm->size};
}

int validate_run(struct learner *learner,
                 const float *parameters,
                 struct comm *comm,
                 struct validation *validation,
                 struct error *error)
{
    struct order order = validate_order(learner, comm);
    struct order_stack stack;
    float sums[ORDER_PARTS][SUMS];
    float *parts[ORDER_PARTS];
    double count = (double)learner->validation.count;

    for (int i = 0; i < ORDER_PARTS; i++)
        parts[i] = sums[i];
    order_begin(&stack, &order, comm->rank);
    while (stack.next < stack.end) {
        if (learner_judge(learner, parameters, stack.next, sums[stack.count], error))
            return -1;
        sums_push(sums, &stack);
    }
    if (comm_all_reduce(comm, &order, parts, parts[0], SUMS))
        return COMM_BROKEN;
    *validation = (struct validation){sums[0][LOSS] / count, sums[0][CORRECT] / count};
    return 0;
}
