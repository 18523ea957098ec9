/* The cpu backend, with every set of loops that this machine runs, against the reference. */
#include "trainer/backend/backend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "support/numbers.h"
#include "trainer/backend/cpu/cpu.h"
#include "trainer/backend/ref/ref.h"

#define GATE   5e-6
#define ROUNDS 40

/* The backends under test and their judge. */
struct bench {
    struct backend *cpu;
    struct backend *ref;
    uint64_t random;
};

typedef void (*bench_test)(struct bench *bench);

static void with_every_set(bench_test test)
{
    const struct cpu_kernels *kernels;

    for (size_t i = 0; (kernels = cpu_kernels(i)) != NULL; i++) {
        struct bench bench = {cpu_new(kernels), ref_new(), check_seed()};

        for (int round = 0; round < ROUNDS; round++)
            test(&bench);
        backend_free(bench.cpu);
        backend_free(bench.ref);
    }
}

static void gemm_once(struct bench *bench)
{
    static const double factors[] = {0, 1, -0.5};
    struct gemm call = {
        .transpose_a = numbers_between(&bench->random, 0, 1),
        .transpose_b = numbers_between(&bench->random, 0, 1),
        .rows = numbers_between(&bench->random, 1, 67),
        .columns = numbers_between(&bench->random, 1, 67),
        .inner = numbers_between(&bench->random, 1, 130),
        .alpha = factors[numbers_between(&bench->random, 1, 2)],
        .beta = factors[numbers_between(&bench->random, 0, 2)],
    };
    struct numbers a = numbers_new(&bench->random, call.rows * call.inner, 1);
    struct numbers b = numbers_new(&bench->random, call.inner * call.columns, 1);
    struct numbers c = numbers_new(&bench->random, call.rows * call.columns, 1);

    if (call.beta == 0)
        c.single[0] = NAN;
    call.a = a.single, call.b = b.single, call.c = c.single;
    CU_ASSERT(bench->cpu->table->gemm(bench->cpu, &call, NULL) == 0);
    if (call.beta == 0)
        c.wide[0] = NAN;
    call.a = a.wide, call.b = b.wide, call.c = c.wide;
    CU_ASSERT(bench->ref->table->gemm(bench->ref, &call, NULL) == 0);
    CU_ASSERT(numbers_distance(&c) <= GATE);
    numbers_free(&a);
    numbers_free(&b);
    numbers_free(&c);
}

static void gemm_agrees(void)
{
    with_every_set(gemm_once);
}

static void gemm_beyond_blas_is_refused(void)
{
    struct backend *backend = cpu_new(cpu_kernels(0));
    struct gemm call = {.rows = 1, .columns = 1, .inner = 1};
    struct error error = {""};
    int64_t *sizes[] = {&call.rows, &call.columns, &call.inner};

    for (int i = 0; i < 3; i++) {
        *sizes[i] = 1LL << 31;
        CU_ASSERT(backend->table->gemm(backend, &call, &error) == -1);
        CU_ASSERT(strstr(error.text, "more than BLAS counts") != NULL);
        *sizes[i] = 1;
    }
    backend_free(backend);
}

