/* checkpoint - durable state as boxes of named global tensors.
 *
 * A checkpoint is a directory DIR/step-SSSSSSSS.ATTEMPT.GENERATION with manifest.json and files in
 * the safetensors format. It is written under the same name with ".tmp" appended; the rename is the
 * commit. The newest is the one with the highest (attempt, generation, step).
 *
 * Every tensor is a list of boxes (file, key, offset, shape, CRC32C), so that any layout can load
 * any other. Nothing is loaded that was not checked. The key that is written for a parameter is its
 * name, for another role NAME:ROLE; any reader of the safetensors format can open the files. */
#ifndef TRAINER_CHECKPOINT_H
#define TRAINER_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

#define CHECKPOINT_DIMENSIONS 4
#define CHECKPOINT_NAME       128 /* longest tensor name with its zero byte */

enum checkpoint_role { ROLE_PARAM, ROLE_MASTER, ROLE_M, ROLE_V };

/* One named global tensor of 32-bit floats, row-major, held whole by this process. */
struct checkpoint_tensor {
    char name[CHECKPOINT_NAME]; /* "layer.0.weight": letters, digits and any of "._/-" */
    enum checkpoint_role role;
    int64_t shape[CHECKPOINT_DIMENSIONS];
    size_t dimensions; /* 1 .. CHECKPOINT_DIMENSIONS */
    float *data;       /* not owned; only read when saving */
};

/* Which checkpoint. */
struct checkpoint_id {
    uint32_t attempt;
    uint64_t generation;
    int64_t step; /* committed steps */
};

/* What belongs to a checkpoint beside the tensors. Model and history are JSON values that the
 * checkpoint carries without understanding them: the model's spec, and the trainer's own progress.
 * They come back as they were, but for white space around them. Names are at most 63 bytes. */
struct checkpoint_facts {
    struct checkpoint_id id;
    int64_t samples; /* the sampler's cursor: samples consumed */
    int64_t seed;
    const char *optimizer; /* "adamw" */
    const char *kernels;   /* the set of CPU kernels the bits come from */
    const char *model;     /* JSON */
    const char *history;   /* JSON */
};

/* Where the checkpoints of a job are, and how many are kept: at least 1. */
struct checkpoint_store {
    const char *directory;
    int keep;
};

/* Writes a checkpoint and makes it durable: files, directory, rename, directory. One of the same id
 * is replaced, at no time being neither old nor new. Then removes what it makes superfluous: older
 * checkpoints of the same or a lower (attempt, generation) beyond the store's `keep` newest, and
 * left-over .tmp directories of these pairs; what cannot be removed stays until the next time.
 * Refuses when the store's fence (wire/fence.h) is higher than the id's attempt and generation.
 * `path` receives the final path (added); it may be NULL. Returns 0, or -1 with the reason; then
 * nothing that was there is lost, and no .tmp remains unless it could not be removed. */
int checkpoint_save(const struct checkpoint_store *store,
                    const struct checkpoint_facts *facts,
                    const struct checkpoint_tensor *tensors,
                    size_t tensor_count,
                    struct text *path,
                    struct error *error);

/* An opened checkpoint: its manifest, read and checked, its files not yet read. */
struct checkpoint;

/* Why a checkpoint was passed over. */
struct checkpoint_skip {
    void (*call)(void *context, const char *path, const char *reason);
    void *context;
};

/* Opens the newest checkpoint below `directory` whose manifest is sound and whose every byte passes
 * its checksum; each newer one that is not is reported to `skip` with file and reason. Returns 0
 * with the checkpoint; 1 when there is none at all; -1 when there are some and none is sound. */
int checkpoint_newest(const char *directory,
                      const struct checkpoint_skip *skip,
                      struct checkpoint **checkpoint,
                      struct error *error);

/* Opens one checkpoint directory and checks its manifest. Returns 0 or -1. */
int checkpoint_open(const char *path, struct checkpoint **checkpoint, struct error *error);

/* Reads every box and compares its checksum. Returns 0, or -1 naming file and tensor. */
int checkpoint_verify(struct checkpoint *checkpoint, struct error *error);

/* Fills `tensors` (name, role and shape are given, data is filled). Every byte used is checked.
 * Returns 0; -1 when a tensor is missing, has another shape, or its bytes are damaged: then the
 * content of `data` is undefined. */
int checkpoint_load(struct checkpoint *checkpoint,
                    const struct checkpoint_tensor *tensors,
                    size_t tensor_count,
                    struct error *error);

/* What stands in the manifest; valid until the checkpoint is freed. */
const struct checkpoint_facts *checkpoint_facts(const struct checkpoint *checkpoint);
const char *checkpoint_path(const struct checkpoint *checkpoint);

void checkpoint_free(struct checkpoint *checkpoint);

/* Orders by (attempt, generation, step): negative, 0 or positive. */
int checkpoint_compare(const struct checkpoint_id *a, const struct checkpoint_id *b);

#endif
