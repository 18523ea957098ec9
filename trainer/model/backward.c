/* network backward - the loss, and from its gradient by the logits to the gradient by every
 * parameter. */
#include "trainer/model/network.h"

/* The place of the gradient by a layer's output. */
static void *gradient_of(const struct network *network, size_t layer)
{
    return network->gradient[layer % 2];
}

int network_loss(struct network *network, const int32_t *labels, double *sum, struct error *error)
{
    const struct backend *backend = network->backend;
    struct tensor losses = {network->losses, backend->type, {network->rows}, 1};
    struct cross_entropy call = {.rows = network->rows,
                                 .columns = network->model->classes,
                                 .logits = network_logits(network),
                                 .labels = labels,
                                 .losses = network->losses,
                                 .gradient = gradient_of(network, network->model->layer_count - 1)};
    double total = 0;

    if (backend->table->cross_entropy(backend, &call, error))
        return -1;
    for (int64_t row = 0; row < network->rows; row++)
        total += tensor_get(&losses, row);
    *sum = total;
    return 0;
}

/* Turns the gradient by the layer's output into the one by its sums, in place. */
static int activation_backward(struct network *network, size_t index, struct error *error)
{
    const struct backend *backend = network->backend;
    const struct model_layer *layer = &network->model->layers[index];
    struct activation_gradient call = {.type = layer->activation,
                                       .rows = network->rows,
                                       .columns = layer->units,
                                       .before = network->before[index],
                                       .after = network->after[index],
                                       .gradient = gradient_of(network, index)};

    if (network->before[index] == network->after[index])
        return 0;
    return backend->table->activation_gradient(backend, &call, error);
}

/* The gradients by weight and bias. */
static int parameters_backward(struct network *network,
                               size_t index,
                               void *gradient,
                               struct error *error)
{
    const struct backend *backend = network->backend;
    const struct model_layer *layer = &network->model->layers[index];
    struct gemm product = {.transpose_a = true,
                           .rows = layer->units,
                           .columns = layer->inputs,
                           .inner = network->rows,
                           .alpha = 1,
                           .a = gradient_of(network, index),
                           .b = index ? network->after[index - 1] : network->input,
                           .c = tensor_at(gradient, backend->type, layer->weight)};

    if (backend->table->gemm(backend, &product, error))
        return -1;
    return backend->table->bias_gradient(backend,
                                         network->rows,
                                         layer->units,
                                         gradient_of(network, index),
                                         tensor_at(gradient, backend->type, layer->bias),
                                         error);
}

/* The gradient by the layer's input, which is the output of the layer below. */
static int input_backward(struct network *network,
                          size_t index,
                          const void *parameters,
                          struct error *error)
{
    const struct backend *backend = network->backend;
    const struct model_layer *layer = &network->model->layers[index];
    size_t offset = (size_t)layer->weight * tensor_type_size(backend->type);
    struct gemm product = {.rows = network->rows,
                           .columns = layer->inputs,
                           .inner = layer->units,
                           .alpha = 1,
                           .a = gradient_of(network, index),
                           .b = (const char *)parameters + offset,
                           .c = gradient_of(network, index - 1)};

    return backend->table->gemm(backend, &product, error);
}

int network_backward(struct network *network,
                     const void *parameters,
                     void *gradient,
                     struct error *error)
{
    for (size_t i = network->model->layer_count; i-- > 0;) {
        if (activation_backward(network, i, error) ||
            parameters_backward(network, i, gradient, error))
            return -1;
        if (i && input_backward(network, i, parameters, error))
            return -1;
    }
    return 0;
}
