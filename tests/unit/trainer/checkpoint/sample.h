/* sample - a small model's state for the tests of checkpoints, and its store. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdint.h>

#include "trainer/checkpoint/checkpoint.h"

#define SAMPLE_TENSORS 5

/* Parameters and moments of a layer, some of one and some of more dimensions. */
struct sample {
    struct checkpoint_facts facts;
    struct checkpoint_tensor tensors[SAMPLE_TENSORS];
    float values[SAMPLE_TENSORS][128];
};

/* Every float follows from step and attempt. */
void sample_init(struct sample *sample, int64_t step, uint32_t attempt, uint64_t generation);

/* The same shape, without the values. */
void sample_empty(struct sample *sample);

/* Whether all values are the same, to the bit. */
bool sample_values_equal(const struct sample *a, const struct sample *b);

/* Whether the facts are the same. */
bool sample_facts_equal(const struct sample *sample, const struct checkpoint *checkpoint);

/* Saves it below the directory, which must succeed. Keeps 100 checkpoints. */
void sample_save(const char *directory, int64_t step, uint32_t attempt, uint64_t generation);

/* The step of the newest sound checkpoint, with every tensor of it as it was saved; -1 when there
 * is none. Reports of skipped ones are joined in `skipped`, which may be NULL. */
int64_t sample_newest(const char *directory, struct text *skipped);

#endif
