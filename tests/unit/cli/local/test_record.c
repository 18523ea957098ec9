/* The small files of a local job: what is a number and a verdict, and what is not. */
#include "cli/local/record.h"

#include "support/check.h"

/* A row of bytes, zero bytes in it included. */
#define BYTES(string) (string), sizeof(string) - 1

static void numbers_are_read_with_a_newline_or_without(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        uint32_t attempt;
    } rows[] = {{BYTES("0\n"), 0},
                {BYTES("1"), 1},
                {BYTES("17\n"), 17},
                {BYTES("4294967295\n"), UINT32_MAX}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text content = {0};
        uint32_t attempt = 99;

        text_add_bytes(&content, rows[i].bytes, rows[i].size);
        CU_ASSERT(record_attempt(&content, &attempt) == 0 && attempt == rows[i].attempt);
    }
}

static void anything_else_is_no_number(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {{BYTES("")},
                {BYTES("\n")},
                {BYTES("1\n\n")},
                {BYTES("1\n2\n")},
                {BYTES("1\r\n")},
                {BYTES(" 1\n")},
                {BYTES("1 \n")},
                {BYTES("+1\n")},
                {BYTES("-1\n")},
                {BYTES("1.0\n")},
                {BYTES("0x1\n")},
                {BYTES("4294967296\n")},
                {BYTES("99999999999999999999\n")},
                {BYTES("1\0\n")},
                {BYTES("1\0")},
                {BYTES("\0\0\0\0")}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text content = {0};
        uint32_t attempt = 99;

        text_add_bytes(&content, rows[i].bytes, rows[i].size);
        CU_ASSERT(record_attempt(&content, &attempt) == 1 && attempt == 99);
    }
    CU_ASSERT(record_attempt(&(struct text){0}, &(uint32_t){0}) == 1);
}

static void a_verdict_is_a_line_and_a_text(void)
{
    static const struct {
        const char *content;
        const char *outcome;
        const char *text;
    } rows[] = {{"Succeeded\n{\"steps\":3}\n", "Succeeded", "{\"steps\":3}"},
                {"Failed\nno such file\nin two lines\n", "Failed", "no such file\nin two lines"},
                {"Failed\ncut", "Failed", "cut"},
                {"Stopped\n\n", "Stopped", ""},
                {"Stopped\n", "Stopped", ""}};
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text content = {0};

        text_add(&content, rows[i].content);
        CU_ASSERT(record_verdict(&content, &outcome, &text) == 0);
        CHECK_TEXT(outcome.data, rows[i].outcome);
        CHECK_TEXT(text.data, rows[i].text);
    }
}

static void what_is_no_verdict_changes_nothing(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {{BYTES("")},
                {BYTES("Succeeded")},
                {BYTES("\n")},
                {BYTES("\nSucceeded\n")},
                {BYTES("Succ\0eded\n{}\n")},
                {BYTES("Succeeded\n{\0}\n")},
                {BYTES("\0\0\0\0\0\0\0\0\n")}};
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};

    text_add(&outcome, "before");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text content = {0};

        text_add_bytes(&content, rows[i].bytes, rows[i].size);
        CU_ASSERT(record_verdict(&content, &outcome, &text) == 1);
        CHECK_TEXT(outcome.data, "before");
        CU_ASSERT(text.data == NULL);
    }
    CU_ASSERT(record_verdict(&(struct text){0}, &outcome, &text) == 1);
}

SUITE("cli record",
      {"numbers are read with a newline or without", numbers_are_read_with_a_newline_or_without},
      {"anything else is no number", anything_else_is_no_number},
      {"a verdict is a line and a text", a_verdict_is_a_line_and_a_text},
      {"what is no verdict changes nothing", what_is_no_verdict_changes_nothing})
