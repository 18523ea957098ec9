/* training - the tables of the `training` section: one row a key, with its range and default. */
#include "job/training.h"

#include "base/encode.h"
#include "job/validate.h"

#define PATH_MOST    1024
#define STEPS_MOST   1000000000
#define SEED_MOST    9007199254740991.0 /* 2^53 - 1: exact in JSON */
#define ONLY(number) (1u << (number))

/* model */

static const char *const layer_words[] = {[LAYER_DENSE] = "dense", NULL};
static const char *const activation_words[] = {
    [ACTIVATION_NONE] = "none",
    [ACTIVATION_RELU] = "relu",
    [ACTIVATION_GELU] = "gelu",
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_SIGMOID] = "sigmoid",
    [ACTIVATION_SOFTMAX] = "softmax",
    NULL,
};

static const struct decode_row layer_rows[] = {
    {.key = "type",
     DECODE_AT_WORD(struct training_layer, type, layer_words),
     .need = DECODE_REQUIRED},
    {.key = "units",
     DECODE_AT_INTEGER(struct training_layer, units),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = TRAINING_UNITS},
    {.key = "activation",
     DECODE_AT_WORD(struct training_layer, activation, activation_words),
     .preset = ACTIVATION_NONE},
};
static const struct decode_table layer_table = DECODE_TABLE(layer_rows, struct training_layer);

static const struct decode_row input_rows[] = {
    {.key = "shape",
     DECODE_AT_INTEGERS(struct training_model, shape, dimensions),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = TRAINING_INPUT},
};
static const struct decode_table input_table = DECODE_TABLE(input_rows, struct training_model);

static const struct decode_row model_rows[] = {
    {.key = "input", DECODE_HERE(input_table), .need = DECODE_REQUIRED},
    {.key = "layers",
     DECODE_AT_OBJECTS(struct training_model, layers, layer_count, layer_table),
     .need = DECODE_REQUIRED},
};
static const struct decode_table model_table = DECODE_TABLE(model_rows, struct training_model);

/* data */

static const char *const format_words[] = {[FORMAT_IDX] = "idx", NULL};

static const struct decode_row data_rows[] = {
    {.key = "train",
     DECODE_AT_TEXT(struct training_data, train),
     .need = DECODE_REQUIRED,
     .most = PATH_MOST},
    {.key = "validation",
     DECODE_AT_TEXT(struct training_data, validation),
     .need = DECODE_OPTIONAL,
     .most = PATH_MOST},
    {.key = "format",
     DECODE_AT_WORD(struct training_data, format, format_words),
     .preset = FORMAT_IDX},
};
static const struct decode_table data_table = DECODE_TABLE(data_rows, struct training_data);

/* optimizer */

static const char *const optimizer_words[] = {
    [OPTIMIZER_SGD] = "sgd",
    [OPTIMIZER_MOMENTUM] = "momentum",
    [OPTIMIZER_ADAMW] = "adamw",
    NULL,
};

static const struct decode_row optimizer_rows[] = {
    {.key = "type",
     DECODE_AT_WORD(struct training_optimizer, type, optimizer_words),
     .need = DECODE_REQUIRED},
    {.key = "learningRate",
     DECODE_AT_NUMBER(struct training_optimizer, learning_rate),
     .need = DECODE_REQUIRED,
     .low = 1e-9,
     .high = 100},
    {.key = "momentum",
     DECODE_AT_NUMBER(struct training_optimizer, momentum),
     .low = 0,
     .high = 0.9999,
     .preset = 0.9,
     .only = ONLY(OPTIMIZER_MOMENTUM)},
    {.key = "beta1",
     DECODE_AT_NUMBER(struct training_optimizer, beta1),
     .low = 0,
     .high = 0.9999,
     .preset = 0.9,
     .only = ONLY(OPTIMIZER_ADAMW)},
    {.key = "beta2",
     DECODE_AT_NUMBER(struct training_optimizer, beta2),
     .low = 0,
     .high = 0.999999,
     .preset = 0.999,
     .only = ONLY(OPTIMIZER_ADAMW)},
    {.key = "epsilon",
     DECODE_AT_NUMBER(struct training_optimizer, epsilon),
     .low = 1e-16,
     .high = 1,
     .preset = 1e-8,
     .only = ONLY(OPTIMIZER_ADAMW)},
    {.key = "weightDecay",
     DECODE_AT_NUMBER(struct training_optimizer, weight_decay),
     .low = 0,
     .high = 1,
     .preset = 0},
};
static const struct decode_table optimizer_table =
    DECODE_TABLE(optimizer_rows, struct training_optimizer);

/* schedule */

static const char *const schedule_words[] = {
    [SCHEDULE_CONSTANT] = "constant",
    [SCHEDULE_STEP] = "step",
    [SCHEDULE_LINEAR] = "linear",
    [SCHEDULE_COSINE] = "cosine",
    NULL,
};

