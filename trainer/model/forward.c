/* network forward - from the input to logits, classes and probabilities. */
#include "trainer/model/network.h"

static int layer_forward(struct network *network,
                         size_t index,
                         const void *input,
                         const void *parameters,
                         struct error *error)
{
    const struct backend *backend = network->backend;
    const struct model_layer *layer = &network->model->layers[index];
    const char *flat = parameters;
    size_t size = tensor_type_size(backend->type);
    enum training_activation activation = layer->activation;
    struct gemm product = {.transpose_b = true,
                           .rows = network->rows,
                           .columns = layer->units,
                           .inner = layer->inputs,
                           .alpha = 1,
                           .a = input,
                           .b = flat + (size_t)layer->weight * size,
                           .c = network->before[index]};
    struct bias_activation bias = {.type = activation == ACTIVATION_SOFTMAX ? ACTIVATION_NONE
                                                                            : activation,
                                   .rows = network->rows,
                                   .columns = layer->units,
                                   .bias = flat + (size_t)layer->bias * size,
                                   .before = network->before[index],
                                   .after = network->after[index]};

    if (backend->table->gemm(backend, &product, error))
        return -1;
    return backend->table->bias_activation(backend, &bias, error);
}

int network_forward(struct network *network, const void *parameters, struct error *error)
{
    const void *input = network->input;

    for (size_t i = 0; i < network->model->layer_count; i++) {
        if (layer_forward(network, i, input, parameters, error))
            return -1;
        input = network->after[i];
    }
    return 0;
}

void *network_logits(const struct network *network)
{
    return network->after[network->model->layer_count - 1];
}

int network_classes(struct network *network, int32_t *classes, struct error *error)
{
    const struct backend *backend = network->backend;

    return backend->table->argmax(
        backend, network->rows, network->model->classes, network_logits(network), classes, error);
}

int network_probabilities(struct network *network, struct error *error)
{
    const struct backend *backend = network->backend;

    return backend->table->softmax(
        backend, network->rows, network->model->classes, network_logits(network), error);
}
