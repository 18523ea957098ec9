/* ref vector - operations on one or two arrays, element by element. */
#include "trainer/backend/ref/ref.h"

int ref_axpy(const struct backend *backend,
             int64_t count,
             double alpha,
             const void *x,
             void *y,
             struct error *error)
{
    const double *from = x;
    double *to = y;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < count; i++)
        to[i] += alpha * from[i];
    return 0;
}

int ref_scale(
    const struct backend *backend, int64_t count, double factor, void *x, struct error *error)
{
    double *to = x;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < count; i++)
        to[i] *= factor;
    return 0;
}

int ref_fill(
    const struct backend *backend, int64_t count, double value, void *x, struct error *error)
{
    double *to = x;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < count; i++)
        to[i] = value;
    return 0;
}

int ref_from_bytes(const struct backend *backend,
                   int64_t count,
                   double factor,
                   const uint8_t *bytes,
                   void *out,
                   struct error *error)
{
    double *to = out;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < count; i++)
        to[i] = factor * bytes[i];
    return 0;
}

int ref_sum_of_squares(
    const struct backend *backend, int64_t count, const void *x, double *sum, struct error *error)
{
    const double *from = x;
    double total = 0;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < count; i++)
        total += from[i] * from[i];
    *sum = total;
    return 0;
}
