/* bench_step - measures a training step of the reference model 784-1024-512-10 in one process, and
 * what its parts take: global batch 128 in micro-batches of 32, adamw.
 *
 * Every operation of the backend goes through a clock. Prints a table for people and, with --json,
 * one JSON object for tools. Figures are of the median step. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/options.h"
#include "trainer/data/digits_file.h"
#include "trainer/train/step.h"

#define SAMPLES 2560
#define WARM    20

enum part { PART_GEMM, PART_ACTIVATION, PART_LOSS, PART_ADD, PART_INPUT, PART_OPTIMIZER, PARTS };

static const char *const part_names[PARTS] = {
    "products", "activations and biases", "loss", "adding gradients", "input", "optimizer"};

/* A backend before another one. */
struct timed {
    struct backend backend;
    const struct backend *inner;
    int64_t *spent; /* nanoseconds of each part, in this step */
};

struct measure {
    int64_t whole;
    int64_t parts[PARTS];
};

/* TIMED(part, operation, (parameters), (arguments)): the operation of the inner backend, timed */
#define TIMED(part, name, parameters, arguments)                                                   \
    static int timed_##name parameters                                                             \
    {                                                                                              \
        const struct timed *timed = (const struct timed *)backend;                                 \
        int64_t began = clock_now();                                                               \
        int outcome;                                                                               \
                                                                                                   \
        backend = timed->inner;                                                                    \
        outcome = backend->table->name arguments;                                                  \
        timed->spent[part] += clock_now() - began;                                                 \
        return outcome;                                                                            \
    }

TIMED(PART_GEMM,
      gemm,
      (const struct backend *backend, const struct gemm *call, struct error *error),
      (backend, call, error))
TIMED(PART_ACTIVATION,
      bias_activation,
      (const struct backend *backend, const struct bias_activation *call, struct error *error),
      (backend, call, error))
TIMED(PART_ACTIVATION,
      activation_gradient,
      (const struct backend *backend, const struct activation_gradient *call, struct error *error),
      (backend, call, error))
TIMED(PART_ACTIVATION,
      bias_gradient,
      (const struct backend *backend,
       int64_t rows,
       int64_t columns,
       const void *gradient,
       void *sum,
       struct error *error),
      (backend, rows, columns, gradient, sum, error))
TIMED(PART_LOSS,
      cross_entropy,
      (const struct backend *backend, const struct cross_entropy *call, struct error *error),
      (backend, call, error))
TIMED(PART_ADD,
      axpy,
      (const struct backend *backend,
       int64_t count,
       double alpha,
       const void *x,
       void *y,
       struct error *error),
      (backend, count, alpha, x, y, error))
TIMED(PART_INPUT,
      from_bytes,
      (const struct backend *backend,
       int64_t count,
       double factor,
       const uint8_t *bytes,
       void *out,
       struct error *error),
      (backend, count, factor, bytes, out, error))
TIMED(PART_OPTIMIZER,
      adamw,
      (const struct backend *backend, const struct optimizer_step *call, struct error *error),
      (backend, call, error))

static const struct backend_table timed_table = {.gemm = timed_gemm,
                                                 .bias_activation = timed_bias_activation,
                                                 .activation_gradient = timed_activation_gradient,
                                                 .bias_gradient = timed_bias_gradient,
                                                 .cross_entropy = timed_cross_entropy,
                                                 .axpy = timed_axpy,
                                                 .from_bytes = timed_from_bytes,
                                                 .adamw = timed_adamw};

static struct training reference_training(const char *prefix)
{
    return (struct training){.model = {.shape = {784},
                                       .dimensions = 1,
                                       .input_size = 784,
                                       .layers = {{LAYER_DENSE, 1024, ACTIVATION_RELU},
                                                  {LAYER_DENSE, 512, ACTIVATION_RELU},
                                                  {LAYER_DENSE, 10, ACTIVATION_SOFTMAX}},
                                       .layer_count = 3},
                             .data = {.train = memory_text(prefix)},
                             .optimizer = {.type = OPTIMIZER_ADAMW,
                                           .learning_rate = 0.001,
                                           .beta1 = 0.9,
                                           .beta2 = 0.999,
                                           .epsilon = 1e-8},
                             .batch = {.global = 128, .micro = 32},
                             .epochs = 1000};
}

