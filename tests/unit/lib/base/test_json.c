/* JSON values: written so that a strict reader gets back the very same. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "support/check.h"

static void text_is(const char *string, const char *wanted)
{
    CLEAN(text) struct text out = {0};

    json_add_text(&out, string);
    CHECK_TEXT(text_string(&out), wanted);
}

static void texts_are_quoted_and_what_does_not_show_is_escaped(void)
{
    text_is("", "\"\"");
    text_is("data/train", "\"data/train\"");
    text_is("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"");
    text_is("one\ntwo\t\x7f", "\"one\\u000atwo\\u0009\\u007f\"");
    text_is("\xc3\xa4\xf0\x9f\x98\x80", "\"\xc3\xa4\xf0\x9f\x98\x80\"");
    text_is("\xf3\xa0\x80\x81\xf0\x9f\xbf\xbe", "\"\xf3\xa0\x80\x81\\ud83f\\udffe\"");
    text_is("a\xff\xc3", "\"a\\ufffd\\ufffd\"");
}

static void an_excerpt_is_cut_between_characters(void)
{
    CLEAN(text) struct text out = {0};

    json_add_excerpt(&out, "\xc3\xa4\xc3\xb6\xc3\xbc", 2);
    CHECK_TEXT(text_string(&out), "\"\xc3\xa4\xc3\xb6...\"");
    text_clear(&out);
    json_add_excerpt(&out, "\xc3\xa4\xc3\xb6\xc3\xbc", 3);
    CHECK_TEXT(text_string(&out), "\"\xc3\xa4\xc3\xb6\xc3\xbc\"");
}

static void numbers_are_short(void)
{
    static const struct {
        double number;
        const char *wanted;
    } rows[] = {
        {0, "0"},
        {5, "5"},
        {-3, "-3"},
        {0.001, "0.001"},
        {0.1, "0.1"},
        {1e-8, "1e-08"},
        {9007199254740991.0, "9007199254740991"},
        {0.1 + 0.2, "0.30000000000000004"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};

        json_add_number(&out, rows[i].number);
        CHECK_TEXT(text_string(&out), rows[i].wanted);
    }
}

static void every_number_is_read_back_bit_for_bit(void)
{
    uint64_t random = check_seed();
    int wrong = 0;

    for (int i = 0; i < 20000; i++) {
        CLEAN(text) struct text out = {0};
        uint64_t bits = random_next(&random);
        uint64_t again = ~bits;
        double number;
        cJSON *read;

        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        json_add_number(&out, number);
        read = cJSON_Parse(out.data);
        if (read)
            memcpy(&again, &read->valuedouble, sizeof again);
        wrong += again != bits;
        cJSON_Delete(read);
    }
    CU_ASSERT(wrong == 0);
}

static void a_tree_is_printed_as_it_is(void)
{
    static const char whole[] =
        "{\"b\":[],\"a\":{\"\\u000a\":[1,-0.5,true,false,null,\"x\"]},\"b\":{}}";
    CLEAN(text) struct text out = {0};
    cJSON *tree = cJSON_Parse(whole);

    CU_ASSERT_FATAL(tree != NULL);
    json_add_tree(&out, tree);
    CHECK_TEXT(text_string(&out), whole);
    cJSON_Delete(tree);
}

static void what_json_cannot_say_becomes_null(void)
{
    CLEAN(text) struct text out = {0};
    cJSON *tree = cJSON_CreateNumber(INFINITY);

    CU_ASSERT_FATAL(tree != NULL);
    json_add_tree(&out, tree);
    CHECK_TEXT(text_string(&out), "null");
    cJSON_Delete(tree);
}

SUITE("base json",
      {"texts are quoted and what does not show is escaped",
       texts_are_quoted_and_what_does_not_show_is_escaped},
      {"an excerpt is cut between characters", an_excerpt_is_cut_between_characters},
      {"numbers are short", numbers_are_short},
      {"every number is read back bit for bit", every_number_is_read_back_bit_for_bit},
      {"a tree is printed as it is", a_tree_is_printed_as_it_is},
      {"what JSON cannot say becomes null", what_json_cannot_say_becomes_null})
