/* loops optimizer - the steps of the optimizers, one pass over memory each. Included by each set
 * of kernels. */
#ifndef TRAINER_BACKEND_CPU_LOOPS_OPTIMIZER_H
#define TRAINER_BACKEND_CPU_LOOPS_OPTIMIZER_H

#include <math.h>

#include "trainer/backend/cpu/cpu.h"

static void loop_sgd(const struct optimizer_step *call)
{
    int64_t count = call->count; /* as a local: no store can change it */
    const float *restrict gradient = call->gradient;
    float *restrict p = call->parameters;
    float scale = (float)call->gradient_scale;
    float rate = (float)call->learning_rate;
    float decay = (float)call->weight_decay;

    for (int64_t i = 0; i < count; i++)
        p[i] -= rate * (scale * gradient[i] + decay * p[i]);
}

static void loop_momentum(const struct optimizer_step *call)
{
    int64_t count = call->count; /* as a local: no store can change it */
    const float *restrict gradient = call->gradient;
    float *restrict p = call->parameters;
    float *restrict m = call->m;
    float scale = (float)call->gradient_scale;
    float rate = (float)call->learning_rate;
    float decay = (float)call->weight_decay;
    float keep = (float)call->momentum;

    for (int64_t i = 0; i < count; i++) {
        float moved = keep * m[i] + (scale * gradient[i] + decay * p[i]);

        m[i] = moved;
        p[i] -= rate * moved;
    }
}

static void loop_adamw(const struct optimizer_step *call)
{
    int64_t count = call->count; /* as a local: no store can change it */
    const float *restrict gradient = call->gradient;
    float *restrict p = call->parameters;
    float *restrict m = call->m;
    float *restrict v = call->v;
    float scale = (float)call->gradient_scale;
    float rate = (float)call->learning_rate;
    float decay = (float)call->weight_decay;
    float keep1 = (float)call->beta1;
    float take1 = (float)(1 - call->beta1);
    float keep2 = (float)call->beta2;
    float take2 = (float)(1 - call->beta2);
    float correction1 = (float)call->correction1;
    float correction2 = (float)call->correction2;
    float epsilon = (float)call->epsilon;

    for (int64_t i = 0; i < count; i++) {
        float g = scale * gradient[i];
        float first = keep1 * m[i] + take1 * g;
        float second = keep2 * v[i] + take2 * (g * g);
        float direction = correction1 * first / (sqrtf(correction2 * second) + epsilon);

        m[i] = first;
        v[i] = second;
        p[i] -= rate * (direction + decay * p[i]);
    }
}

#endif
