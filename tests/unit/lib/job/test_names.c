/* Names: what Kubernetes would refuse is refused before it is sent. */
#include "job/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"

/* A text of `length` times one letter. */
static char *long_text(size_t length)
{
    char *text = memory_get(length + 1, 1);

    memset(text, 'a', length);
    return text;
}

static void dns_labels_are_short_and_lower_case(void)
{
    static const char *const good[] = {"a", "0", "digits", "digits-2", "a--b", "4x4"};
    static const char *const bad[] = {"", "-", "-a", "a-", "A", "a.b", "a_b", "a b", "\xc3\xa4"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT(names_label(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT(!names_label(bad[i]));
}

static void keys_have_an_optional_domain(void)
{
    static const char *const good[] = {
        "app", "a.b_c-D", "muster.dev/job", "a/b", "x-y.example.com/Name_1", "1/2"};
    static const char *const bad[] = {"",
                                      "/",
                                      "a/",
                                      "/a",
                                      "A/b",
                                      "a_b/c",
                                      "a..b/c",
                                      ".a/b",
                                      "a./b",
                                      "a/b/c",
                                      "-a",
                                      "a-",
                                      "a/-b",
                                      "a b",
                                      "a/b.",
                                      "_a",
                                      "-/a",
                                      "a-.b/c"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT(names_key(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT(!names_key(bad[i]));
}

static void values_may_be_empty(void)
{
    CU_ASSERT(names_value(""));
    CU_ASSERT(names_value("V1.2_a-b"));
    CU_ASSERT(!names_value("-a"));
    CU_ASSERT(!names_value("a."));
    CU_ASSERT(!names_value("a/b"));
    CU_ASSERT(!names_value("a b"));
}

static void every_form_has_its_longest(void)
{
    static const struct {
        bool (*fits)(const char *text);
        size_t most;
    } rows[] = {{names_label, 63}, {names_key, 63}, {names_value, 63}, {names_note, 262144}};
    char *key = long_text(256);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *longest = long_text(rows[i].most);
        char *longer = long_text(rows[i].most + 1);

        CU_ASSERT(rows[i].fits(longest));
        CU_ASSERT(!rows[i].fits(longer));
        free(longest);
        free(longer);
    }
    key[254] = '/';
    CU_ASSERT(!names_key(key));
    key[253] = '/';
    key[254] = 'b';
    CU_ASSERT(names_key(key));
    free(key);
}

SUITE("job names",
      {"DNS labels are short and lower-case", dns_labels_are_short_and_lower_case},
      {"keys have an optional domain", keys_have_an_optional_domain},
      {"values may be empty", values_may_be_empty},
      {"every form has its longest", every_form_has_its_longest})
