/* ref loss - softmax, cross-entropy and argmax. */
#include <assert.h>
#include <math.h>

#include "trainer/backend/ref/ref.h"

/* Writes the softmax of a row to `out` (may be the row) and returns the logarithm of the sum of
 * its exponentials. */
static double row_softmax(int64_t columns, const double *row, double *out)
{
    double most = row[0];
    double sum = 0;

    for (int64_t i = 1; i < columns; i++)
        most = row[i] > most ? row[i] : most;
    for (int64_t i = 0; i < columns; i++)
        sum += out[i] = exp(row[i] - most);
    for (int64_t i = 0; i < columns; i++)
        out[i] /= sum;
    return most + log(sum);
}

int ref_softmax(
    const struct backend *backend, int64_t rows, int64_t columns, void *values, struct error *error)
{
    double *value = values;

    (void)backend;
    (void)error;
    for (int64_t row = 0; row < rows; row++)
        row_softmax(columns, value + row * columns, value + row * columns);
    return 0;
}

int ref_cross_entropy(const struct backend *backend,
                      const struct cross_entropy *call,
                      struct error *error)
{
    double *losses = call->losses;

    (void)backend;
    (void)error;
    for (int64_t row = 0; row < call->rows; row++) {
        const double *logits = (const double *)call->logits + row * call->columns;
        double *gradient = (double *)call->gradient + row * call->columns;
        int32_t label = call->labels[row];
        double chosen;

        if (label == BACKEND_IGNORED) {
            losses[row] = 0;
            for (int64_t i = 0; i < call->columns; i++)
                gradient[i] = 0;
            continue;
        }
        assert(label >= 0 && label < call->columns);
        chosen = logits[label];
        losses[row] = row_softmax(call->columns, logits, gradient) - chosen;
        gradient[label] -= 1;
    }
    return 0;
}

int ref_argmax(const struct backend *backend,
               int64_t rows,
               int64_t columns,
               const void *values,
               int32_t *indices,
               struct error *error)
{
    (void)backend;
    (void)error;
    for (int64_t row = 0; row < rows; row++) {
        const double *value = (const double *)values + row * columns;
        int64_t best = 0;

        for (int64_t i = 1; i < columns; i++)
            best = value[i] > value[best] ? i : best;
        indices[row] = (int32_t)best;
    }
    return 0;
}
