/* load - a state from a checkpoint. */
#include "trainer/train/load.h"

#include <string.h>

#include "base/memory.h"
#include "trainer/model/spec.h"
#include "trainer/train/tensors.h"

static void checkpoint_done(struct checkpoint *const *checkpoint)
{
    checkpoint_free(*checkpoint);
}

CLEANUP_DEFINE(checkpoint, struct checkpoint *, checkpoint_done)

void load_result_done(struct load_result *result)
{
    text_done(&result->path);
    text_done(&result->kernels);
}

/* Compares what the checkpoint is of with the job. Returns 0 or LOAD_REFUSED. */
static int facts_compare(const struct checkpoint_facts *facts,
                         const struct training *training,
                         struct error *error)
{
    const char *optimizer = training_optimizer_name(training->optimizer.type);
    CLEAN(text) struct text difference = {0};
    struct training_model model;

    if (spec_read(facts->model, &model, error))
        return LOAD_REFUSED;
    if (spec_compare(&model, &training->model, &difference)) {
        error_set(error, "its model is another: %s", difference.data);
        return LOAD_REFUSED;
    }
    if (strcmp(facts->optimizer, optimizer)) {
        error_set(error, "its optimizer is %s, not %s", facts->optimizer, optimizer);
        return LOAD_REFUSED;
    }
    if (facts->samples != facts->id.step * training->batch.global) {
        error_set(error,
                  "it has %lld samples in %lld steps, which is no global batch of %lld",
                  (long long)facts->samples,
                  (long long)facts->id.step,
                  (long long)training->batch.global);
        return LOAD_REFUSED;
    }
    return 0;
}

/* Fills the state from an opened checkpoint. Returns as load_newest; the reason is without the
 * path. */
static int checkpoint_take(struct checkpoint *checkpoint,
                           const struct training *training,
                           struct state *state,
                           struct error *error)
{
    const struct checkpoint_facts *facts = checkpoint_facts(checkpoint);
    CLEAN_FREE struct checkpoint_tensor *tensors = memory_get(TENSORS_MOST, sizeof *tensors);
    size_t count = tensors_list(state, tensors);
    int outcome = facts_compare(facts, training, error);

    state->facts.committed = STATE_NONE;
    if (outcome)
        return outcome;
    if (history_read(facts->history, &state->facts.history, error) ||
        checkpoint_load(checkpoint, tensors, count, error))
        return -1;
    state->facts.committed = facts->id.step;
    state->facts.samples = facts->samples;
    return 0;
}

int load_newest(const struct load_request *request,
                struct state *state,
                struct load_result *result,
                struct error *error)
{
    CLEAN(checkpoint) struct checkpoint *checkpoint = NULL;
    int outcome = checkpoint_newest(request->directory, &request->skip, &checkpoint, error);

    if (outcome)
        return outcome > 0 ? LOAD_NONE : -1;
    outcome = checkpoint_take(checkpoint, request->training, state, error);
    if (outcome) {
        error_prefix(error, "%s", checkpoint_path(checkpoint));
        return outcome;
    }
    result->id = checkpoint_facts(checkpoint)->id;
    text_add(&result->path, checkpoint_path(checkpoint));
    text_add(&result->kernels, checkpoint_facts(checkpoint)->kernels);
    return 0;
}
