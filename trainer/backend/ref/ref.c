/* ref - the table of the reference backend. */
#include "trainer/backend/ref/ref.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

static void ref_free(struct backend *backend)
{
    free(backend);
}

static const struct backend_table ref_table = {
    .gemm = ref_gemm,
    .bias_activation = ref_bias_activation,
    .activation_gradient = ref_activation_gradient,
    .bias_gradient = ref_bias_gradient,
    .softmax = ref_softmax,
    .cross_entropy = ref_cross_entropy,
    .argmax = ref_argmax,
    .axpy = ref_axpy,
    .scale = ref_scale,
    .fill = ref_fill,
    .from_bytes = ref_from_bytes,
    .sum_of_squares = ref_sum_of_squares,
    .sgd = ref_sgd,
    .momentum = ref_momentum,
    .adamw = ref_adamw,
    .free = ref_free,
};

struct backend *ref_new(void)
{
    struct backend *backend = memory_get(1, sizeof *backend);

    backend->table = &ref_table;
    backend->type = TENSOR_FLOAT64;
    snprintf(backend->kernels, sizeof backend->kernels, "ref");
    return backend;
}
