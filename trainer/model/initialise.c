/* initialise - the weights a model begins with. */
#include "trainer/model/initialise.h"

#include <math.h>

#include "trainer/core/philox.h"

static double limit_of(const struct model_layer *layer)
{
    if (layer->activation == ACTIVATION_RELU || layer->activation == ACTIVATION_GELU)
        return sqrt(6 / (double)layer->inputs);
    return sqrt(6 / (double)(layer->inputs + layer->units));
}

void initialise(const struct model *model, int64_t seed, enum tensor_type type, void *flat)
{
    for (size_t index = 0; index < model->tensor_count; index++) {
        struct tensor tensor = model_tensor(model, index, type, flat);
        double limit = tensor.dimensions == 2 ? limit_of(&model->layers[index / 2]) : 0;
        int64_t count = tensor_count(&tensor);

        for (int64_t i = 0; i < count; i++) {
            double unit = philox_uniform((uint64_t)seed, index, (uint64_t)i);

            tensor_set(&tensor, i, (2 * unit - 1) * limit);
        }
    }
}
