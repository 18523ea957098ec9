/* optimizer - one step of the job's optimizer. */
#include "trainer/train/optimizer.h"

#include <math.h>

int optimizer_apply(const struct training_optimizer *optimizer,
                    const struct backend *backend,
                    const struct optimizer_update *update,
                    struct state *state,
                    struct error *error)
{
    struct optimizer_step call = {
        .count = state->model->size,
        .gradient_scale = update->scale,
        .learning_rate = update->learning_rate,
        .momentum = optimizer->momentum,
        .beta1 = optimizer->beta1,
        .beta2 = optimizer->beta2,
        .epsilon = optimizer->epsilon,
        .weight_decay = optimizer->weight_decay,
        .parameters = state->parameters,
        .gradient = update->gradient,
        .m = state->m,
        .v = state->v,
    };

    switch (optimizer->type) {
    case OPTIMIZER_SGD:
        return backend->table->sgd(backend, &call, error);
    case OPTIMIZER_MOMENTUM:
        return backend->table->momentum(backend, &call, error);
    case OPTIMIZER_ADAMW:
        break;
    }
    call.correction1 = 1 / (1 - pow(optimizer->beta1, (double)update->step));
    call.correction2 = 1 / (1 - pow(optimizer->beta2, (double)update->step));
    return backend->table->adamw(backend, &call, error);
}
