/* loops activation - bias and activation over rows, and back. Included by each set of kernels. */
#ifndef TRAINER_BACKEND_CPU_LOOPS_ACTIVATION_H
#define TRAINER_BACKEND_CPU_LOOPS_ACTIVATION_H

#include <assert.h>

#include "trainer/backend/cpu/cpu.h"
#include "trainer/backend/cpu/loops/math.h"

static void loop_bias(int64_t count, const float *restrict bias, float *restrict before)
{
    for (int64_t i = 0; i < count; i++)
        before[i] += bias[i];
}

static void loop_relu(int64_t count, const float *restrict before, float *restrict after)
{
    for (int64_t i = 0; i < count; i++)
        after[i] = before[i] < 0.0f ? 0.0f : before[i];
}

static void loop_gelu(int64_t count, const float *restrict before, float *restrict after)
{
    for (int64_t i = 0; i < count; i++) {
        float density;

        after[i] = before[i] * loop_normal(before[i], &density);
    }
}

static void loop_tanhs(int64_t count, const float *restrict before, float *restrict after)
{
    for (int64_t i = 0; i < count; i++)
        after[i] = loop_tanh(before[i]);
}

static void loop_sigmoids(int64_t count, const float *restrict before, float *restrict after)
{
    for (int64_t i = 0; i < count; i++)
        after[i] = loop_sigmoid(before[i]);
}

static void loop_activation(enum training_activation type,
                            int64_t count,
                            const float *before,
                            float *after)
{
    switch (type) {
    case ACTIVATION_RELU:
        loop_relu(count, before, after);
        break;
    case ACTIVATION_GELU:
        loop_gelu(count, before, after);
        break;
    case ACTIVATION_TANH:
        loop_tanhs(count, before, after);
        break;
    case ACTIVATION_SIGMOID:
        loop_sigmoids(count, before, after);
        break;
    case ACTIVATION_NONE:
    case ACTIVATION_SOFTMAX:
        break;
    }
}

static void loop_bias_activation(const struct bias_activation *call)
{
    assert(call->type != ACTIVATION_SOFTMAX);
    for (int64_t row = 0; row < call->rows; row++) {
        float *before = (float *)call->before + row * call->columns;

        loop_bias(call->columns, call->bias, before);
        if (call->type != ACTIVATION_NONE)
            loop_activation(
                call->type, call->columns, before, (float *)call->after + row * call->columns);
    }
}

static void loop_relu_gradient(int64_t count,
                               const float *restrict before,
                               float *restrict gradient)
{
    for (int64_t i = 0; i < count; i++)
        gradient[i] = before[i] > 0.0f ? gradient[i] : 0.0f;
}

static void loop_gelu_gradient(int64_t count,
                               const float *restrict before,
                               float *restrict gradient)
{
    for (int64_t i = 0; i < count; i++) {
        float density;
        float below = loop_normal(before[i], &density);

        gradient[i] *= below + before[i] * (0.398942280f * density); /* 1 / sqrt(2 pi) */
    }
}

static void loop_tanh_gradient(int64_t count, const float *restrict after, float *restrict gradient)
{
    for (int64_t i = 0; i < count; i++)
        gradient[i] *= 1.0f - after[i] * after[i];
}

static void loop_sigmoid_gradient(int64_t count,
                                  const float *restrict after,
                                  float *restrict gradient)
{
    for (int64_t i = 0; i < count; i++)
        gradient[i] *= after[i] * (1.0f - after[i]);
}

static void loop_activation_gradient(const struct activation_gradient *call)
{
    int64_t count = call->rows * call->columns;

    assert(call->type != ACTIVATION_SOFTMAX);
    switch (call->type) {
    case ACTIVATION_RELU:
        loop_relu_gradient(count, call->before, call->gradient);
        break;
    case ACTIVATION_GELU:
        loop_gelu_gradient(count, call->before, call->gradient);
        break;
    case ACTIVATION_TANH:
        loop_tanh_gradient(count, call->after, call->gradient);
        break;
    case ACTIVATION_SIGMOID:
        loop_sigmoid_gradient(count, call->after, call->gradient);
        break;
    case ACTIVATION_NONE:
    case ACTIVATION_SOFTMAX:
        break;
    }
}

static void loop_bias_gradient(int64_t rows,
                               int64_t columns,
                               const float *gradient,
                               float *restrict sum)
{
    memcpy(sum, gradient, (size_t)columns * sizeof *sum);
    for (int64_t row = 1; row < rows; row++) {
        const float *restrict from = gradient + row * columns;

        for (int64_t i = 0; i < columns; i++)
            sum[i] += from[i];
    }
}

#endif
