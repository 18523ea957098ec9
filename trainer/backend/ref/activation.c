/* ref activation - activations, their derivatives, and the gradient of a bias. */
#include <assert.h>
#include <math.h>

#include "trainer/backend/ref/ref.h"

#define SQRT_HALF        0.70710678118654752440 /* sqrt(1/2) */
#define NORMAL_DENSITY_0 0.39894228040143267794 /* 1 / sqrt(2 pi) */

/* The normal distribution function. */
static double normal_below(double x)
{
    return 0.5 * erfc(-x * SQRT_HALF);
}

static double activate(enum training_activation type, double x)
{
    switch (type) {
    case ACTIVATION_RELU:
        return x < 0 ? 0 : x;
    case ACTIVATION_GELU:
        return x * normal_below(x);
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-x));
    case ACTIVATION_NONE:
    case ACTIVATION_SOFTMAX:
        break;
    }
    return x;
}

static double derivative(enum training_activation type, double before, double after)
{
    switch (type) {
    case ACTIVATION_RELU:
        return before > 0 ? 1 : 0;
    case ACTIVATION_GELU:
        return normal_below(before) + before * NORMAL_DENSITY_0 * exp(-before * before / 2);
    case ACTIVATION_TANH:
        return 1 - after * after;
    case ACTIVATION_SIGMOID:
        return after * (1 - after);
    case ACTIVATION_NONE:
    case ACTIVATION_SOFTMAX:
        break;
    }
    return 1;
}

int ref_bias_activation(const struct backend *backend,
                        const struct bias_activation *call,
                        struct error *error)
{
    const double *bias = call->bias;
    double *before = call->before;
    double *after = call->after;

    (void)backend;
    (void)error;
    assert(call->type != ACTIVATION_SOFTMAX);
    for (int64_t i = 0; i < call->rows * call->columns; i++) {
        before[i] += bias[i % call->columns];
        if (call->type != ACTIVATION_NONE)
            after[i] = activate(call->type, before[i]);
    }
    return 0;
}

int ref_activation_gradient(const struct backend *backend,
                            const struct activation_gradient *call,
                            struct error *error)
{
    const double *before = call->before;
    const double *after = call->after;
    double *gradient = call->gradient;

    (void)backend;
    (void)error;
    assert(call->type != ACTIVATION_SOFTMAX);
    if (call->type == ACTIVATION_NONE)
        return 0;
    for (int64_t i = 0; i < call->rows * call->columns; i++)
        gradient[i] *= derivative(call->type, before[i], after[i]);
    return 0;
}

int ref_bias_gradient(const struct backend *backend,
                      int64_t rows,
                      int64_t columns,
                      const void *gradient,
                      void *sum,
                      struct error *error)
{
    const double *from = gradient;
    double *to = sum;

    (void)backend;
    (void)error;
    for (int64_t column = 0; column < columns; column++) {
        to[column] = 0;
        for (int64_t row = 0; row < rows; row++)
            to[column] += from[row * columns + column];
    }
    return 0;
}
