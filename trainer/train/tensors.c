/* tensors - a state as the named tensors of a checkpoint. */
#include "trainer/train/tensors.h"

#include <string.h>

_Static_assert(MODEL_NAME <= CHECKPOINT_NAME, "every name of a tensor fits");
_Static_assert(TENSORS_MOST == 3 * MODEL_TENSORS, "three vectors of every tensor");
_Static_assert(CHECKPOINT_DIMENSIONS >= 2, "every shape fits");

size_t tensors_list(const struct state *state, struct checkpoint_tensor *tensors)
{
    static const enum checkpoint_role roles[] = {ROLE_PARAM, ROLE_M, ROLE_V};
    const struct model *model = state->model;
    float *vectors[3];
    size_t vector_count = state_vectors(state, vectors);
    size_t count = 0;

    for (size_t i = 0; i < vector_count; i++) {
        for (size_t k = 0; k < model->tensor_count; k++) {
            const struct model_tensor *from = &model->tensors[k];
            struct checkpoint_tensor *to = &tensors[count++];

            *to = (struct checkpoint_tensor){.role = roles[i],
                                             .shape = {from->shape[0], from->shape[1]},
                                             .dimensions = from->dimensions,
                                             .data = vectors[i] + from->offset};
            memcpy(to->name, from->name, sizeof from->name);
        }
    }
    return count;
}
