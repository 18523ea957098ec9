/* loops loss - softmax, cross-entropy and argmax over rows. Included by each set of kernels. */
#ifndef TRAINER_BACKEND_CPU_LOOPS_LOSS_H
#define TRAINER_BACKEND_CPU_LOOPS_LOSS_H

#include <assert.h>
#include <math.h>

#include "trainer/backend/cpu/cpu.h"
#include "trainer/backend/cpu/loops/math.h"

#define LOOP_LANES 8 /* partial sums of a row, whatever the width of a vector */

static float loop_most(int64_t count, const float *row)
{
    float most = row[0];

    for (int64_t i = 1; i < count; i++)
        most = row[i] > most ? row[i] : most;
    return most;
}

static float loop_fold(const float lane[LOOP_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* out[i] = e^(row[i] - most); returns their sum. `out` may be `row`. */
static float loop_exps(int64_t count, float most, const float *row, float *out)
{
    float lane[LOOP_LANES] = {0};
    int64_t i = 0;

    for (; i + LOOP_LANES <= count; i += LOOP_LANES) {
        for (int j = 0; j < LOOP_LANES; j++) {
            float value = loop_exp(row[i + j] - most);

            out[i + j] = value;
            lane[j] += value;
        }
    }
    for (int j = 0; i + j < count; j++) {
        out[i + j] = loop_exp(row[i + j] - most);
        lane[j] += out[i + j];
    }
    return loop_fold(lane);
}

static void loop_divide(int64_t count, float divisor, float *row)
{
    for (int64_t i = 0; i < count; i++)
        row[i] /= divisor;
}

static void loop_softmax(int64_t rows, int64_t columns, float *values)
{
    for (int64_t row = 0; row < rows; row++) {
        float *value = values + row * columns;
        float most = loop_most(columns, value);

        loop_divide(columns, loop_exps(columns, most, value, value), value);
    }
}

/* One row of cross-entropy. The logarithm is the C library's, in double: rounded to float it is
 * the same on every machine but in the rarest case, and no weight depends on it. */
static float loop_cross_entropy_row(int64_t columns,
                                    const float *logits,
                                    int32_t label,
                                    float *gradient)
{
    float most = loop_most(columns, logits);
    float chosen = logits[label];
    float sum = loop_exps(columns, most, logits, gradient);

    loop_divide(columns, sum, gradient);
    gradient[label] -= 1.0f;
    return (float)log((double)sum) + (most - chosen);
}

static void loop_cross_entropy(const struct cross_entropy *call)
{
    float *losses = call->losses;

    for (int64_t row = 0; row < call->rows; row++) {
        const float *logits = (const float *)call->logits + row * call->columns;
        float *gradient = (float *)call->gradient + row * call->columns;
        int32_t label = call->labels[row];

        if (label == BACKEND_IGNORED) {
            losses[row] = 0.0f;
            memset(gradient, 0, (size_t)call->columns * sizeof *gradient);
            continue;
        }
        assert(label >= 0 && label < call->columns);
        losses[row] = loop_cross_entropy_row(call->columns, logits, label, gradient);
    }
}

static void loop_argmax(int64_t rows, int64_t columns, const float *values, int32_t *indices)
{
    for (int64_t row = 0; row < rows; row++) {
        const float *value = values + row * columns;
        int64_t best = 0;

        for (int64_t i = 1; i < columns; i++)
            best = value[i] > value[best] ? i : best;
        indices[row] = (int32_t)best;
    }
}

#endif
