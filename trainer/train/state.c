/* state - what a training is at a step boundary. */
#include "trainer/train/state.h"

#include <string.h>

#include "trainer/core/crc32c.h"
#include "trainer/model/initialise.h"

static void vectors_place(struct state *state, enum training_optimizer_type optimizer)
{
    int64_t size = state->model->size;

    state->parameters = arena_cut(&state->arena, size, 1, sizeof(float));
    if (optimizer != OPTIMIZER_SGD)
        state->m = arena_cut(&state->arena, size, 1, sizeof(float));
    if (optimizer == OPTIMIZER_ADAMW)
        state->v = arena_cut(&state->arena, size, 1, sizeof(float));
}

int state_init(struct state *state,
               const struct model *model,
               enum training_optimizer_type optimizer,
               struct error *error)
{
    *state = (struct state){.model = model, .facts = {.committed = STATE_NONE}};
    history_init(&state->facts.history);
    vectors_place(state, optimizer);
    if (arena_place(&state->arena))
        return error_set(error, "no memory for a model of %lld parameters", (long long)model->size);
    vectors_place(state, optimizer);
    return 0;
}

void state_done(struct state *state)
{
    arena_done(&state->arena);
    *state = (struct state){.facts = {.committed = STATE_NONE}};
}

size_t state_vectors(const struct state *state, float *vectors[3])
{
    float *all[3] = {state->parameters, state->m, state->v};
    size_t count = 0;

    for (int i = 0; i < 3; i++) {
        if (all[i])
            vectors[count++] = all[i];
    }
    return count;
}

void state_begin(struct state *state, int64_t seed)
{
    float *vectors[3];
    size_t count = state_vectors(state, vectors);

    for (size_t i = 1; i < count; i++)
        memset(vectors[i], 0, (size_t)state->model->size * sizeof(float));
    initialise(state->model, seed, TENSOR_FLOAT32, state->parameters);
    state->facts.committed = 0;
    state->facts.samples = 0;
    history_init(&state->facts.history);
}

uint32_t state_checksum(const struct state *state)
{
    return crc32c(0, state->parameters, (size_t)state->model->size * sizeof(float));
}