static void activation_once(struct bench *bench)
{
    enum training_activation type = (enum training_activation)numbers_between(
        &bench->random, ACTIVATION_NONE, ACTIVATION_SIGMOID);
    int64_t rows = numbers_between(&bench->random, 1, 9);
    int64_t columns = numbers_between(&bench->random, 1, 77);
    double size = numbers_between(&bench->random, 0, 1) ? 0.5 : 12;
    struct numbers bias = numbers_new(&bench->random, columns, size);
    struct numbers before = numbers_new(&bench->random, rows * columns, size);
    struct numbers after = numbers_new(&bench->random, rows * columns, size);
    struct numbers gradient = numbers_new(&bench->random, rows * columns, 1);
    struct bias_activation call = {type, rows, columns, bias.single, before.single, after.single};
    struct bias_activation judge = {type, rows, columns, bias.wide, before.wide, after.wide};
    struct activation_gradient back = {
        type, rows, columns, before.single, after.single, gradient.single};
    struct activation_gradient judge_back = {
        type, rows, columns, before.wide, after.wide, gradient.wide};

    CU_ASSERT(bench->cpu->table->bias_activation(bench->cpu, &call, NULL) == 0);
    CU_ASSERT(bench->ref->table->bias_activation(bench->ref, &judge, NULL) == 0);
    CU_ASSERT(numbers_distance(&before) <= GATE && numbers_distance(&after) <= GATE);
    /* the judge of the derivative begins from the same rounded numbers */
    for (int64_t i = 0; i < rows * columns; i++) {
        before.wide[i] = (double)before.single[i];
        after.wide[i] = (double)after.single[i];
    }
    CU_ASSERT(bench->cpu->table->activation_gradient(bench->cpu, &back, NULL) == 0);
    CU_ASSERT(bench->ref->table->activation_gradient(bench->ref, &judge_back, NULL) == 0);
    CU_ASSERT(numbers_distance(&gradient) <= GATE);
    numbers_free(&bias);
    numbers_free(&before);
    numbers_free(&after);
    numbers_free(&gradient);
}

static void activations_agree(void)
{
    with_every_set(activation_once);
}

/* One activation at one point: close to the reference, and a NaN where a NaN goes in. */
static void edge_hold(struct bench *bench, enum training_activation type, float edge)
{
    float zero = 0, before = edge, after = 0;
    double wide_zero = 0, wide_before = (double)edge, wide_after = 0;
    struct bias_activation call = {type, 1, 1, &zero, &before, &after};
    struct bias_activation judge = {type, 1, 1, &wide_zero, &wide_before, &wide_after};
    double size = fabs(wide_before) < 1 ? fabs(wide_before) + 1e-3 : 1;

    bench->cpu->table->bias_activation(bench->cpu, &call, NULL);
    bench->ref->table->bias_activation(bench->ref, &judge, NULL);
    if (isinf(wide_after))
        CU_ASSERT((double)after == wide_after);
    if (isfinite(wide_after))
        CU_ASSERT(fabs((double)after - wide_after) <= GATE * fmax(size, fabs(wide_after)));
    before = NAN;
    bench->cpu->table->bias_activation(bench->cpu, &call, NULL);
    CU_ASSERT(isnan(after));
}

/* Where the functions are steep, flat, huge or infinite. */
static void edges_once(struct bench *bench)
{
    static const float edges[] = {0.0f,  -0.0f,  1e-20f, -1e-20f, 0.6249f, 0.6251f, -0.625f,
                                  87.0f, -87.0f, 88.0f,  -90.0f,  1e30f,   -1e30f,  INFINITY,
                                  8.5f,  -8.5f,  43.5f,  -43.6f,  3.0f,    -3.0f,   5.0f};

    for (int type = ACTIVATION_RELU; type <= ACTIVATION_SIGMOID; type++) {
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            edge_hold(bench, (enum training_activation)type, edges[i]);
    }
}

static void activations_hold_at_the_edges(void)
{
    with_every_set(edges_once);
}

static void bias_gradient_once(struct bench *bench)
{
    int64_t rows = numbers_between(&bench->random, 1, 40);
    int64_t columns = numbers_between(&bench->random, 1, 77);
    struct numbers gradient = numbers_new(&bench->random, rows * columns, 1);
    struct numbers sum = numbers_new(&bench->random, columns, 1);

    CU_ASSERT(bench->cpu->table->bias_gradient(
                  bench->cpu, rows, columns, gradient.single, sum.single, NULL) == 0);
    CU_ASSERT(bench->ref->table->bias_gradient(
                  bench->ref, rows, columns, gradient.wide, sum.wide, NULL) == 0);
    CU_ASSERT(numbers_distance(&sum) <= GATE);
    numbers_free(&gradient);
    numbers_free(&sum);
}

static void bias_gradients_agree(void)
{
    with_every_set(bias_gradient_once);
}

