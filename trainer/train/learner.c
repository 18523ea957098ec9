/* learner - what one rank computes with. */
#include "trainer/train/learner.h"

#include <stdlib.h>

#include "base/memory.h"

#define PIXEL (1.0 / 255) /* a byte of an image becomes a number in 0..1 */

/* Opens a labelled dataset. Returns 0 or -1. */
static int labelled_open(const char *prefix,
                         const struct model *model,
                         struct dataset *dataset,
                         struct error *error)
{
    struct dataset_form form = {model->inputs, model->classes};
    int outcome = dataset_open(prefix, &form, dataset, error);

    if (outcome > 0)
        return error_set(error, "%s-labels-idx1-ubyte: no such file, nor with .gz", prefix);
    return outcome;
}

static int validation_open(struct learner *learner, struct error *error)
{
    const struct training *training = learner->training;

    if (training->validation == EVERY_NEVER || !training->data.validation)
        return 0;
    if (labelled_open(training->data.validation, &learner->model, &learner->validation, error))
        return -1;
    if (learner->validation.count > LEARNER_VALIDATION_MOST)
        return error_set(error,
                         "%s has %lld samples; at most %d can be validated",
                         training->data.validation,
                         (long long)learner->validation.count,
                         LEARNER_VALIDATION_MOST);
    return 0;
}

/* As learner_init; what was made before a failure is left to the caller. */
static int learner_open(struct learner *learner, struct error *error)
{
    const struct training *training = learner->training;

    if (model_init(&learner->model, &training->model, error) ||
        backend_new("auto", &learner->backend, error) ||
        labelled_open(training->data.train, &learner->model, &learner->data, error) ||
        validation_open(learner, error) ||
        plan_init(&learner->plan, training, learner->data.count, error))
        return -1;
    learner->plan.validates = learner->validation.count > 0;
    learner->labels = memory_try((size_t)training->batch.micro, sizeof *learner->labels);
    learner->classes = memory_try((size_t)training->batch.micro, sizeof *learner->classes);
    if (!learner->labels || !learner->classes)
        return error_set(error, "no memory for %lld labels", (long long)training->batch.micro);
    return network_init(
        &learner->network, &learner->model, learner->backend, training->batch.micro, error);
}

int learner_init(struct learner *learner, const struct training *training, struct error *error)
{
    *learner = (struct learner){.training = training};
    if (learner_open(learner, error)) {
        learner_done(learner);
        return -1;
    }
    return 0;
}

void learner_done(struct learner *learner)
{
    network_done(&learner->network);
    backend_free(learner->backend);
    dataset_done(&learner->data);
    dataset_done(&learner->validation);
    arena_done(&learner->arena);
    free(learner->labels);
    free(learner->classes);
    *learner = (struct learner){0};
}

size_t learner_vector(const struct learner *learner)
{
    return (size_t)learner->model.size + LANES;
}

/* The most vectors that lie on the stack at once while the block of `rank` is added up. */
static size_t vectors_needed(const struct order *order, int rank)
{
    struct order_stack stack;
    size_t most = 0;

    order_begin(&stack, order, rank);
    while (stack.next < stack.end) {
        size_t height = stack.count + 1;

        most = height > most ? height : most;
        order_push(&stack);
    }
    return most;
}

static void vectors_place(struct learner *learner)
{
    for (size_t i = 0; i < learner->vector_count; i++)
        learner->vectors[i] =
            arena_cut(&learner->arena, (int64_t)learner_vector(learner), 1, sizeof(float));
}

int learner_reserve(struct learner *learner,
                    const struct order *order,
                    int rank,
                    struct error *error)
{
    size_t needed = vectors_needed(order, rank);

    if (needed == learner->vector_count)
        return 0;
    arena_done(&learner->arena);
    learner->vector_count = needed;
    vectors_place(learner);
    if (arena_place(&learner->arena)) {
        learner->vector_count = 0;
        return error_set(error, "no memory for %zu gradients", needed);
    }
    vectors_place(learner);
    return 0;
}

/* Loads one sample into row `row` of the network's input; -1 = an empty row that is ignored. */
static int row_load(struct learner *learner,
                    const struct dataset *dataset,
                    int64_t row,
                    int64_t sample,
                    struct error *error)
{
    const struct backend *backend = learner->backend;
    int64_t size = dataset->sample_size;
    float *input = (float *)learner->network.input + row * size;

    if (sample < 0) {
        learner->labels[row] = BACKEND_IGNORED;
        return backend->table->fill(backend, size, 0, input, error);
    }
    learner->labels[row] = dataset->labels[sample];
    return backend->table->from_bytes(
        backend, size, PIXEL, dataset->images + sample * size, input, error);
}

int learner_gradient(struct learner *learner,
                     const float *parameters,
                     int64_t step,
                     int64_t micro,
                     float *vector,
                     struct error *error)
{
    struct network *network = &learner->network;
    float *lanes = vector + learner->model.size;
    double loss;

    for (int64_t row = 0; row < network->rows; row++) {
        int64_t sample = plan_sample(&learner->plan, step, micro * network->rows + row);

        if (row_load(learner, &learner->data, row, sample, error))
            return -1;
    }
    if (network_forward(network, parameters, error) ||
        network_loss(network, learner->labels, &loss, error))
        return -1;
    lanes[LANE_LOSS] = (float)loss;
    lanes[LANE_DRAIN] = 0;
    return network_backward(network, parameters, vector, error);
}

int learner_judge(struct learner *learner,
                  const float *parameters,
                  int64_t micro,
                  float lanes[2],
                  struct error *error)
{
    struct network *network = &learner->network;
    double loss;

    for (int64_t row = 0; row < network->rows; row++) {
        int64_t sample = micro * network->rows + row;

        if (sample >= learner->validation.count)
            sample = -1;
        if (row_load(learner, &learner->validation, row, sample, error))
            return -1;
    }
    if (network_forward(network, parameters, error) ||
        network_loss(network, learner->labels, &loss, error) ||
        network_classes(network, learner->classes, error))
        return -1;
    lanes[0] = (float)loss;
    lanes[1] = 0;
    for (int64_t row = 0; row < network->rows; row++)
        lanes[1] += learner->labels[row] == learner->classes[row];
    return 0;
}
