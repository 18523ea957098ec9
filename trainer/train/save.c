/* save - a state as a checkpoint. */
#include "trainer/train/save.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "trainer/train/tensors.h"

int save_state(const struct save_target *target,
               const struct state *state,
               const struct checkpoint_id *place,
               struct text *path,
               struct error *error)
{
    CLEAN_FREE struct checkpoint_tensor *tensors = memory_get(TENSORS_MOST, sizeof *tensors);
    CLEAN(text) struct text model = {0};
    CLEAN(text) struct text history = {0};
    size_t count = tensors_list(state, tensors);
    struct checkpoint_facts facts = {
        .id = {place->attempt, place->generation, state->facts.committed},
        .samples = state->facts.samples,
        .seed = target->training->seed,
        .optimizer = training_optimizer_name(target->training->optimizer.type),
        .kernels = target->kernels};

    training_model_print(&target->training->model, &model);
    history_print(&state->facts.history, &history);
    facts.model = model.data;
    facts.history = history.data;
    return checkpoint_save(&target->store, &facts, tensors, count, path, error);
}
