/* The training section: decoded, defaulted, and printed so that it decodes to the same again. */
#include "job/training.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random_job.h"
#include "support/check.h"

static const char small[] = "{\"model\": {\"input\": {\"shape\": [28, 28]}, \"layers\": ["
                            "{\"type\": \"dense\", \"units\": 16},"
                            "{\"type\": \"dense\", \"units\": 10, \"activation\": \"softmax\"}]},"
                            "\"data\": {\"train\": \"data/train\"},"
                            "\"optimizer\": {\"type\": \"adamw\", \"learningRate\": 0.001},"
                            "\"batch\": {\"global\": 128, \"micro\": 32}, \"epochs\": 5}";

static int decode(const char *text, struct training *training, struct problems *problems)
{
    cJSON *json = cJSON_Parse(text);
    int outcome;

    if (!json)
        abort();
    outcome = training_decode(json, "training", training, problems);
    cJSON_Delete(json);
    return outcome;
}

static void the_smallest_section_gets_every_default(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};

    CU_ASSERT(decode(small, &training, &problems) == 0 && problems.count == 0);
    CU_ASSERT(training.model.dimensions == 2 && training.model.input_size == 784);
    CU_ASSERT(training.model.layer_count == 2 && training.model.layers[0].units == 16);
    CU_ASSERT(training.model.layers[0].activation == ACTIVATION_NONE);
    CU_ASSERT(training.model.layers[1].activation == ACTIVATION_SOFTMAX);
    CU_ASSERT(training.data.validation == NULL && training.validation == EVERY_NEVER);
    CU_ASSERT(training.data.format == FORMAT_IDX && training.loss == LOSS_CROSS_ENTROPY);
    CU_ASSERT(training.optimizer.beta1 == 0.9 && training.optimizer.beta2 == 0.999);
    CU_ASSERT(training.optimizer.epsilon == 1e-8 && training.optimizer.weight_decay == 0);
    CU_ASSERT(training.optimizer.momentum == 0); /* not adamw's */
    CU_ASSERT(training.schedule.type == SCHEDULE_CONSTANT && training.schedule.warmup_steps == 0);
    CU_ASSERT(training.epochs == 5 && training.steps == 0 && training.seed == 0);
    CU_ASSERT(training.precision == PRECISION_FLOAT32);
    CU_ASSERT(training.reproducible == REPRODUCIBLE_ELASTIC);
}

static void defaults_follow_the_types_that_are_chosen(void)
{
    CLEAN_FREE char *momentum = check_replaced(small, "adamw", "momentum");
    CLEAN_FREE char *sections = check_replaced(momentum,
                                               "\"epochs\": 5",
                                               "\"steps\": 9, \"schedule\": {\"type\": \"step\", "
                                               "\"everySteps\": 3}");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};

    CU_ASSERT(decode(sections, &training, &problems) == 0);
    CU_ASSERT(training.optimizer.momentum == 0.9 && training.optimizer.beta1 == 0);
    CU_ASSERT(training.schedule.every_steps == 3 && training.schedule.factor == 0.1);
    CU_ASSERT(training.steps == 9 && training.epochs == 0);
}

static void validation_data_is_used_each_epoch_unless_told_otherwise(void)
{
    CLEAN_FREE char *with = check_replaced(
        small, "\"data/train\"", "\"data/train\", \"validation\": \"data/validation\"");
    CLEAN_FREE char *never =
        check_replaced(with, "\"epochs\"", "\"validation\": {\"every\": \"never\"}, \"epochs\"");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};
    CLEAN(training) struct training told = {0};

    CU_ASSERT(decode(with, &training, &problems) == 0 && training.validation == EVERY_EPOCH);
    CU_ASSERT(decode(never, &told, &problems) == 0 && told.validation == EVERY_NEVER);
}

static void a_key_of_another_type_is_refused_with_those_that_go(void)
{
    CLEAN_FREE char *sgd = check_replaced(small, "\"adamw\"", "\"sgd\", \"beta2\": 0.9");
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};

    CU_ASSERT(decode(sgd, &training, &problems) == 1);
    CU_ASSERT_FATAL(problems.count == 1);
    CHECK_TEXT(problems.items[0].path, "training.optimizer.beta2");
    CHECK_TEXT(problems.items[0].text,
               "does not go with type sgd; allowed are type, learningRate, "
               "weightDecay");
}

static void parameters_are_weights_and_biases(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};

    CU_ASSERT(decode(small, &training, &problems) == 0);
    CU_ASSERT(training_parameters(&training.model) == 785 * 16 + 17 * 10);
    CHECK_TEXT(training_optimizer_name(training.optimizer.type), "adamw");
}

