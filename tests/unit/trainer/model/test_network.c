/* Passes through a model: gradients against finite differences in double, the cpu against the
 * reference, and that a failing operation is passed up. */
#include "trainer/model/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "support/fault.h"
#include "support/numbers.h"
#include "trainer/backend/ref/ref.h"
#include "trainer/model/initialise.h"

#define ROWS    6
#define INPUTS  5
#define CLASSES 4
#define STEP    1e-5

static const int32_t labels[ROWS] = {0, 3, 1, BACKEND_IGNORED, 2, 2};

static struct training_model small_model(enum training_activation hidden,
                                         enum training_activation last)
{
    return (struct training_model){.shape = {INPUTS},
                                   .dimensions = 1,
                                   .input_size = INPUTS,
                                   .layers = {{LAYER_DENSE, 7, hidden},
                                              {LAYER_DENSE, 3, hidden},
                                              {LAYER_DENSE, CLASSES, last}},
                                   .layer_count = 3};
}

/* A network on a backend with weights, input and gradient. */
struct scene {
    struct model model;
    struct backend *backend;
    struct network network;
    struct tensor parameters;
    struct tensor gradient;
};

static void scene_init(struct scene *scene, const struct training_model *spec, const char *backend)
{
    uint64_t random = 5;
    struct numbers input = numbers_new(&random, (int64_t)ROWS * INPUTS, 1);
    struct tensor view;

    CU_ASSERT(model_init(&scene->model, spec, NULL) == 0);
    CU_ASSERT(backend_new(backend, &scene->backend, NULL) == 0);
    CU_ASSERT(network_init(&scene->network, &scene->model, scene->backend, ROWS, NULL) == 0);
    view = (struct tensor){scene->network.input, scene->backend->type, {ROWS, INPUTS}, 2};
    for (int64_t i = 0; i < input.count; i++)
        tensor_set(&view, i, input.wide[i]);
    scene->parameters = (struct tensor){memory_get((size_t)scene->model.size, sizeof(double)),
                                        scene->backend->type,
                                        {scene->model.size},
                                        1};
    scene->gradient = scene->parameters;
    scene->gradient.data = memory_get((size_t)scene->model.size, sizeof(double));
    initialise(&scene->model, 3, scene->backend->type, scene->parameters.data);
    numbers_free(&input);
}

static void scene_done(struct scene *scene)
{
    free(scene->parameters.data);
    free(scene->gradient.data);
    network_done(&scene->network);
    backend_free(scene->backend);
}

static double loss_of(struct scene *scene)
{
    double sum = NAN;

    CU_ASSERT(network_forward(&scene->network, scene->parameters.data, NULL) == 0);
    CU_ASSERT(network_loss(&scene->network, labels, &sum, NULL) == 0);
    return sum;
}

/* Central differences of the loss by every parameter against the gradient. */
static void gradient_check(enum training_activation hidden, enum training_activation last)
{
    struct training_model spec = small_model(hidden, last);
    struct scene scene = {0};
    double difference = 0;
    double length = 0;

    scene_init(&scene, &spec, "ref");
    loss_of(&scene);
    CU_ASSERT(network_backward(&scene.network, scene.parameters.data, scene.gradient.data, NULL) ==
              0);
    for (int64_t i = 0; i < scene.model.size; i++) {
        double here = tensor_get(&scene.parameters, i);
        double given = tensor_get(&scene.gradient, i);
        double slope;

        tensor_set(&scene.parameters, i, here + STEP);
        slope = loss_of(&scene);
        tensor_set(&scene.parameters, i, here - STEP);
        slope = (slope - loss_of(&scene)) / (2 * STEP);
        tensor_set(&scene.parameters, i, here);
        difference += (slope - given) * (slope - given);
        length += slope * slope;
    }
    CU_ASSERT(length > 0.01);
    CU_ASSERT(sqrt(difference / length) <= 1e-6);
    scene_done(&scene);
}

static void gradients_are_the_slopes_of_the_loss(void)
{
    for (int hidden = ACTIVATION_NONE; hidden <= ACTIVATION_SIGMOID; hidden++) {
        gradient_check((enum training_activation)hidden, ACTIVATION_SOFTMAX);
        gradient_check(ACTIVATION_TANH, (enum training_activation)hidden);
    }
}

static void the_cpu_agrees_with_the_reference(void)
{
    for (int hidden = ACTIVATION_NONE; hidden <= ACTIVATION_SIGMOID; hidden++) {
        struct training_model spec =
            small_model((enum training_activation)hidden, ACTIVATION_SOFTMAX);
        struct scene cpu = {0}, ref = {0};
        struct numbers both;

        scene_init(&cpu, &spec, "cpu");
        scene_init(&ref, &spec, "ref");
        CU_ASSERT(fabs(loss_of(&cpu) - loss_of(&ref)) <= 5e-6 * loss_of(&ref));
        network_backward(&cpu.network, cpu.parameters.data, cpu.gradient.data, NULL);
        network_backward(&ref.network, ref.parameters.data, ref.gradient.data, NULL);
        both = (struct numbers){cpu.model.size, cpu.gradient.data, ref.gradient.data};
        CU_ASSERT(numbers_distance(&both) <= 5e-6);
        scene_done(&cpu);
        scene_done(&ref);
    }
}