static void softmax_once(struct bench *bench)
{
    int64_t rows = numbers_between(&bench->random, 1, 9);
    int64_t columns = numbers_between(&bench->random, 1, 77);
    struct numbers values = numbers_new(&bench->random, rows * columns, 15);

    CU_ASSERT(bench->cpu->table->softmax(bench->cpu, rows, columns, values.single, NULL) == 0);
    CU_ASSERT(bench->ref->table->softmax(bench->ref, rows, columns, values.wide, NULL) == 0);
    CU_ASSERT(numbers_distance(&values) <= GATE);
    numbers_free(&values);
}

static void softmax_agrees(void)
{
    with_every_set(softmax_once);
}

static void cross_entropy_once(struct bench *bench)
{
    int64_t rows = numbers_between(&bench->random, 1, 33);
    int64_t columns = numbers_between(&bench->random, 1, 77);
    struct numbers logits = numbers_new(&bench->random, rows * columns, 15);
    struct numbers losses = numbers_new(&bench->random, rows, 1);
    struct numbers gradient = numbers_new(&bench->random, rows * columns, 1);
    int32_t labels[33];
    struct cross_entropy call = {
        rows, columns, logits.single, labels, losses.single, gradient.single};
    struct cross_entropy judge = {rows, columns, logits.wide, labels, losses.wide, gradient.wide};

    for (int64_t i = 0; i < rows; i++)
        labels[i] = (int32_t)numbers_between(&bench->random, BACKEND_IGNORED, columns - 1);
    if (numbers_between(&bench->random, 0, 1))
        call.logits = memcpy(gradient.single, logits.single, (size_t)logits.count * sizeof(float));
    CU_ASSERT(bench->cpu->table->cross_entropy(bench->cpu, &call, NULL) == 0);
    CU_ASSERT(bench->ref->table->cross_entropy(bench->ref, &judge, NULL) == 0);
    CU_ASSERT(numbers_distance(&losses) <= GATE && numbers_distance(&gradient) <= GATE);
    for (int64_t i = 0; i < rows; i++)
        CU_ASSERT(labels[i] != BACKEND_IGNORED || losses.single[i] == 0);
    numbers_free(&logits);
    numbers_free(&losses);
    numbers_free(&gradient);
}

static void cross_entropy_agrees(void)
{
    with_every_set(cross_entropy_once);
}

static void bad_logit_once(struct bench *bench)
{
    int32_t label = 1;
    float logits[3] = {1, 2, 3};
    float gradient[3];
    float loss = 0;
    struct cross_entropy call = {1, 3, logits, &label, &loss, gradient};

    logits[numbers_between(&bench->random, 0, 2)] = NAN;
    bench->cpu->table->cross_entropy(bench->cpu, &call, NULL);
    CU_ASSERT(isnan(loss));
}

static void a_logit_that_is_no_number_shows_in_the_loss(void)
{
    with_every_set(bad_logit_once);
}

static void argmax_once(struct bench *bench)
{
    int64_t rows = numbers_between(&bench->random, 1, 9);
    int64_t columns = numbers_between(&bench->random, 1, 77);
    struct numbers values = numbers_new(&bench->random, rows * columns, 1);
    int32_t found[9], judged[9];

    /* coarse values, so that there are ties */
    for (int64_t i = 0; i < values.count; i++) {
        values.single[i] = roundf(3 * values.single[i]);
        values.wide[i] = (double)values.single[i];
    }
    bench->cpu->table->argmax(bench->cpu, rows, columns, values.single, found, NULL);
    bench->ref->table->argmax(bench->ref, rows, columns, values.wide, judged, NULL);
    for (int64_t row = 0; row < rows; row++) {
        CU_ASSERT(found[row] == judged[row]);
        for (int32_t i = 0; i < found[row]; i++)
            CU_ASSERT(values.single[row * columns + i] < values.single[row * columns + found[row]]);
    }
    numbers_free(&values);
}

static void argmax_takes_the_lowest_of_equals(void)
{
    with_every_set(argmax_once);
}