static void the_model_prints_alone_and_complete(void)
{
    CLEAN(text) struct text out = {0};
    CLEAN(problems) struct problems problems = {0};
    CLEAN(training) struct training training = {0};

    CU_ASSERT(decode(small, &training, &problems) == 0);
    training_model_print(&training.model, &out);
    CHECK_TEXT(out.data,
               "{\"input\":{\"shape\":[28,28]},\"layers\":["
               "{\"type\":\"dense\",\"units\":16,\"activation\":\"none\"},"
               "{\"type\":\"dense\",\"units\":10,\"activation\":\"softmax\"}]}");
}

static int same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* Compares every byte but the pointers to texts; both structs began as zero bytes. */
static int same(const struct training *a, const struct training *b)
{
    struct training plain[2];
    const unsigned char *bytes[2] = {(const unsigned char *)&plain[0],
                                     (const unsigned char *)&plain[1]};

    memcpy(&plain[0], a, sizeof *a);
    memcpy(&plain[1], b, sizeof *b);
    for (int i = 0; i < 2; i++)
        plain[i].data.train = plain[i].data.validation = NULL;
    for (size_t i = 0; i < sizeof plain[0]; i++) {
        if (bytes[0][i] != bytes[1][i])
            return 0;
    }
    return same_text(a->data.train, b->data.train) &&
           same_text(a->data.validation, b->data.validation);
}

static void what_is_printed_decodes_to_the_same(void)
{
    uint64_t random = check_seed();
    int wrong = 0;

    for (int i = 0; i < 500; i++) {
        CLEAN(text) struct text out = {0};
        CLEAN(text) struct text again = {0};
        CLEAN(problems) struct problems problems = {0};
        CLEAN(training) struct training training;
        CLEAN(training) struct training decoded;

        memset(&training, 0, sizeof training); /* padding too */
        memset(&decoded, 0, sizeof decoded);
        random_training(&random, &training);
        training_print(&training, &out);
        wrong += decode(out.data, &decoded, &problems) != 0;
        training_print(&decoded, &again);
        wrong += !same(&training, &decoded) || strcmp(out.data, again.data) != 0;
    }
    CU_ASSERT(wrong == 0);
}

static int model_decode(const char *json, struct training_model *model, struct problems *problems)
{
    cJSON *tree = cJSON_Parse(json);
    int outcome = training_model_decode(tree, model, problems);

    cJSON_Delete(tree);
    return outcome;
}

static void a_model_decodes_alone(void)
{
    uint64_t random = check_seed();

    for (int i = 0; i < 100; i++) {
        CLEAN(text) struct text out = {0};
        CLEAN(text) struct text again = {0};
        CLEAN(problems) struct problems problems = {0};
        CLEAN(training) struct training training = {0};
        struct training_model model = {0};

        random_training(&random, &training);
        training_model_print(&training.model, &out);
        CU_ASSERT(model_decode(out.data, &model, &problems) == 0);
        training_model_print(&model, &again);
        CU_ASSERT_STRING_EQUAL(out.data, again.data);
        CU_ASSERT(model.input_size == training.model.input_size);
    }
}

static void a_model_alone_keeps_the_rules_for_models(void)
{
    static const struct {
        const char *json;
        const char *path;
    } rows[] = {
        {"{\"input\":{\"shape\":[4]},\"layers\":[{\"type\":\"dense\",\"units\":2}]}",
         "model.layers[0].activation"},
        {"{\"input\":{\"shape\":[4]}}", "model.layers"},
        {"{\"input\":{\"shape\":[0]},\"layers\":[{\"type\":\"dense\",\"units\":2,"
         "\"activation\":\"softmax\"}]}",
         "model.input.shape[0]"},
        {"[]", "model"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(problems) struct problems problems = {0};
        struct training_model model = {0};

        CU_ASSERT(model_decode(rows[i].json, &model, &problems) == 1);
        CU_ASSERT_FATAL(problems.count >= 1);
        CU_ASSERT_STRING_EQUAL(problems.items[0].path, rows[i].path);
    }
    CU_ASSERT_STRING_EQUAL(training_activation_name(ACTIVATION_GELU), "gelu");
}

SUITE("job training",
      {"the smallest section gets every default", the_smallest_section_gets_every_default},
      {"defaults follow the types that are chosen", defaults_follow_the_types_that_are_chosen},
      {"validation data is used each epoch unless told otherwise",
       validation_data_is_used_each_epoch_unless_told_otherwise},
      {"a key of another type is refused with those that go",
       a_key_of_another_type_is_refused_with_those_that_go},
      {"parameters are weights and biases", parameters_are_weights_and_biases},
      {"the model prints alone and complete", the_model_prints_alone_and_complete},
      {"what is printed decodes to the same", what_is_printed_decodes_to_the_same},
      {"a model decodes alone", a_model_decodes_alone},
      {"a model alone keeps the rules for models", a_model_alone_keeps_the_rules_for_models})
