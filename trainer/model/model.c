/* model - the tensors of a model in one flat buffer. */
#include "trainer/model/model.h"

#include <assert.h>
#include <stdio.h>

#define SIZE_MOST (INT64_MAX / (int64_t)sizeof(double)) /* so that bytes can be counted too */

/* Appends a tensor of `rows` x `columns` (columns 0 = one dimension). Returns 0 or 1: too large. */
static int tensor_add(
    struct model *model, size_t layer, const char *part, int64_t rows, int64_t columns)
{
    struct model_tensor *tensor = &model->tensors[model->tensor_count++];
    int64_t count;

    snprintf(tensor->name, sizeof tensor->name, "layer.%zu.%s", layer, part);
    tensor->offset = model->size;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
    tensor->dimensions = columns ? 2 : 1;
    return __builtin_mul_overflow(rows, columns ? columns : 1, &count) ||
           __builtin_add_overflow(model->size, count, &model->size) || model->size > SIZE_MOST;
}

int model_init(struct model *model, const struct training_model *spec, struct error *error)
{
    int64_t inputs = spec->input_size;

    assert(spec->layer_count >= 1 && spec->layer_count <= TRAINING_LAYERS);
    *model = (struct model){.layer_count = spec->layer_count, .inputs = inputs};
    for (size_t i = 0; i < spec->layer_count; i++) {
        struct model_layer *layer = &model->layers[i];

        assert(spec->layers[i].type == LAYER_DENSE);
        layer->inputs = inputs;
        layer->units = spec->layers[i].units;
        layer->activation = spec->layers[i].activation;
        if (tensor_add(model, i, "weight", layer->units, layer->inputs) ||
            tensor_add(model, i, "bias", layer->units, 0))
            return error_set(error, "the model is larger than this machine can address");
        layer->weight = model->tensors[2 * i].offset;
        layer->bias = model->tensors[2 * i + 1].offset;
        inputs = layer->units;
    }
    model->classes = inputs;
    return 0;
}

struct tensor model_tensor(const struct model *model,
                           size_t index,
                           enum tensor_type type,
                           void *flat)
{
    const struct model_tensor *tensor = &model->tensors[index];

    assert(index < model->tensor_count);
    return (struct tensor){.data = tensor_at(flat, type, tensor->offset),
                           .type = type,
                           .shape = {tensor->shape[0], tensor->shape[1]},
                           .dimensions = tensor->dimensions};
}
