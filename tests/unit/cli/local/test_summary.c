/* The end of a run as JSON and in words: every member, and results that are none. */
#include "cli/local/summary.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/clock.h"
#include "support/check.h"

#define RESULT                                                                                     \
    "{\"task\":\"Train\",\"steps\":300,\"finalLoss\":0.01234,\"validationAccuracy\":0.981,"        \
    "\"checkpoint\":\"runs/digits/step-300\",\"stopped\":false}"

static const struct repairs none;

static void print(const char *text, const struct repairs *repairs, struct text *out)
{
    summary_print(&(struct summary){.outcome = "Succeeded",
                                    .text = text,
                                    .attempt = 2,
                                    .seconds = 1.23456,
                                    .repairs = repairs},
                  out);
}

/* The summary around a text, printed on one line. */
static void line_is(const char *text, const struct repairs *repairs, const char *wanted)
{
    CLEAN(text) struct text out = {0};
    cJSON *json;
    char *line;

    print(text, repairs, &out);
    CU_ASSERT(out.size && out.data[out.size - 1] == '\n');
    json = cJSON_ParseWithOpts(out.data, NULL, true);
    CU_ASSERT_FATAL(json != NULL);
    line = cJSON_PrintUnformatted(json);
    CHECK_TEXT(line, wanted);
    cJSON_free(line);
    cJSON_Delete(json);
}

static void words_are(const char *printed, const char *wanted)
{
    CLEAN(text) struct text out = {0};

    summary_words(printed, &out);
    CHECK_TEXT(text_string(&out), wanted);
}

#define HEAD "{\"outcome\":\"Succeeded\",\"attempt\":2,\"seconds\":1.235,"
#define TAIL ",\"repairs\":[]}"

static void without_a_result_there_is_only_how_it_ended(void)
{
    line_is("", &none, "{\"outcome\":\"Succeeded\",\"attempt\":2,\"seconds\":1.235" TAIL);
}

static void the_members_of_the_result_are_at_the_top(void)
{
    line_is("{\"steps\":3,\"deep\":{\"list\":[1,null]}}",
            &none,
            HEAD "\"steps\":3,\"deep\":{\"list\":[1,null]}" TAIL);
}

static void what_is_no_object_is_the_reason(void)
{
    line_is("rank 3: no such file", &none, HEAD "\"reason\":\"rank 3: no such file\"" TAIL);
    line_is("[1]", &none, HEAD "\"reason\":\"[1]\"" TAIL);
    line_is("12", &none, HEAD "\"reason\":\"12\"" TAIL);
    line_is("{\"a\":1", &none, HEAD "\"reason\":\"{\\\"a\\\":1\"" TAIL);
    line_is("{\"a\":1} is not known", &none, HEAD "\"reason\":\"{\\\"a\\\":1} is not known\"" TAIL);
}

static void no_member_of_the_result_takes_the_place_of_another(void)
{
    line_is(
        "{\"outcome\":\"Failed\",\"attempt\":9,\"seconds\":null,\"repairs\":1,\"own\":1,\"own\":2}",
        &none,
        HEAD "\"own\":1" TAIL);
}

static void a_repair_has_its_spans_and_null_where_a_point_is_missing(void)
{
    struct repairs repairs = {0};
    struct repair repair = {.cause = "RankKilled",
                            .class = "Host",
                            .node = "node-b",
                            .slot = 1,
                            .rank = 3,
                            .rung = 2,
                            .generation = 4,
                            .struck = CLOCK_MS(1000),
                            .seen = CLOCK_MS(1004),
                            .revoked = CLOCK_MS(1016),
                            .formed = CLOCK_MS(1096),
                            .restored = CLOCK_MS(1105),
                            .stepped = CLOCK_MS(1136) + 60000,
                            .steps_redone = 1,
                            .text = "killed by \"signal\" 9"};

    repairs_add(&repairs, &repair);
    repair =
        (struct repair){.cause = "Stuck", .rung = 2, .seen = CLOCK_MS(1), .stepped = CLOCK_MS(3)};
    repairs_add(&repairs, &repair);
    line_is("{}",
            &repairs,
            HEAD "\"repairs\":["
                 "{\"cause\":\"RankKilled\",\"class\":\"Host\",\"slot\":1,\"rank\":3,\"rung\":2,"
                 "\"node\":\"node-b\",\"generation\":4,"
                 "\"milliseconds\":{\"detect\":4,\"revoke\":12,\"form\":80,\"restore\":9,"
                 "\"firstStep\":31.1,\"total\":136.1},\"stepsRedone\":1,"
                 "\"text\":\"killed by \\\"signal\\\" 9\"},"
                 "{\"cause\":\"Stuck\",\"slot\":0,\"rank\":0,\"rung\":2,\"generation\":0,"
                 "\"milliseconds\":{\"detect\":null,\"revoke\":null,\"form\":null,\"restore\":null,"
                 "\"firstStep\":null,\"total\":2},\"stepsRedone\":0,\"text\":\"\"}]}");
    repairs_done(&repairs);
}