static const struct decode_row schedule_rows[] = {
    {.key = "type",
     DECODE_AT_WORD(struct training_schedule, type, schedule_words),
     .preset = SCHEDULE_CONSTANT},
    {.key = "warmupSteps",
     DECODE_AT_INTEGER(struct training_schedule, warmup_steps),
     .low = 0,
     .high = STEPS_MOST,
     .preset = 0},
    {.key = "everySteps",
     DECODE_AT_INTEGER(struct training_schedule, every_steps),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = STEPS_MOST,
     .only = ONLY(SCHEDULE_STEP)},
    {.key = "factor",
     DECODE_AT_NUMBER(struct training_schedule, factor),
     .low = 1e-6,
     .high = 1,
     .preset = 0.1,
     .only = ONLY(SCHEDULE_STEP)},
    {.key = "finalRatio",
     DECODE_AT_NUMBER(struct training_schedule, final_ratio),
     .low = 0,
     .high = 1,
     .preset = 0,
     .only = ONLY(SCHEDULE_LINEAR) | ONLY(SCHEDULE_COSINE)},
};
static const struct decode_table schedule_table =
    DECODE_TABLE(schedule_rows, struct training_schedule);

/* batch, validation and the section itself */

static const struct decode_row batch_rows[] = {
    {.key = "global",
     DECODE_AT_INTEGER(struct training_batch, global),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = 1048576},
    {.key = "micro",
     DECODE_AT_INTEGER(struct training_batch, micro),
     .need = DECODE_REQUIRED,
     .low = 1,
     .high = 65536},
};
static const struct decode_table batch_table = DECODE_TABLE(batch_rows, struct training_batch);

static const char *const every_words[] = {[EVERY_NEVER] = "never", [EVERY_EPOCH] = "epoch", NULL};

static const struct decode_row validation_rows[] = {
    {.key = "every",
     DECODE_AT_WORD(struct training, validation, every_words),
     .preset = EVERY_UNSAID},
};
static const struct decode_table validation_table = DECODE_TABLE(validation_rows, struct training);

static const char *const loss_words[] = {[LOSS_CROSS_ENTROPY] = "cross_entropy", NULL};
static const char *const precision_words[] = {[PRECISION_FLOAT32] = "float32", NULL};
static const char *const reproducible_words[] = {[REPRODUCIBLE_ELASTIC] = "elastic", NULL};

static const struct decode_row training_rows[] = {
    {.key = "model",
     DECODE_AT_OBJECT(struct training, model, model_table),
     .need = DECODE_REQUIRED},
    {.key = "data", DECODE_AT_OBJECT(struct training, data, data_table), .need = DECODE_REQUIRED},
    {.key = "loss",
     DECODE_AT_WORD(struct training, loss, loss_words),
     .preset = LOSS_CROSS_ENTROPY},
    {.key = "optimizer",
     DECODE_AT_OBJECT(struct training, optimizer, optimizer_table),
     .need = DECODE_REQUIRED},
    {.key = "schedule", DECODE_AT_OBJECT(struct training, schedule, schedule_table)},
    {.key = "batch",
     DECODE_AT_OBJECT(struct training, batch, batch_table),
     .need = DECODE_REQUIRED},
    {.key = "epochs",
     DECODE_AT_INTEGER(struct training, epochs),
     .need = DECODE_ONE_OF,
     .low = 1,
     .high = 100000},
    {.key = "steps",
     DECODE_AT_INTEGER(struct training, steps),
     .need = DECODE_ONE_OF,
     .low = 1,
     .high = STEPS_MOST},
    {.key = "validation", DECODE_HERE(validation_table)},
    {.key = "precision",
     DECODE_AT_WORD(struct training, precision, precision_words),
     .preset = PRECISION_FLOAT32},
    {.key = "reproducible",
     DECODE_AT_WORD(struct training, reproducible, reproducible_words),
     .preset = REPRODUCIBLE_ELASTIC},
    {.key = "seed",
     DECODE_AT_INTEGER(struct training, seed),
     .low = 0,
     .high = SEED_MOST,
     .preset = 0},
};
const struct decode_table training_table = DECODE_TABLE(training_rows, struct training);

void training_settle(struct training *training)
{
    struct training_model *model = &training->model;

    model->input_size = 1;
    for (size_t i = 0; i < model->dimensions && model->input_size <= TRAINING_INPUT; i++)
        model->input_size *= model->shape[i];
    if (training->validation == EVERY_UNSAID)
        training->validation = training->data.validation ? EVERY_EPOCH : EVERY_NEVER;
}

int training_decode(const struct cJSON *json,
                    const char *path,
                    struct training *training,
                    struct problems *problems)
{
    size_t before = problems->count + problems->dropped;

    decode_read(&training_table, json, path, training, problems);
    training_settle(training);
    validate_training(training, path, problems);
    return problems->count + problems->dropped != before;
}

void training_done(struct training *training)
{
    decode_done(&training_table, training);
}

void training_print(const struct training *training, struct text *out)
{
    encode_print(&training_table, training, out);
}

void training_model_print(const struct training_model *model, struct text *out)
{
    encode_print(&model_table, model, out);
}

int training_model_decode(const struct cJSON *json,
                          struct training_model *model,
                          struct problems *problems)
{
    size_t before = problems->count + problems->dropped;
    struct training training = {.model = *model};

    decode_read(&model_table, json, "model", &training.model, problems);
    training_settle(&training);
    validate_model(&training.model, "", problems);
    *model = training.model;
    return problems->count + problems->dropped != before;
}

const char *training_activation_name(enum training_activation activation)
{
    return activation_words[activation];
}

const char *training_optimizer_name(enum training_optimizer_type type)
{
    return optimizer_words[type];
}

int64_t training_parameters(const struct training_model *model)
{
    int64_t inputs = model->input_size;
    int64_t sum = 0;

    for (size_t i = 0; i < model->layer_count; i++) {
        sum += (inputs + 1) * model->layers[i].units;
        inputs = model->layers[i].units;
    }
    return sum;
}
