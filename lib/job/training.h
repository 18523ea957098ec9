/* training - what to train and how: the `training` section of a TrainingJob, decoded. Pure.
 *
 * One definition serves the job's validation and the trainer. Names of fields follow the manifest;
 * sizes are counts of samples, layers or steps. Defaults are filled in by decoding. What the
 * section may hold, key by key with range and default, stands in the tables of training.c. */
#ifndef JOB_TRAINING_H
#define JOB_TRAINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/decode.h"
#include "base/problems.h"
#include "base/text.h"

#define TRAINING_LAYERS     64         /* most layers of a model */
#define TRAINING_UNITS      65536      /* most units of a layer */
#define TRAINING_SHAPE      4          /* most dimensions of one input sample */
#define TRAINING_INPUT      16777216   /* most numbers of one input sample */
#define TRAINING_PARAMETERS 2147483647 /* most weights and biases of a model */

struct cJSON;

enum training_activation {
    ACTIVATION_NONE,
    ACTIVATION_RELU,
    ACTIVATION_GELU,
    ACTIVATION_TANH,
    ACTIVATION_SIGMOID,
    ACTIVATION_SOFTMAX /* on the last layer only */
};

enum training_layer_type { LAYER_DENSE };

struct training_layer {
    enum training_layer_type type;
    int64_t units;
    enum training_activation activation;
};

struct training_model {
    int64_t shape[TRAINING_SHAPE]; /* of one input sample */
    size_t dimensions;
    int64_t input_size; /* product of shape */
    struct training_layer layers[TRAINING_LAYERS];
    size_t layer_count;
};

enum training_format { FORMAT_IDX };

/* `train` and `validation` are prefixes: PREFIX-images-idx3-ubyte and PREFIX-labels-idx1-ubyte,
 * either of them also with .gz. A relative one starts at the working directory. */
struct training_data {
    char *train;
    char *validation; /* NULL = no validation */
    enum training_format format;
};

enum training_loss { LOSS_CROSS_ENTROPY };

enum training_optimizer_type { OPTIMIZER_SGD, OPTIMIZER_MOMENTUM, OPTIMIZER_ADAMW };

struct training_optimizer {
    enum training_optimizer_type type;
    double learning_rate;
    double momentum;     /* momentum */
    double beta1;        /* adamw */
    double beta2;        /* adamw */
    double epsilon;      /* adamw */
    double weight_decay; /* adamw: decoupled; else added to the gradient */
};

enum training_schedule_type { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_LINEAR, SCHEDULE_COSINE };

struct training_schedule {
    enum training_schedule_type type;
    int64_t warmup_steps; /* linear from 0 to the learning rate, then the schedule */
    int64_t every_steps;  /* step: multiply by `factor` after this many steps */
    double factor;        /* step */
    double final_ratio;   /* linear, cosine: learning rate at the end / at the beginning */
};

/* `global` is a multiple of `micro`. The micro-batch is the unit that never changes. */
struct training_batch {
    int64_t global;
    int64_t micro;
};

enum training_every {
    EVERY_NEVER,
    EVERY_EPOCH,
    EVERY_UNSAID /* within decoding only: then it depends on data.validation */
};

enum training_precision { PRECISION_FLOAT32 };

/* elastic: the same bits whatever the number of ranks. */
enum training_reproducible { REPRODUCIBLE_ELASTIC };

struct training {
    struct training_model model;
    struct training_data data;
    enum training_loss loss;
    struct training_optimizer optimizer;
    struct training_schedule schedule;
    struct training_batch batch;
    int64_t epochs; /* exactly one of epochs and steps is positive */
    int64_t steps;
    enum training_every validation;
    enum training_precision precision;
    enum training_reproducible reproducible;
    int64_t seed;
};

/* Decodes and defaults the JSON object `json`, whose place is `path` ("spec.training"), into the
 * zeroed `training`, and checks the rules of validate.h. Everything wrong is added to `problems`.
 * Returns 0, or 1 when a problem was added; training_done is owed in both cases. */
int training_decode(const struct cJSON *json,
                    const char *path,
                    struct training *training,
                    struct problems *problems);

/* Releases what decoding allocated. */
void training_done(struct training *training);

CLEANUP_DEFINE(training, struct training, training_done)

/* Adds the section as canonical JSON, every default written out: decoding it gives the same struct,
 * and equal structs give equal texts. `training` was decoded without a problem. */
void training_print(const struct training *training, struct text *out);

/* The same for the model alone: what a checkpoint says it belongs to. */
void training_model_print(const struct training_model *model, struct text *out);

/* Decodes what training_model_print wrote into the zeroed `model` and checks the rules for models.
 * Everything wrong is added to `problems`, under "model". Returns 0, or 1 when a problem was added.
 * There is nothing to release. */
int training_model_decode(const struct cJSON *json,
                          struct training_model *model,
                          struct problems *problems);

/* The activation's name in the manifest. */
const char *training_activation_name(enum training_activation activation);

/* The optimizer's name in the manifest. */
const char *training_optimizer_name(enum training_optimizer_type type);

/* The parameters of a model: weights and biases of all layers. */
int64_t training_parameters(const struct training_model *model);

/* For the table of the whole job: the section's own, and what follows decoding by it, which is to
 * fill in what depends on several keys. */
extern const struct decode_table training_table;
void training_settle(struct training *training);

#endif
