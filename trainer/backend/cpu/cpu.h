/* cpu - the backend that trains on processors: OpenBLAS for products, own loops for the rest, in
 * one thread.
 *
 * The own loops are compiled once for each set of instructions. They do no operation that a
 * compiler may reorder or fuse, and sum in lanes of fixed number, so that all sets give the same
 * bits. What the bits do depend on is the kernel that OpenBLAS chooses by the processor: that is
 * the backend's `kernels`, as in "openblas-0.3.21-Haswell". */
#ifndef TRAINER_BACKEND_CPU_H
#define TRAINER_BACKEND_CPU_H

#include "trainer/backend/backend.h"

/* The loops of one set of instructions, over floats. Arguments are as in backend.h. */
struct cpu_kernels {
    const char *name; /* "baseline", "avx2" */
    void (*bias_activation)(const struct bias_activation *call);
    void (*activation_gradient)(const struct activation_gradient *call);
    void (*bias_gradient)(int64_t rows, int64_t columns, const float *gradient, float *sum);
    void (*softmax)(int64_t rows, int64_t columns, float *values);
    void (*cross_entropy)(const struct cross_entropy *call);
    void (*argmax)(int64_t rows, int64_t columns, const float *values, int32_t *indices);
    void (*axpy)(int64_t count, float alpha, const float *x, float *y);
    void (*scale)(int64_t count, float factor, float *x);
    void (*fill)(int64_t count, float value, float *x);
    void (*from_bytes)(int64_t count, float factor, const uint8_t *bytes, float *out);
    double (*sum_of_squares)(int64_t count, const float *x);
    void (*sgd)(const struct optimizer_step *call);
    void (*momentum)(const struct optimizer_step *call);
    void (*adamw)(const struct optimizer_step *call);
};

/* Set number `index` of those that this machine can run, best first, or NULL past the last. There
 * is always one. */
const struct cpu_kernels *cpu_kernels(size_t index);

/* Makes a backend with these loops. Never NULL; freed with backend_free. */
struct backend *cpu_new(const struct cpu_kernels *kernels);

/* The product by OpenBLAS. Fails for sizes beyond what BLAS counts in. */
int cpu_gemm(const struct backend *backend, const struct gemm *call, struct error *error);

/* Names the kernel of OpenBLAS in use, and makes it keep to the calling thread. */
void cpu_gemm_name(char name[BACKEND_KERNELS]);

#endif
