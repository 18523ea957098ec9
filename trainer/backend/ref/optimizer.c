/* ref optimizer - the steps of the optimizers by their definitions. */
#include <math.h>

#include "trainer/backend/ref/ref.h"

int ref_sgd(const struct backend *backend, const struct optimizer_step *call, struct error *error)
{
    const double *gradient = call->gradient;
    double *p = call->parameters;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < call->count; i++) {
        double g = call->gradient_scale * gradient[i] + call->weight_decay * p[i];

        p[i] -= call->learning_rate * g;
    }
    return 0;
}

int ref_momentum(const struct backend *backend,
                 const struct optimizer_step *call,
                 struct error *error)
{
    const double *gradient = call->gradient;
    double *p = call->parameters;
    double *m = call->m;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < call->count; i++) {
        double g = call->gradient_scale * gradient[i] + call->weight_decay * p[i];

        m[i] = call->momentum * m[i] + g;
        p[i] -= call->learning_rate * m[i];
    }
    return 0;
}

int ref_adamw(const struct backend *backend, const struct optimizer_step *call, struct error *error)
{
    const double *gradient = call->gradient;
    double *p = call->parameters;
    double *m = call->m;
    double *v = call->v;

    (void)backend;
    (void)error;
    for (int64_t i = 0; i < call->count; i++) {
        double g = call->gradient_scale * gradient[i];
        double direction;

        m[i] = call->beta1 * m[i] + (1 - call->beta1) * g;
        v[i] = call->beta2 * v[i] + (1 - call->beta2) * g * g;
        direction = call->correction1 * m[i] / (sqrt(call->correction2 * v[i]) + call->epsilon);
        p[i] -= call->learning_rate * (direction + call->weight_decay * p[i]);
    }
    return 0;
}
