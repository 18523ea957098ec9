/* Tokens: read again in time and when refused; the old one is kept when there is no good new one.
 */
#include "kube/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

static char *path_new(void)
{
    char *path;

    if (asprintf(&path, "%s/token", check_directory()) < 0)
        abort();
    return path;
}

static void put(const char *path, const char *content, size_t size)
{
    if (file_write(path, content, size, NULL))
        abort();
}

static void a_token_is_read_again_after_a_minute(void)
{
    CLEAN_FREE char *path = path_new();
    CLEAN(token) struct token token = {.path = path};

    put(path, "one\n", 4);
    CHECK_TEXT(token_get(&token, CLOCK_SECONDS(100), NULL), "one");
    put(path, "two", 3);
    CHECK_TEXT(token_get(&token, CLOCK_SECONDS(159), NULL), "one");
    CHECK_TEXT(token_get(&token, CLOCK_SECONDS(160), NULL), "two");
}

static void a_refused_token_is_read_again_at_once(void)
{
    CLEAN_FREE char *path = path_new();
    CLEAN(token) struct token token = {.path = path};

    put(path, "one", 3);
    token_get(&token, 0, NULL);
    CU_ASSERT(!token_refused(&token, 1));
    put(path, "two", 3);
    CU_ASSERT(token_refused(&token, 2));
    CHECK_TEXT(token_get(&token, 3, NULL), "two");
}

static void what_is_no_token_is_refused_and_the_old_one_kept(void)
{
    static const struct {
        const char *content;
        size_t size;
    } rows[] = {
        {"", 0}, {" \n", 2}, {"a b", 3}, {"a\nb", 3}, {"a\0b", 3}, {"a\0", 2}, {"\xc3\xa9", 2}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE char *path = path_new();
        CLEAN(token) struct token token = {.path = path};
        struct error error = {""};

        put(path, rows[i].content, rows[i].size);
        CU_ASSERT(token_get(&token, 0, &error) == NULL);
        CHECK_HAS(error.text, "does not hold a token");
        put(path, "one", 3);
        CHECK_TEXT(token_get(&token, 1, NULL), "one");
        put(path, rows[i].content, rows[i].size);
        CU_ASSERT(!token_refused(&token, 2));
        CHECK_TEXT(token_get(&token, CLOCK_SECONDS(100), NULL), "one");
    }
}

static void a_file_that_is_away_or_cannot_be_read_keeps_the_old_one(void)
{
    CLEAN_FREE char *path = path_new();
    CLEAN(token) struct token token = {.path = path};
    struct error error = {""};

    CU_ASSERT(!token_get(&token, 0, &error));
    CHECK_HAS(error.text, "there is no token at");
    put(path, "one", 3);
    CHECK_TEXT(token_get(&token, 0, NULL), "one");
    for (int k = 1, fired = 1; fired; k++) {
        fault_arm(FAULT_OUTCOMES, k);
        CU_ASSERT(!token_refused(&token, k));
        fired = fault_disarm();
        CHECK_TEXT(token_get(&token, k, NULL), "one");
    }
    file_remove_tree(path, NULL);
    CU_ASSERT(!token_refused(&token, 9));
    CHECK_TEXT(token_get(&token, CLOCK_SECONDS(100), NULL), "one");
}

SUITE("kube token",
      {"a token is read again after a minute", a_token_is_read_again_after_a_minute},
      {"a refused token is read again at once", a_refused_token_is_read_again_at_once},
      {"what is no token is refused and the old one kept",
       what_is_no_token_is_refused_and_the_old_one_kept},
      {"a file that is away or cannot be read keeps the old one",
       a_file_that_is_away_or_cannot_be_read_keeps_the_old_one})