static void vectors_once(struct bench *bench)
{
    int64_t count = numbers_between(&bench->random, 1, 300);
    double factor = (double)numbers_between(&bench->random, -8, 8) / 4;
    struct numbers x = numbers_new(&bench->random, count, 1);
    struct numbers y = numbers_new(&bench->random, count, 1);
    double sum, judged;
    uint8_t bytes[300];

    bench->cpu->table->sum_of_squares(bench->cpu, count, x.single, &sum, NULL);
    bench->ref->table->sum_of_squares(bench->ref, count, x.wide, &judged, NULL);
    CU_ASSERT(fabs(sum - judged) <= 1e-12 * (judged + 1));
    bench->cpu->table->axpy(bench->cpu, count, factor, x.single, y.single, NULL);
    bench->ref->table->axpy(bench->ref, count, factor, x.wide, y.wide, NULL);
    CU_ASSERT(numbers_distance(&y) <= GATE);
    bench->cpu->table->scale(bench->cpu, count, factor, x.single, NULL);
    bench->ref->table->scale(bench->ref, count, factor, x.wide, NULL);
    CU_ASSERT(numbers_distance(&x) <= GATE);
    bench->cpu->table->fill(bench->cpu, count, factor, x.single, NULL);
    bench->ref->table->fill(bench->ref, count, factor, x.wide, NULL);
    CU_ASSERT(numbers_distance(&x) == 0 && (double)x.single[count - 1] == factor);
    for (int64_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)numbers_between(&bench->random, 0, 255);
    bench->cpu->table->from_bytes(bench->cpu, count, 1.0 / 255, bytes, x.single, NULL);
    bench->ref->table->from_bytes(bench->ref, count, 1.0 / 255, bytes, x.wide, NULL);
    CU_ASSERT(numbers_distance(&x) <= GATE);
    numbers_free(&x);
    numbers_free(&y);
}

static void vector_operations_agree(void)
{
    with_every_set(vectors_once);
}

/* `which`: 0 sgd, 1 momentum, 2 adamw */
static int optimizer_call(const struct backend *backend,
                          int which,
                          const struct optimizer_step *call)
{
    if (which == 0)
        return backend->table->sgd(backend, call, NULL);
    return which == 1 ? backend->table->momentum(backend, call, NULL)
                      : backend->table->adamw(backend, call, NULL);
}

static void optimizers_once(struct bench *bench)
{
    int which = (int)numbers_between(&bench->random, 0, 2);
    int64_t count = numbers_between(&bench->random, 1, 300);
    struct numbers p = numbers_new(&bench->random, count, 1);
    struct numbers gradient = numbers_new(&bench->random, count, 1);
    struct numbers m = numbers_new(&bench->random, count, 1);
    struct numbers v = numbers_new(&bench->random, count, 1);
    struct optimizer_step call = {
        .count = count,
        .gradient_scale = 1.0 / 128,
        .learning_rate = 0.01,
        .momentum = 0.9,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .correction1 = 1 / (1 - 0.9),
        .correction2 = 1 / (1 - 0.999),
        .epsilon = 1e-8,
        .weight_decay = 0.01,
        .parameters = p.single,
        .gradient = gradient.single,
        .m = m.single,
        .v = v.single,
    };
    struct optimizer_step judge = call;

    for (int64_t i = 0; i < count; i++)
        v.wide[i] = (double)(v.single[i] = fabsf(v.single[i]));
    judge.parameters = p.wide, judge.gradient = gradient.wide, judge.m = m.wide, judge.v = v.wide;
    for (int step = 0; step < 3; step++) {
        CU_ASSERT(optimizer_call(bench->cpu, which, &call) == 0);
        CU_ASSERT(optimizer_call(bench->ref, which, &judge) == 0);
    }
    CU_ASSERT(numbers_distance(&p) <= GATE);
    CU_ASSERT(numbers_distance(&m) <= GATE && numbers_distance(&v) <= GATE);
    numbers_free(&p);
    numbers_free(&gradient);
    numbers_free(&m);
    numbers_free(&v);
}

static void optimizers_agree(void)
{
    with_every_set(optimizers_once);
}

