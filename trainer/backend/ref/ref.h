/* ref - the reference backend: naive loops over doubles, the judge of the others. */
#ifndef TRAINER_BACKEND_REF_H
#define TRAINER_BACKEND_REF_H

#include "trainer/backend/backend.h"

/* Makes a reference backend. Never NULL; freed with backend_free. */
struct backend *ref_new(void);

/* The operations, as backend.h describes them. */
int ref_gemm(const struct backend *backend, const struct gemm *call, struct error *error);
int ref_bias_activation(const struct backend *backend,
                        const struct bias_activation *call,
                        struct error *error);
int ref_activation_gradient(const struct backend *backend,
                            const struct activation_gradient *call,
                            struct error *error);
int ref_bias_gradient(const struct backend *backend,
                      int64_t rows,
                      int64_t columns,
                      const void *gradient,
                      void *sum,
                      struct error *error);
int ref_softmax(const struct backend *backend,
                int64_t rows,
                int64_t columns,
                void *values,
                struct error *error);
int ref_cross_entropy(const struct backend *backend,
                      const struct cross_entropy *call,
                      struct error *error);
int ref_argmax(const struct backend *backend,
               int64_t rows,
               int64_t columns,
               const void *values,
               int32_t *indices,
               struct error *error);
int ref_axpy(const struct backend *backend,
             int64_t count,
             double alpha,
             const void *x,
             void *y,
             struct error *error);
int ref_scale(
    const struct backend *backend, int64_t count, double factor, void *x, struct error *error);
int ref_fill(
    const struct backend *backend, int64_t count, double value, void *x, struct error *error);
int ref_from_bytes(const struct backend *backend,
                   int64_t count,
                   double factor,
                   const uint8_t *bytes,
                   void *out,
                   struct error *error);
int ref_sum_of_squares(
    const struct backend *backend, int64_t count, const void *x, double *sum, struct error *error);
int ref_sgd(const struct backend *backend, const struct optimizer_step *call, struct error *error);
int ref_momentum(const struct backend *backend,
                 const struct optimizer_step *call,
                 struct error *error);
int ref_adamw(const struct backend *backend,
              const struct optimizer_step *call,
              struct error *error);

#endif
