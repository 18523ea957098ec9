/* Refusals: what a Status says is kept within bounds, and nothing else is one. */
#include "kube/refusal.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "support/check.h"

#define INVALID                                                                                    \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"no good\","   \
    "\"reason\":\"Invalid\",\"details\":{\"causes\":[{\"reason\":\"FieldValueInvalid\","           \
    "\"message\":\"must be 1\",\"field\":\"spec.replicas\"},{\"reason\":\"FieldValueRequired\"}]}" \
    ",\"code\":422}"

static int read_text(const char *text, struct refusal *refusal)
{
    return refusal_read(text, strlen(text), refusal);
}

static void a_status_is_read_with_its_causes(void)
{
    struct refusal refusal;

    CU_ASSERT(read_text(INVALID, &refusal) == 0);
    CU_ASSERT(refusal.code == 422 && refusal.cause_count == 2);
    CHECK_TEXT(refusal.reason, "Invalid");
    CHECK_TEXT(refusal.message, "no good");
    CHECK_TEXT(refusal.causes[0].field, "spec.replicas");
    CHECK_TEXT(refusal.causes[0].message, "must be 1");
    CHECK_TEXT(refusal.causes[1].field, "");
    CU_ASSERT(refusal_has_cause(&refusal, "FieldValueRequired"));
    CU_ASSERT(!refusal_has_cause(&refusal, "Required"));
}

static void what_is_no_status_is_refused(void)
{
    static const char *const rows[] = {"",
                                       "null",
                                       "[]",
                                       "{}",
                                       "{\"kind\":7}",
                                       "{\"kind\":\"Pod\"}",
                                       "{\"Kind\":\"Status\"}",
                                       "{\"kind\":\"Status\"",
                                       "<html>busy</html>"};
    struct refusal refusal = {.code = 7};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(read_text(rows[i], &refusal) == 1 && refusal.code == 7);
}

static void members_of_another_type_are_left_out(void)
{
    static const char *const rows[] = {
        "{\"kind\":\"Status\"}",
        "{\"kind\":\"Status\",\"code\":\"422\",\"message\":[],\"reason\":{},\"details\":7}",
        "{\"kind\":\"Status\",\"code\":1e300,\"details\":{\"causes\":{\"a\":{}}}}",
        "{\"kind\":\"Status\",\"code\":-1,\"details\":{\"causes\":\"x\"}}",
        "{\"kind\":\"Status\",\"code\":99,\"details\":[]}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct refusal refusal = {.code = 7};

        CU_ASSERT(read_text(rows[i], &refusal) == 0);
        CU_ASSERT(refusal.code == 0 && refusal.cause_count == 0 && !*refusal.message);
    }
}

static void more_causes_than_fit_are_left_out(void)
{
    CLEAN(text) struct text body = {0};
    struct refusal refusal;

    text_add(&body, "{\"kind\":\"Status\",\"details\":{\"causes\":[");
    for (int i = 0; i < 3 * REFUSAL_CAUSES; i++)
        text_addf(&body, "%s{\"reason\":\"r%d\"}", i ? "," : "", i);
    text_add(&body, "]}}");
    CU_ASSERT(refusal_read(body.data, body.size, &refusal) == 0);
    CU_ASSERT(refusal.cause_count == REFUSAL_CAUSES);
    CU_ASSERT(refusal_has_cause(&refusal, "r7") && !refusal_has_cause(&refusal, "r8"));
}

static void texts_are_cut_between_characters_and_fit_on_a_line(void)
{
    CLEAN(text) struct text body = {0};
    struct refusal refusal;

    text_add(&body, "{\"kind\":\"Status\",\"reason\":\"a\\nb\\u001b[2Jc\\u202ed\",\"message\":\"");
    for (int i = 0; i < REFUSAL_MESSAGE; i++)
        text_add(&body, "\xc3\xa9");
    text_add(&body, "\"}");
    CU_ASSERT(refusal_read(body.data, body.size, &refusal) == 0);
    CHECK_TEXT(refusal.reason, "a b [2Jc d");
    CU_ASSERT(strlen(refusal.message) == REFUSAL_MESSAGE - 2 && utf8_line(refusal.message));
}

static void a_body_that_is_too_large_is_not_read(void)
{
    CLEAN(text) struct text body = {0};
    struct refusal refusal;

    text_add(&body, "{\"kind\":\"Status\"}");
    while (body.size < REFUSAL_BYTES)
        text_add(&body, " ");
    CU_ASSERT(refusal_read(body.data, body.size, &refusal) == 0);
    text_add(&body, " ");
    CU_ASSERT(refusal_read(body.data, body.size, &refusal) == 1);
}

SUITE("kube refusal",
      {"a status is read with its causes", a_status_is_read_with_its_causes},
      {"what is no status is refused", what_is_no_status_is_refused},
      {"members of another type are left out", members_of_another_type_are_left_out},
      {"more causes than fit are left out", more_causes_than_fit_are_left_out},
      {"texts are cut between characters and fit on a line",
       texts_are_cut_between_characters_and_fit_on_a_line},
      {"a body that is too large is not read", a_body_that_is_too_large_is_not_read})
