/* loops vector - operations on arrays, element by element. Included by each set of kernels. */
#ifndef TRAINER_BACKEND_CPU_LOOPS_VECTOR_H
#define TRAINER_BACKEND_CPU_LOOPS_VECTOR_H

#include "trainer/backend/cpu/cpu.h"

#define LOOP_SQUARES 8 /* partial sums, whatever the width of a vector */

static void loop_axpy(int64_t count, float alpha, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < count; i++)
        y[i] += alpha * x[i];
}

static void loop_scale(int64_t count, float factor, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] *= factor;
}

static void loop_fill(int64_t count, float value, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] = value;
}

static void loop_from_bytes(int64_t count,
                            float factor,
                            const uint8_t *restrict bytes,
                            float *restrict out)
{
    for (int64_t i = 0; i < count; i++)
        out[i] = factor * (float)bytes[i];
}

static double loop_sum_of_squares(int64_t count, const float *x)
{
    double lane[LOOP_SQUARES] = {0};
    int64_t i = 0;

    for (; i + LOOP_SQUARES <= count; i += LOOP_SQUARES) {
        for (int j = 0; j < LOOP_SQUARES; j++) {
            double value = (double)x[i + j];

            lane[j] += value * value;
        }
    }
    for (int j = 0; i + j < count; j++) {
        double value = (double)x[i + j];

        lane[j] += value * value;
    }
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#endif
