/* network - the arena of one micro-batch. */
#include "trainer/model/network.h"

/* Whether a layer keeps its activation apart. Softmax is part of the loss. */
static bool applies(enum training_activation activation)
{
    return activation != ACTIVATION_NONE && activation != ACTIVATION_SOFTMAX;
}

/* Gives every array its place in the arena. */
static void arrays_place(struct network *network)
{
    const struct model *model = network->model;
    struct arena *arena = &network->arena;
    int64_t rows = network->rows;
    size_t size = tensor_type_size(network->backend->type);
    int64_t widest = 0;

    network->input = arena_cut(arena, rows, model->inputs, size);
    for (size_t i = 0; i < model->layer_count; i++) {
        const struct model_layer *layer = &model->layers[i];

        network->before[i] = arena_cut(arena, rows, layer->units, size);
        network->after[i] = network->before[i];
        if (applies(layer->activation))
            network->after[i] = arena_cut(arena, rows, layer->units, size);
        widest = layer->units > widest ? layer->units : widest;
    }
    for (int i = 0; i < 2; i++)
        network->gradient[i] = arena_cut(arena, rows, widest, size);
    network->losses = arena_cut(arena, rows, 1, size);
}

int network_init(struct network *network,
                 const struct model *model,
                 const struct backend *backend,
                 int64_t rows,
                 struct error *error)
{
    *network = (struct network){.model = model, .backend = backend, .rows = rows};
    arrays_place(network);
    if (arena_place(&network->arena))
        return error_set(
            error, "no memory for the activations of %lld samples at once", (long long)rows);
    arrays_place(network);
    return 0;
}

void network_done(struct network *network)
{
    arena_done(&network->arena);
    *network = (struct network){0};
}
