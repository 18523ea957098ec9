/* Scalars: the core schema of YAML, and nothing that two readers take differently. */
#include "job/scalar.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "support/check.h"

static void nulls_and_flags_have_three_spellings(void)
{
    static const struct {
        const char *text;
        int type;
    } rows[] = {
        {"", cJSON_NULL},       {"~", cJSON_NULL},       {"null", cJSON_NULL},
        {"Null", cJSON_NULL},   {"NULL", cJSON_NULL},    {"true", cJSON_True},
        {"True", cJSON_True},   {"TRUE", cJSON_True},    {"false", cJSON_False},
        {"False", cJSON_False}, {"FALSE", cJSON_False},  {"nULL", cJSON_String},
        {"tRUE", cJSON_String}, {"yes", cJSON_String},   {"no", cJSON_String},
        {"on", cJSON_String},   {"off", cJSON_String},   {"y", cJSON_String},
        {"~~", cJSON_String},   {"true ", cJSON_String}, {"None", cJSON_String},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *node = scalar_node(rows[i].text);

        CU_ASSERT(node && node->type == rows[i].type);
        if (node && node->type == cJSON_String)
            CHECK_TEXT(node->valuestring, rows[i].text);
        cJSON_Delete(node);
    }
}

static void numbers_are_read_exactly(void)
{
    static const struct {
        const char *text;
        double number;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"+12", 12},
        {"-7", -7},
        {"1024", 1024},
        {"0.5", 0.5},
        {".5", 0.5},
        {"5.", 5},
        {"-.5", -0.5},
        {"1e-3", 0.001},
        {"1E3", 1000},
        {"1.5e+3", 1500},
        {"0x1F", 31},
        {"0xfFfF", 65535},
        {"0o17", 15},
        {"0o377777777777777777", 9007199254740991.0},
        {".inf", INFINITY},
        {"-.INF", -INFINITY},
        {"+.Inf", INFINITY},
        {"1e999", INFINITY},
        {"9007199254740993", 9007199254740992.0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *node = scalar_node(rows[i].text);

        CU_ASSERT(cJSON_IsNumber(node) && node->valuedouble == rows[i].number);
        cJSON_Delete(node);
    }
}

static void not_a_number_is_a_number_that_is_none(void)
{
    static const char *const spellings[] = {".nan", ".NaN", ".NAN"};

    for (size_t i = 0; i < 3; i++) {
        cJSON *node = scalar_node(spellings[i]);

        CU_ASSERT(cJSON_IsNumber(node) && isnan(node->valuedouble));
        cJSON_Delete(node);
    }
}

static void anything_else_is_a_text(void)
{
    static const char *const texts[] = {
        "ten",   "1 2", "1,000", "1_000", "0b1",  "010", "-01",     "00",    "01.5",
        "0x",    "0xg", "0o8",   "0o",    "0X1F", "1e",  "1e+",     "e3",    ".",
        "-",     "+",   "+-1",   "1.2.3", ".e3",  "inf", "nan",     "+.nan", ".iNf",
        "12:30", "1a",  "-0x1",  "0x1.8", "1h",   "--1", "\xc3\xa4"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *node = scalar_node(texts[i]);

        CU_ASSERT(cJSON_IsString(node) && !strcmp(node->valuestring, texts[i]));
        cJSON_Delete(node);
    }
}

static void what_kubectl_reads_otherwise_is_known(void)
{
    static const char *const differ[] = {
        "y",     "Y",     "yes",   "Yes",  "YES", "on",   "On",    "ON",  "n",    "N",     "no",
        "No",    "NO",    "off",   "Off",  "OFF", "010",  "-01",   "00",  "01.5", "08",    "007e2",
        "1_000", "1__0_", "0x_1f", "0X1F", "0b1", "-0b1", "0B_01", "0O7", "-0x1", "+0o17", "1_0.5"};
    static const char *const agree[] = {
        "",      "yEs", "yess", "nope", "true", "False", "null",   "0",       "10",    "-7",
        "0.5",   ".5",  "5.",   "1e-3", "0x1F", "0o17",  ".inf",   ".nan",    "0o8",   "0b2",
        "0x",    "0xg", "0b",   "_1",   "-_1",  "1a",    "01a",    "1.2.3",   "12:30", "2026-01-01",
        "0x1.8", "1e",  "--1",  "-",    "x_1",  "1,000", "data/1", "\xc3\xa4"};
    static const char long_zeros[] =
        "0000000000000000000000000000000000000000000000000000000000000001";

    for (size_t i = 0; i < sizeof differ / sizeof *differ; i++)
        CU_ASSERT(scalar_differs(differ[i]));
    for (size_t i = 0; i < sizeof agree / sizeof *agree; i++)
        CU_ASSERT(!scalar_differs(agree[i]));
    CU_ASSERT(!scalar_differs(long_zeros) && scalar_differs(long_zeros + 1));
}

SUITE("job scalar",
      {"nulls and flags have three spellings", nulls_and_flags_have_three_spellings},
      {"numbers are read exactly", numbers_are_read_exactly},
      {"not a number is a number that is none", not_a_number_is_a_number_that_is_none},
      {"anything else is a text", anything_else_is_a_text},
      {"what kubectl reads otherwise is known", what_kubectl_reads_otherwise_is_known})
