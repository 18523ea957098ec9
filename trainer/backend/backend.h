/* backend - arithmetic on dense row-major arrays, behind one table of operations.
 *
 * `ref` is naive and computes in double: the judge of the others. `cpu` is what trains. An array
 * is a pointer to elements of the backend's type; sizes are counts of elements and at least 1. All
 * memory is the caller's.
 *
 * Every operation returns 0, or -1 with the reason when the device cannot do it; then what it
 * writes is undefined. The same call with the same numbers on the same kernels gives the same
 * bits. A backend is used by one thread at a time. */
#ifndef TRAINER_BACKEND_H
#define TRAINER_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "job/training.h"
#include "trainer/core/tensor.h"

#define BACKEND_KERNELS 64   /* longest name of a set of kernels, with its zero byte */
#define BACKEND_IGNORED (-1) /* label of a row that counts for nothing */

/* c = alpha a b + beta c, where a is rows x inner, b is inner x columns, c is rows x columns. A
 * transposed operand is stored the other way round. With beta 0 the old content of c is not read.
 */
struct gemm {
    bool transpose_a;
    bool transpose_b;
    int64_t rows;
    int64_t columns;
    int64_t inner;
    double alpha;
    const void *a;
    const void *b;
    double beta;
    void *c;
};

/* before += bias in every row; after = activation(before). `after` is not touched for
 * ACTIVATION_NONE. GELU is the exact one: x times the normal distribution function. A NaN stays
 * one. */
struct bias_activation {
    enum training_activation type; /* not ACTIVATION_SOFTMAX */
    int64_t rows;
    int64_t columns;
    const void *bias; /* columns */
    void *before;     /* rows x columns */
    void *after;      /* rows x columns */
};

/* Turns the gradient by `after` into the gradient by `before`, in place. */
struct activation_gradient {
    enum training_activation type;
    int64_t rows;
    int64_t columns;
    const void *before;
    const void *after;
    void *gradient;
};

/* For every row: loss = -log softmax(logits)[label], and gradient = softmax(logits) - onehot(label)
 * by the logits. Both are 0 where the label is BACKEND_IGNORED. Softmax itself is never stored. */
struct cross_entropy {
    int64_t rows;
    int64_t columns;
    const void *logits;    /* rows x columns */
    const int32_t *labels; /* rows; below columns */
    void *losses;          /* rows */
    void *gradient;        /* rows x columns; may be the logits */
};

/* One step of an optimizer over `count` parameters; g = gradient_scale x gradient. */
struct optimizer_step {
    int64_t count;
    double gradient_scale;
    double learning_rate;
    double momentum;     /* momentum */
    double beta1;        /* adamw */
    double beta2;        /* adamw */
    double correction1;  /* adamw: 1 / (1 - beta1^t) */
    double correction2;  /* adamw: 1 / (1 - beta2^t) */
    double epsilon;      /* adamw */
    double weight_decay; /* adamw: decoupled; sgd, momentum: added to g */
    void *parameters;
    const void *gradient;
    void *m; /* momentum, adamw */
    void *v; /* adamw */
};

struct backend;

struct backend_table {
    int (*gemm)(const struct backend *backend, const struct gemm *call, struct error *error);
    int (*bias_activation)(const struct backend *backend,
                           const struct bias_activation *call,
                           struct error *error);
    int (*activation_gradient)(const struct backend *backend,
                               const struct activation_gradient *call,
                               struct error *error);

    /* sum[c] = the sum over all rows of gradient[r][c], in the order of rows. */
    int (*bias_gradient)(const struct backend *backend,
                         int64_t rows,
                         int64_t columns,
                         const void *gradient,
                         void *sum,
                         struct error *error);

    /* Every row of `values` becomes its softmax. */
    int (*softmax)(const struct backend *backend,
                   int64_t rows,
                   int64_t columns,
                   void *values,
                   struct error *error);
    int (*cross_entropy)(const struct backend *backend,
                         const struct cross_entropy *call,
                         struct error *error);

    /* The index of the largest value of every row; of equal ones the lowest index. */
    int (*argmax)(const struct backend *backend,
                  int64_t rows,
                  int64_t columns,
                  const void *values,
                  int32_t *indices,
                  struct error *error);

    /* y += alpha x; x *= factor; x = value; out = factor x bytes. */
    int (*axpy)(const struct backend *backend,
                int64_t count,
                double alpha,
                const void *x,
                void *y,
                struct error *error);
    int (*scale)(
        const struct backend *backend, int64_t count, double factor, void *x, struct error *error);
    int (*fill)(
        const struct backend *backend, int64_t count, double value, void *x, struct error *error);
    int (*from_bytes)(const struct backend *backend,
                      int64_t count,
                      double factor,
                      const uint8_t *bytes,
                      void *out,
                      struct error *error);

    /* The sum of x[i]^2, added up in double in an order that only `count` decides. */
    int (*sum_of_squares)(const struct backend *backend,
                          int64_t count,
                          const void *x,
                          double *sum,
                          struct error *error);

    /* sgd: g += decay p; p -= rate g. momentum: g += decay p; m = momentum m + g; p -= rate m.
     * adamw: m = beta1 m + (1-beta1) g; v = beta2 v + (1-beta2) g^2; p -= rate (correction1 m /
     * (sqrt(correction2 v) + epsilon) + decay p). Loshchilov, Hutter, "Decoupled weight decay
     * regularization", 2019. */
    int (*sgd)(const struct backend *backend,
               const struct optimizer_step *call,
               struct error *error);
    int (*momentum)(const struct backend *backend,
                    const struct optimizer_step *call,
                    struct error *error);
    int (*adamw)(const struct backend *backend,
                 const struct optimizer_step *call,
                 struct error *error);

    void (*free)(struct backend *backend);
};

/* The part every backend begins with. */
struct backend {
    const struct backend_table *table;
    enum tensor_type type;         /* of all elements */
    char kernels[BACKEND_KERNELS]; /* what the bits of a result depend on */
};

/* Makes the backend called `name`: "cpu", "ref", or "auto", the best this machine has. Returns 0
 * with the backend, the caller's; -1 when there is none of that name. */
int backend_new(const char *name, struct backend **backend, struct error *error);

static inline void backend_free(struct backend *backend)
{
    if (backend)
        backend->table->free(backend);
}

static inline void backend_done(struct backend *const *backend)
{
    backend_free(*backend);
}

/* CLEAN(backend) struct backend *backend = NULL; */
CLEANUP_DEFINE(backend, struct backend *, backend_done)

#endif
