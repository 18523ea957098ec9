/* A token in a file: one word, or none. */
#include "base/secret_file.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "support/check.h"
#include "support/fault.h"

#define MOST 32

static const char *path_with(const char *content, size_t size)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/token", check_directory());
    CU_ASSERT_FATAL(file_write(path, content, size, NULL) == 0);
    return path;
}

static void word_check(const char *content, const char *wanted)
{
    char *word = NULL;

    CU_ASSERT(secret_file_read(path_with(content, strlen(content)), MOST, &word, NULL) == 0);
    CHECK_TEXT(word ? word : "", wanted);
    secret_forget(word);
}

static void a_word_is_read_without_the_white_space_behind_it(void)
{
    word_check("abc.def-_~!", "abc.def-_~!");
    word_check("abc\n", "abc");
    word_check("abc \t\r\n\n", "abc");
    word_check("0123456789012345678901234567890\n", "0123456789012345678901234567890");
}

static void nothing_check(const char *content, size_t size, const char *says)
{
    char *word = NULL;
    struct error error = {""};

    CU_ASSERT(secret_file_read(path_with(content, size), MOST, &word, &error) == -1);
    CU_ASSERT(word == NULL);
    CHECK_HAS(error.text, says);
}

static void what_is_not_one_word_is_none(void)
{
    nothing_check("", 0, "does not hold a token");
    nothing_check("\n\n", 2, "does not hold a token");
    nothing_check("two words", 9, "does not hold a token");
    nothing_check(" abc", 4, "does not hold a token");
    nothing_check("a\0b", 3, "does not hold a token");
    nothing_check("caf\xc3\xa9", 5, "does not hold a token");
    nothing_check("012345678901234567890123456789012", 33, "is larger than the 32 bytes allowed");
}

static void a_file_that_is_not_there_is_named(void)
{
    char *word = NULL;
    struct error error = {""};

    CU_ASSERT(secret_file_read("/nowhere/token", MOST, &word, &error) == -1);
    CHECK_TEXT(error.text, "there is no token at /nowhere/token");
}

static void every_failing_call_is_told(void)
{
    const char *path = path_with("abc", 3);
    int descriptors = check_descriptors();
    int failures = 0;
    char *word = NULL;

    for (int k = 1;; k++) {
        struct error error = {""};
        int outcome;

        fault_arm(FAULT_OUTCOMES, k);
        outcome = secret_file_read(path, MOST, &word, &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0] && word == NULL);
    }
    CU_ASSERT(failures >= 2);
    CHECK_TEXT(word ? word : "", "abc");
    secret_forget(word);
    CU_ASSERT(check_descriptors() == descriptors);
}

SUITE("base secret file",
      {"a word is read without the white space behind it",
       a_word_is_read_without_the_white_space_behind_it},
      {"what is not one word is none", what_is_not_one_word_is_none},
      {"a file that is not there is named", a_file_that_is_not_there_is_named},
      {"every failing call is told", every_failing_call_is_told})
