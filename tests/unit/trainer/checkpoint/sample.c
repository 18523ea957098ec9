/* sample - a state that is easily made and compared. */
#include "sample.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "support/check.h"

static const struct checkpoint_tensor shapes[SAMPLE_TENSORS] = {
    {.name = "layer.0.weight", .role = ROLE_PARAM, .shape = {8, 16}, .dimensions = 2},
    {.name = "layer.0.bias", .role = ROLE_PARAM, .shape = {8}, .dimensions = 1},
    {.name = "layer.0.weight", .role = ROLE_M, .shape = {8, 16}, .dimensions = 2},
    {.name = "layer.0.weight", .role = ROLE_V, .shape = {2, 4, 4, 4}, .dimensions = 4},
    {.name = "scale", .role = ROLE_MASTER, .shape = {1}, .dimensions = 1},
};

static size_t elements(const struct checkpoint_tensor *tensor)
{
    size_t count = 1;

    for (size_t i = 0; i < tensor->dimensions; i++)
        count *= (size_t)tensor->shape[i];
    return count;
}

void sample_empty(struct sample *sample)
{
    memset(sample->values, 0xff, sizeof sample->values);
    memcpy(sample->tensors, shapes, sizeof shapes);
    for (int i = 0; i < SAMPLE_TENSORS; i++)
        sample->tensors[i].data = sample->values[i];
}

void sample_init(struct sample *sample, int64_t step, uint32_t attempt, uint64_t generation)
{
    uint64_t random = (uint64_t)step * 1000 + attempt;

    sample->facts = (struct checkpoint_facts){
        .id = {attempt, generation, step},
        .samples = step * 128,
        .seed = -7,
        .optimizer = "adamw",
        .kernels = "x86-64 \"avx2\"",
        .model = "{\"input\": [784],  \"layers\":[{\"units\":8, \"rate\":0.10000000000000001}]}",
        .history = "[{\"epoch\":1,\"loss\":0.25}]"};
    sample_empty(sample);
    for (int i = 0; i < SAMPLE_TENSORS; i++) {
        for (size_t k = 0; k < elements(&shapes[i]); k++)
            sample->values[i][k] = (float)(int32_t)random_next(&random);
    }
}

static bool bytes_equal(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

bool sample_values_equal(const struct sample *a, const struct sample *b)
{
    return bytes_equal(a->values, b->values, sizeof a->values);
}

bool sample_facts_equal(const struct sample *sample, const struct checkpoint *checkpoint)
{
    const struct checkpoint_facts *facts = checkpoint_facts(checkpoint);

    return checkpoint_compare(&facts->id, &sample->facts.id) == 0 &&
           facts->samples == sample->facts.samples && facts->seed == sample->facts.seed &&
           strcmp(facts->optimizer, sample->facts.optimizer) == 0 &&
           strcmp(facts->kernels, sample->facts.kernels) == 0 &&
           strcmp(facts->model, sample->facts.model) == 0 &&
           strcmp(facts->history, sample->facts.history) == 0;
}

void sample_save(const char *directory, int64_t step, uint32_t attempt, uint64_t generation)
{
    struct checkpoint_store store = {directory, 100};
    struct sample sample;
    struct error error = {""};

    sample_init(&sample, step, attempt, generation);
    if (checkpoint_save(&store, &sample.facts, sample.tensors, SAMPLE_TENSORS, NULL, &error)) {
        printf("\n      %s\n", error.text);
        CU_FAIL("a sample could not be saved");
    }
}

static void note_skip(void *context, const char *path, const char *reason)
{
    if (context)
        text_addf(context, "%s: %s\n", path, reason);
}

int64_t sample_newest(const char *directory, struct text *skipped)
{
    struct checkpoint_skip skip = {note_skip, skipped};
    struct checkpoint *checkpoint = NULL;
    struct sample wanted;
    struct sample found;
    const struct checkpoint_id *id;
    int64_t step;

    if (checkpoint_newest(directory, &skip, &checkpoint, NULL))
        return -1;
    id = &checkpoint_facts(checkpoint)->id;
    step = id->step;
    sample_init(&wanted, id->step, id->attempt, id->generation);
    sample_empty(&found);
    CU_ASSERT(checkpoint_load(checkpoint, found.tensors, SAMPLE_TENSORS, NULL) == 0);
    CU_ASSERT(sample_facts_equal(&wanted, checkpoint));
    CU_ASSERT(sample_values_equal(&wanted, &found));
    checkpoint_free(checkpoint);
    return step;
}