static void classes_and_probabilities_follow_the_logits(void)
{
    struct training_model spec = small_model(ACTIVATION_RELU, ACTIVATION_SOFTMAX);
    struct scene scene = {0};
    int32_t classes[ROWS] = {0};
    const double *probability;

    scene_init(&scene, &spec, "ref");
    loss_of(&scene);
    CU_ASSERT(network_classes(&scene.network, classes, NULL) == 0);
    CU_ASSERT(network_probabilities(&scene.network, NULL) == 0);
    probability = network_logits(&scene.network);
    for (int64_t row = 0; row < ROWS; row++, probability += CLASSES) {
        double sum = 0;
        double most = 0;

        for (int i = 0; i < CLASSES; i++) {
            sum += probability[i];
            most = fmax(most, probability[i]);
        }
        CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-12);
        CU_ASSERT(probability[classes[row]] == most);
    }
    scene_done(&scene);
}

/* A backend whose k-th operation fails: the table of the reference behind a counter. */
struct faulty {
    struct backend backend;
    int *left;
};

static int faulty_now(const struct backend *backend, struct error *error)
{
    int *left = ((const struct faulty *)backend)->left;

    return --*left ? 0 : error_set(error, "the device is gone");
}

/* FAULTY(operation, (parameters), (arguments)): the operation behind the counter */
#define FAULTY(name, parameters, arguments)                                                        \
    static int faulty_##name parameters                                                            \
    {                                                                                              \
        return faulty_now(backend, error) ? -1 : ref_##name arguments;                             \
    }

FAULTY(gemm,
       (const struct backend *backend, const struct gemm *call, struct error *error),
       (backend, call, error))
FAULTY(bias_activation,
       (const struct backend *backend, const struct bias_activation *call, struct error *error),
       (backend, call, error))
FAULTY(activation_gradient,
       (const struct backend *backend, const struct activation_gradient *call, struct error *error),
       (backend, call, error))
FAULTY(cross_entropy,
       (const struct backend *backend, const struct cross_entropy *call, struct error *error),
       (backend, call, error))
FAULTY(bias_gradient,
       (const struct backend *backend,
        int64_t rows,
        int64_t columns,
        const void *gradient,
        void *sum,
        struct error *error),
       (backend, rows, columns, gradient, sum, error))
FAULTY(argmax,
       (const struct backend *backend,
        int64_t rows,
        int64_t columns,
        const void *values,
        int32_t *indices,
        struct error *error),
       (backend, rows, columns, values, indices, error))
FAULTY(softmax,
       (const struct backend *backend,
        int64_t rows,
        int64_t columns,
        void *values,
        struct error *error),
       (backend, rows, columns, values, error))

static int everything(struct scene *scene, struct error *error)
{
    struct network *network = &scene->network;
    int32_t classes[ROWS];
    double sum;

    if (network_forward(network, scene->parameters.data, error) ||
        network_loss(network, labels, &sum, error) ||
        network_backward(network, scene->parameters.data, scene->gradient.data, error) ||
        network_classes(network, classes, error))
        return -1;
    return network_probabilities(network, error);
}

static void a_failing_operation_is_passed_up(void)
{
    static const struct backend_table table = {.gemm = faulty_gemm,
                                               .bias_activation = faulty_bias_activation,
                                               .activation_gradient = faulty_activation_gradient,
                                               .cross_entropy = faulty_cross_entropy,
                                               .bias_gradient = faulty_bias_gradient,
                                               .argmax = faulty_argmax,
                                               .softmax = faulty_softmax};
    struct training_model spec = small_model(ACTIVATION_TANH, ACTIVATION_SOFTMAX);
    struct scene scene = {0};
    struct faulty faulty = {.backend = {.table = &table, .type = TENSOR_FLOAT64}};
    int k = 0;
    int left;

    scene_init(&scene, &spec, "ref");
    faulty.left = &left;
    scene.network.backend = &faulty.backend;
    do {
        struct error error = {""};
        int outcome;

        left = ++k;
        outcome = everything(&scene, &error);
        CU_ASSERT(outcome == (left > 0 ? 0 : -1));
        CU_ASSERT(outcome == 0 || strcmp(error.text, "the device is gone") == 0);
    } while (left <= 0);
    CU_ASSERT(k == 20);
    scene_done(&scene);
}

static void a_batch_beyond_memory_is_refused(void)
{
    struct training_model spec = small_model(ACTIVATION_RELU, ACTIVATION_SOFTMAX);
    CLEAN(backend) struct backend *backend = ref_new();
    struct network network;
    struct model model;
    struct error error = {""};

    CU_ASSERT_FATAL(model_init(&model, &spec, NULL) == 0);
    CU_ASSERT(network_init(&network, &model, backend, INT64_MAX / 4, &error) == -1);
    CU_ASSERT(strstr(error.text, "no memory for the activations") != NULL);
    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(network_init(&network, &model, backend, 1, &error) == -1);
    CU_ASSERT(fault_disarm());
}

SUITE("trainer model network",
      {"gradients are the slopes of the loss", gradients_are_the_slopes_of_the_loss},
      {"the cpu agrees with the reference", the_cpu_agrees_with_the_reference},
      {"classes and probabilities follow the logits", classes_and_probabilities_follow_the_logits},
      {"a failing operation is passed up", a_failing_operation_is_passed_up},
      {"a batch beyond memory is refused", a_batch_beyond_memory_is_refused})
