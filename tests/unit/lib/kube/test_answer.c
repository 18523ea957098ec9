/* Answers: each means what the API conventions say, whatever the body claims. */
#include "kube/answer.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

#define STATUS(members) "{\"kind\":\"Status\"," members "}"
#define CAUSE(word)     "\"details\":{\"causes\":[{\"reason\":\"" word "\"}]}"

static struct answer answer_of(int status, const char *body)
{
    return (struct answer){.status = status, .body = body, .size = strlen(body)};
}

static void every_answer_has_its_class(void)
{
    static const struct {
        int status;
        const char *body;
        enum answer_class class;
    } rows[] = {
        {200, "{}", ANSWER_DONE},
        {201, "", ANSWER_DONE},
        {202, STATUS("\"code\":500"), ANSWER_DONE},
        {409, STATUS("\"reason\":\"AlreadyExists\""), ANSWER_EXISTS},
        {409, STATUS("\"reason\":\"Conflict\""), ANSWER_CONFLICT},
        {409, "", ANSWER_CONFLICT},
        {404, "404 page not found\n", ANSWER_ABSENT},
        {410, STATUS("\"reason\":\"Expired\""), ANSWER_EXPIRED},
        {504, STATUS(CAUSE("ResourceVersionTooLarge")), ANSWER_TOO_NEW},
        {504, STATUS("\"reason\":\"Timeout\""), ANSWER_BUSY},
        {400, STATUS("\"reason\":\"BadRequest\""), ANSWER_INVALID},
        {415, "", ANSWER_INVALID},
        {422, STATUS("\"reason\":\"Invalid\""), ANSWER_INVALID},
        {401, STATUS("\"reason\":\"Unauthorized\""), ANSWER_DENIED},
        {403, STATUS("\"reason\":\"Forbidden\""), ANSWER_DENIED},
        {403, STATUS(CAUSE("NamespaceTerminating")), ANSWER_TERMINATING},
        {403,
         STATUS("\"message\":\"pods \\\"a\\\" is forbidden: exceeded quota: q\""),
         ANSWER_QUOTA},
        {429, STATUS("\"reason\":\"TooManyRequests\""), ANSWER_BUSY},
        {500, "", ANSWER_BUSY},
        {503, "upstream", ANSWER_BUSY},
        {301, "", ANSWER_BUSY},
        {418, STATUS("\"code\":200"), ANSWER_BUSY},
        {0, "", ANSWER_LOST},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answer answer = answer_of(rows[i].status, rows[i].body);
        struct refusal refusal;
        enum answer_class class = answer_classify(&answer, &refusal);

        CU_ASSERT(class == rows[i].class);
        CU_ASSERT(refusal.code == (class == ANSWER_DONE ? 0 : rows[i].status));
        CU_ASSERT(answer_classify(&answer, NULL) == class);
        CU_ASSERT(strlen(answer_word(class)) > 1);
    }
}

static void an_answer_that_was_cut_off_is_too_large(void)
{
    struct answer answer = answer_of(200, "{}");

    answer.too_large = 1;
    CU_ASSERT(answer_classify(&answer, NULL) == ANSWER_TOO_LARGE);
}

static void an_answer_is_described_in_a_line(void)
{
    struct answer answer = answer_of(409, STATUS("\"reason\":\"Conflict\",\"message\":\"a\\nb\""));
    char line[64];
    char brief[8];

    answer_describe(&answer, line, sizeof line);
    CHECK_TEXT(line, "409 Conflict: a b");
    answer_describe(&answer, brief, sizeof brief);
    CHECK_TEXT(brief, "409 Con");
    answer = answer_of(503, "busy");
    answer_describe(&answer, line, sizeof line);
    CHECK_TEXT(line, "503");
    answer = answer_of(200, "");
    answer_describe(&answer, line, sizeof line);
    CHECK_TEXT(line, "200");
    answer.too_large = 1;
    answer_describe(&answer, line, sizeof line);
    CHECK_TEXT(line, "the answer is too large");
    answer = answer_of(0, "");
    snprintf(answer.reason, sizeof answer.reason, "timed out");
    answer_describe(&answer, line, sizeof line);
    CHECK_TEXT(line, "no answer: timed out");
}

SUITE("kube answer",
      {"every answer has its class", every_answer_has_its_class},
      {"an answer that was cut off is too large", an_answer_that_was_cut_off_is_too_large},
      {"an answer is described in a line", an_answer_is_described_in_a_line})