/* Nothing was done: it is no repair. */
static void a_rank_that_is_slow_stands_by_itself(void)
{
    struct repairs repairs = {0};
    const struct repair slow = {.cause = "RankSlow",
                                .class = "Slow",
                                .node = "node-b",
                                .slot = 1,
                                .rank = 3,
                                .text = "1.30 times"};

    repairs_add(&repairs, &slow);
    line_is("{}",
            &repairs,
            HEAD "\"repairs\":[],\"slowRanks\":[{\"slot\":1,\"rank\":3,\"node\":\"node-b\","
                 "\"text\":\"1.30 times\"}]}");
    repairs_done(&repairs);
}

static void the_words_say_what_is_known(void)
{
    CLEAN(text) struct text printed = {0};

    print(RESULT, &none, &printed);
    words_are(printed.data,
              "succeeded after 1.2 s, 300 steps, loss 0.0123, validation accuracy 98.10 %\n"
              "model: runs/digits/step-300\n");
    words_are("{\"outcome\":\"Stopped\",\"seconds\":0.5,\"steps\":0,\"finalLoss\":null,"
              "\"validationAccuracy\":null,\"checkpoint\":null}",
              "stopped after 0.5 s, 0 steps\n");
    words_are("{\"outcome\":\"Stopped\",\"seconds\":0.5,\"reason\":\"before the first step\"}",
              "stopped after 0.5 s\n");
}

static void a_long_path_is_not_cut(void)
{
    CLEAN(text) struct text printed = {0};
    CLEAN(text) struct text wanted = {0};

    text_add(&printed, "{\"outcome\":\"Succeeded\",\"seconds\":1,\"checkpoint\":\"");
    text_add(&wanted, "succeeded after 1.0 s\nmodel: ");
    for (int i = 0; i < 300; i++) {
        text_addf(&printed, "directory-%d/", i);
        text_addf(&wanted, "directory-%d/", i);
    }
    text_add(&printed, "\"}");
    text_add(&wanted, "\n");
    words_are(printed.data, wanted.data);
}

static void the_reason_is_there_or_not(void)
{
    CLEAN(text) struct text printed = {0};
    CLEAN(text) struct text reason = {0};

    CU_ASSERT(summary_reason("{\"outcome\":\"Failed\"}", &reason) == 1);
    CU_ASSERT(summary_reason("{\"reason\":7}", &reason) == 1);
    CU_ASSERT(reason.data == NULL);
    print("rank 3: \"data\" has no\nend", &none, &printed);
    CU_ASSERT(summary_reason(printed.data, &reason) == 0);
    CHECK_TEXT(text_string(&reason), "rank 3: \"data\" has no\nend");
}

SUITE("cli summary",
      {"without a result there is only how it ended", without_a_result_there_is_only_how_it_ended},
      {"the members of the result are at the top", the_members_of_the_result_are_at_the_top},
      {"what is no object is the reason", what_is_no_object_is_the_reason},
      {"no member of the result takes the place of another",
       no_member_of_the_result_takes_the_place_of_another},
      {"a repair has its spans, and null where a point is missing",
       a_repair_has_its_spans_and_null_where_a_point_is_missing},
      {"a rank that is slow stands by itself", a_rank_that_is_slow_stands_by_itself},
      {"the words say what is known", the_words_say_what_is_known},
      {"a long path is not cut", a_long_path_is_not_cut},
      {"the reason is there or not", the_reason_is_there_or_not})