static int compare(const void *left, const void *right)
{
    const struct measure *a = left;
    const struct measure *b = right;

    return (a->whole > b->whole) - (a->whole < b->whole);
}

/* Takes the steps and measures those after the warm-up. Returns 0 or -1. */
static int steps_take(struct learner *learner,
                      struct timed *timed,
                      struct measure *measures,
                      int64_t count,
                      struct error *error)
{
    struct comm *comm = comm_self_new();
    struct order order = step_order(&learner->plan, comm);
    struct state state;
    bool stop;
    int outcome = state_init(&state, &learner->model, OPTIMIZER_ADAMW, error);

    if (!outcome)
        outcome = learner_reserve(learner, &order, 0, error);
    if (!outcome)
        state_begin(&state, 1);
    for (int64_t i = -WARM; !outcome && i < count; i++) {
        struct measure *measure = &measures[i < 0 ? 0 : i];
        int64_t began = clock_now();

        *measure = (struct measure){0};
        timed->spent = measure->parts;
        outcome = step_run(learner, &state, comm, false, &stop, error);
        measure->whole = clock_now() - began;
    }
    state_done(&state);
    comm_free(comm);
    return outcome;
}

static void measures_print(const struct measure *median, const char *kernels, bool json)
{
    double whole = clock_to_ms(median->whole);
    double rest = whole;

    if (json)
        printf("{\"bench\":\"step\",\"kernels\":\"%s\",\"ms\":%.3f", kernels, whole);
    else
        printf("step of 128 samples, %s: %.2f ms, %.0f samples/s\n", kernels, whole, 128e3 / whole);
    for (int part = 0; part < PARTS; part++) {
        double ms = clock_to_ms(median->parts[part]);

        rest -= ms;
        if (json)
            printf(",\"%s\":%.3f", part_names[part], ms);
        else
            printf("  %-24s %6.2f ms  %4.1f %%\n", part_names[part], ms, 100 * ms / whole);
    }
    printf(json ? ",\"rest\":%.3f}\n" : "  rest                     %6.2f ms\n", rest);
}

static int bench(const char *prefix, int64_t count, bool json, struct error *error)
{
    CLEAN_FREE struct measure *measures = memory_get((size_t)count, sizeof *measures);
    CLEAN(training) struct training training = reference_training(prefix);
    CLEAN(learner) struct learner learner = {0};
    struct timed timed = {.backend.table = &timed_table, .backend.type = TENSOR_FLOAT32};
    struct backend *backend;
    int outcome;

    if (digits_write(&(struct digits_request){prefix, SAMPLES, 1, 1, true}, error) ||
        learner_init(&learner, &training, error))
        return -1;
    backend = learner.backend;
    timed.inner = backend;
    learner.backend = &timed.backend;
    learner.network.backend = &timed.backend;
    outcome = steps_take(&learner, &timed, measures, count, error);
    learner.backend = backend;
    if (outcome)
        return -1;
    qsort(measures, (size_t)count, sizeof *measures, compare);
    measures_print(&measures[count / 2], backend->kernels, json);
    return 0;
}

int main(int argc, char **argv)
{
    char directory[] = "/tmp/muster-bench-XXXXXX";
    CLEAN(text) struct text prefix = {0};
    int64_t steps = 200;
    bool json = false;
    const struct option_row rows[] = {
        {"steps", 'n', OPTION_INTEGER, "N", "steps to measure (200)", &steps, 1, 1000000},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object", &json, 0, 0},
    };
    const struct options options = {.program = "bench-step",
                                    .operands = "",
                                    .summary = "Measures a training step of the reference model.",
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome)
        return outcome > 0 ? 0 : options_refuse(&options, &error);
    if (!mkdtemp(directory))
        return 1;
    text_addf(&prefix, "%s/digits", directory);
    outcome = bench(prefix.data, steps, json, &error);
    if (outcome)
        fprintf(stderr, "bench-step: %s\n", error.text);
    file_remove_tree(directory, NULL);
    return outcome ? 1 : 0;
}
