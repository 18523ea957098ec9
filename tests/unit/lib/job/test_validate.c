/* The rules about several keys: each one broken alone is told alone, at its place. */
#include "job/validate.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/training.h"
#include "support/check.h"

static const char good[] =
    "{\"model\": {\"input\": {\"shape\": [784]}, \"layers\": ["
    "{\"type\": \"dense\", \"units\": 16, \"activation\": \"relu\"},"
    "{\"type\": \"dense\", \"units\": 10, \"activation\": \"softmax\"}]},"
    "\"data\": {\"train\": \"t\", \"validation\": \"v\"}, \"validation\": {\"every\": \"epoch\"},"
    "\"optimizer\": {\"type\": \"sgd\", \"learningRate\": 0.1},"
    "\"schedule\": {\"type\": \"cosine\", \"warmupSteps\": 99},"
    "\"batch\": {\"global\": 128, \"micro\": 32}, \"steps\": 100}";

static int decode(const char *text, const char *path, struct problems *problems)
{
    CLEAN(training) struct training training = {0};
    cJSON *json = cJSON_Parse(text);
    int outcome;

    if (!json)
        abort();
    outcome = training_decode(json, path, &training, problems);
    cJSON_Delete(json);
    return outcome;
}

static const struct rule {
    const char *what;
    const char *with;
    const char *path;
    const char *text;
} rules[] = {
    {"relu", "softmax", "x.model.layers[0].activation", "softmax is for the last layer only"},
    {"softmax",
     "relu",
     "x.model.layers[1].activation",
     "must be softmax on the last layer: loss cross_entropy needs it"},
    {"10, ",
     "1, ",
     "x.model.layers[1].units",
     "must be at least 2: softmax of one unit is always 1"},
    {"[784]",
     "[16777216, 2]",
     "x.model.input.shape",
     "makes samples of more than the 16777216 numbers allowed"},
    {"[784]",
     "[16777216, 16777216, 16777216, 16777216]",
     "x.model.input.shape",
     "makes samples of more than the 16777216 numbers allowed"},
    {"[784]", "[16777216]", NULL, NULL},
    {"[784]", "[4096, 4096, 1, 1]", NULL, NULL},
    {"\"units\": 16", "\"units\": 65536", NULL, NULL},
    {"[784]}, \"layers\": [",
     "[32768]}, \"layers\": [{\"type\": \"dense\", \"units\": 65536},",
     "x.model",
     "has 2148597946 parameters, allowed are 2147483647"},
    {"\"micro\": 32",
     "\"micro\": 48",
     "x.batch.micro",
     "must divide batch.global, but 128 is no multiple of 48"},
    {"\"micro\": 32",
     "\"micro\": 256",
     "x.batch.micro",
     "must divide batch.global, but 128 is no multiple of 256"},
    {"\"micro\": 32", "\"micro\": 128", NULL, NULL},
    {", \"validation\": \"v\"",
     "",
     "x.validation.every",
     "is epoch, but data.validation is not given"},
    {"\"epoch\"", "\"never\"", NULL, NULL},
    {"99", "100", "x.schedule.warmupSteps", "must be below steps, which is 100"},
    {"\"steps\"", "\"epochs\"", NULL, NULL},
};

static void each_broken_rule_is_told_alone(void)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        CLEAN_FREE char *text = check_replaced(good, rules[i].what, rules[i].with);
        CLEAN(problems) struct problems problems = {0};

        decode(text, "x", &problems);
        CU_ASSERT_FATAL(problems.count == (rules[i].path ? 1 : 0));
        if (!rules[i].path)
            continue;
        CHECK_TEXT(problems.items[0].path, rules[i].path);
        CHECK_TEXT(problems.items[0].text, rules[i].text);
    }
}

static void a_rule_is_silent_while_one_of_its_keys_is_wrong(void)
{
    static const char *const changes[][2] = {
        {"\"units\": 10, \"activation\": \"softmax\"", "\"units\": 10, \"activation\": \"hard\""},
        {"\"units\": 10", "\"units\": \"ten\""},
        {"[784]", "[\"a\"]"},
        {"\"global\": 128", "\"global\": 0"},
        {"\"micro\": 32", "\"micro\": 0"},
        {"\"v\"", "7"},
        {"\"steps\": 100", "\"steps\": -1"},
        {"99", "-1"},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CLEAN_FREE char *text = check_replaced(good, changes[i][0], changes[i][1]);
        CLEAN(problems) struct problems problems = {0};

        CU_ASSERT(decode(text, "x", &problems) == 1);
        CU_ASSERT(problems.count == 1);
    }
}

static void a_section_that_is_missing_or_empty_breaks_no_rule(void)
{
    CLEAN(problems) struct problems problems = {0};
    CLEAN(problems) struct problems none = {0};
    struct training zero = {0};

    CU_ASSERT(decode("7", "", &problems) == 1 && problems.count == 1);
    validate_training(&zero, "x", &none);
    CU_ASSERT(none.count == 0);
}

static void rules_at_the_root_have_short_paths(void)
{
    CLEAN_FREE char *text = check_replaced(good, "\"micro\": 32", "\"micro\": 48");
    CLEAN(problems) struct problems problems = {0};

    decode(text, "", &problems);
    CU_ASSERT_FATAL(problems.count == 1);
    CHECK_TEXT(problems.items[0].path, "batch.micro");
}

SUITE("job validate",
      {"each broken rule is told alone", each_broken_rule_is_told_alone},
      {"a rule is silent while one of its keys is wrong",
       a_rule_is_silent_while_one_of_its_keys_is_wrong},
      {"a section that is missing or empty breaks no rule",
       a_section_that_is_missing_or_empty_breaks_no_rule},
      {"rules at the root have short paths", rules_at_the_root_have_short_paths})
