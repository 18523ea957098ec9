/* cpu - the table of the processor backend: it hands every operation to the set of loops in use. */
#include "trainer/backend/cpu/cpu.h"

#include <stdlib.h>

#include "base/memory.h"
#include "trainer/backend/cpu/kernels.h"

struct cpu {
    struct backend backend;
    const struct cpu_kernels *kernels;
};

static const struct cpu_kernels *kernels_of(const struct backend *backend)
{
    return ((const struct cpu *)backend)->kernels;
}

static int cpu_bias_activation(const struct backend *backend,
                               const struct bias_activation *call,
                               struct error *error)
{
    (void)error;
    kernels_of(backend)->bias_activation(call);
    return 0;
}

static int cpu_activation_gradient(const struct backend *backend,
                                   const struct activation_gradient *call,
                                   struct error *error)
{
    (void)error;
    kernels_of(backend)->activation_gradient(call);
    return 0;
}

static int cpu_bias_gradient(const struct backend *backend,
                             int64_t rows,
                             int64_t columns,
                             const void *gradient,
                             void *sum,
                             struct error *error)
{
    (void)error;
    kernels_of(backend)->bias_gradient(rows, columns, gradient, sum);
    return 0;
}

static int cpu_softmax(
    const struct backend *backend, int64_t rows, int64_t columns, void *values, struct error *error)
{
    (void)error;
    kernels_of(backend)->softmax(rows, columns, values);
    return 0;
}

static int cpu_cross_entropy(const struct backend *backend,
                             const struct cross_entropy *call,
                             struct error *error)
{
    (void)error;
    kernels_of(backend)->cross_entropy(call);
    return 0;
}

static int cpu_argmax(const struct backend *backend,
                      int64_t rows,
                      int64_t columns,
                      const void *values,
                      int32_t *indices,
                      struct error *error)
{
    (void)error;
    kernels_of(backend)->argmax(rows, columns, values, indices);
    return 0;
}

static int cpu_axpy(const struct backend *backend,
                    int64_t count,
                    double alpha,
                    const void *x,
                    void *y,
                    struct error *error)
{
    (void)error;
    kernels_of(backend)->axpy(count, (float)alpha, x, y);
    return 0;
}

static int cpu_scale(
    const struct backend *backend, int64_t count, double factor, void *x, struct error *error)
{
    (void)error;
    kernels_of(backend)->scale(count, (float)factor, x);
    return 0;
}

static int cpu_fill(
    const struct backend *backend, int64_t count, double value, void *x, struct error *error)
{
    (void)error;
    kernels_of(backend)->fill(count, (float)value, x);
    return 0;
}

static int cpu_from_bytes(const struct backend *backend,
                          int64_t count,
                          double factor,
                          const uint8_t *bytes,
                          void *out,
                          struct error *error)
{
    (void)error;
    kernels_of(backend)->from_bytes(count, (float)factor, bytes, out);
    return 0;
}

static int cpu_sum_of_squares(
    const struct backend *backend, int64_t count, const void *x, double *sum, struct error *error)
{
    (void)error;
    *sum = kernels_of(backend)->sum_of_squares(count, x);
    return 0;
}

static int cpu_sgd(const struct backend *backend,
                   const struct optimizer_step *call,
                   struct error *error)
{
    (void)error;
    kernels_of(backend)->sgd(call);
    return 0;
}

static int cpu_momentum(const struct backend *backend,
                        const struct optimizer_step *call,
                        struct error *error)
{
    (void)error;
    kernels_of(backend)->momentum(call);
    return 0;
}

static int cpu_adamw(const struct backend *backend,
                     const struct optimizer_step *call,
                     struct error *error)
{
    (void)error;
    kernels_of(backend)->adamw(call);
    return 0;
}

static void cpu_free(struct backend *backend)
{
    free(backend);
}

static const struct backend_table cpu_table = {
    .gemm = cpu_gemm,
    .bias_activation = cpu_bias_activation,
    .activation_gradient = cpu_activation_gradient,
    .bias_gradient = cpu_bias_gradient,
    .softmax = cpu_softmax,
    .cross_entropy = cpu_cross_entropy,
    .argmax = cpu_argmax,
    .axpy = cpu_axpy,
    .scale = cpu_scale,
    .fill = cpu_fill,
    .from_bytes = cpu_from_bytes,
    .sum_of_squares = cpu_sum_of_squares,
    .sgd = cpu_sgd,
    .momentum = cpu_momentum,
    .adamw = cpu_adamw,
    .free = cpu_free,
};

const struct cpu_kernels *cpu_kernels(size_t index)
{
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        if (!index)
            return &cpu_kernels_avx2;
        index--;
    }
#endif
    return index ? NULL : &cpu_kernels_baseline;
}

struct backend *cpu_new(const struct cpu_kernels *kernels)
{
    struct cpu *cpu = memory_get(1, sizeof *cpu);

    cpu->backend.table = &cpu_table;
    cpu->backend.type = TENSOR_FLOAT32;
    cpu_gemm_name(cpu->backend.kernels);
    cpu->kernels = kernels;
    return &cpu->backend;
}