/* Runs every own loop of a set on the same numbers and gathers the results. */
static void loops_gather(const struct cpu_kernels *kernels, float *out)
{
    enum { ROWS = 7, COLUMNS = 61, COUNT = ROWS * COLUMNS };
    uint64_t random = 77;
    struct numbers x = numbers_new(&random, COUNT, 9);
    struct numbers y = numbers_new(&random, COUNT, 9);
    struct numbers z = numbers_new(&random, COUNT, 0.1);
    int32_t labels[ROWS] = {3, 60, 0, -1, 5, 6, 7};
    struct cross_entropy loss = {ROWS, COLUMNS, x.single, labels, out, out + COUNT};
    struct optimizer_step adamw = {COUNT,
                                   0.125,
                                   0.01,
                                   0.9,
                                   0.9,
                                   0.999,
                                   10,
                                   1000,
                                   1e-8,
                                   0.01,
                                   x.single,
                                   y.single,
                                   z.single,
                                   out + 1024};

    kernels->cross_entropy(&loss);
    out += 1024;
    for (int type = ACTIVATION_RELU; type <= ACTIVATION_SIGMOID; type++) {
        struct bias_activation call = {
            (enum training_activation)type, ROWS, COLUMNS, z.single, x.single, out};
        struct activation_gradient back = {
            (enum training_activation)type, ROWS, COLUMNS, x.single, out, y.single};

        kernels->bias_activation(&call);
        kernels->activation_gradient(&back);
        out += 512;
    }
    out[0] = (float)kernels->sum_of_squares(COUNT, x.single);
    kernels->bias_gradient(ROWS, COLUMNS, y.single, out + 1);
    kernels->softmax(ROWS, COLUMNS, y.single);
    kernels->axpy(COUNT, 0.3f, x.single, z.single);
    adamw.v = out + 512;
    kernels->adamw(&adamw);
    adamw.m = y.single;
    kernels->momentum(&adamw);
    kernels->sgd(&adamw);
    memcpy(out + 1024, x.single, COUNT * sizeof(float));
    memcpy(out + 1536, y.single, COUNT * sizeof(float));
    memcpy(out + 2048, z.single, COUNT * sizeof(float));
    numbers_free(&x);
    numbers_free(&y);
    numbers_free(&z);
}

static void all_sets_give_the_same_bits(void)
{
    enum { ROOM = 8192 };
    float *first = memory_get(ROOM, sizeof *first);
    float *other = memory_get(ROOM, sizeof *other);
    const struct cpu_kernels *kernels;

    loops_gather(cpu_kernels(0), first);
    for (size_t i = 1; (kernels = cpu_kernels(i)) != NULL; i++) {
        memset(other, 0, ROOM * sizeof *other);
        loops_gather(kernels, other);
        CU_ASSERT(numbers_same_bits(first, other, ROOM));
    }
    free(first);
    free(other);
}

static void backends_are_found_by_name(void)
{
    CLEAN(backend) struct backend *best = NULL;
    CLEAN(backend) struct backend *ref = NULL;
    struct backend *none = NULL;
    struct error error = {""};

    CU_ASSERT(backend_new("auto", &best, NULL) == 0 && best && best->type == TENSOR_FLOAT32);
    CU_ASSERT(best && strncmp(best->kernels, "openblas-", 9) == 0);
    CU_ASSERT(backend_new("ref", &ref, NULL) == 0 && ref && ref->type == TENSOR_FLOAT64);
    CU_ASSERT(backend_new("abacus", &none, &error) == -1 && none == NULL);
    CU_ASSERT(strstr(error.text, "'abacus'; there are auto, cpu and ref") != NULL);
}

SUITE("trainer backend",
      {"gemm agrees with the reference", gemm_agrees},
      {"gemm beyond blas is refused", gemm_beyond_blas_is_refused},
      {"activations and derivatives agree with the reference", activations_agree},
      {"activations hold at the edges", activations_hold_at_the_edges},
      {"bias gradients agree with the reference", bias_gradients_agree},
      {"softmax agrees with the reference", softmax_agrees},
      {"cross-entropy agrees with the reference", cross_entropy_agrees},
      {"a logit that is no number shows in the loss", a_logit_that_is_no_number_shows_in_the_loss},
      {"argmax takes the lowest of equals", argmax_takes_the_lowest_of_equals},
      {"vector operations agree with the reference", vector_operations_agree},
      {"optimizers agree with the reference", optimizers_agree},
      {"all sets of loops give the same bits", all_sets_give_the_same_bits},
      {"backends are found by name", backends_are_found_by_name})
