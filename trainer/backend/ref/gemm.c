/* ref gemm - the product of two matrices by its definition. */
#include "trainer/backend/ref/ref.h"

int ref_gemm(const struct backend *backend, const struct gemm *call, struct error *error)
{
    const double *a = call->a;
    const double *b = call->b;
    double *c = call->c;

    (void)backend;
    (void)error;
    for (int64_t row = 0; row < call->rows; row++) {
        for (int64_t column = 0; column < call->columns; column++) {
            double *out = &c[row * call->columns + column];
            double sum = 0;

            for (int64_t i = 0; i < call->inner; i++)
                sum += a[call->transpose_a ? i * call->rows + row : row * call->inner + i] *
                       b[call->transpose_b ? column * call->inner + i : i * call->columns + column];
            *out = call->alpha * sum + (call->beta != 0 ? call->beta * *out : 0);
        }
    }
    return 0;
}
