/* Excerpts: short, whole characters, nothing but UTF-8. */
#include "controller/excerpt.h"

#include <string.h>

#include "base/cleanup.h"
#include "support/check.h"

static void a_copy_is_cut_between_characters(void)
{
    CLEAN_FREE char *whole = excerpt_copy("a\xc3\xa4z", 4);
    CLEAN_FREE char *cut = excerpt_copy("a\xc3\xa4z", 2);

    CHECK_TEXT(whole, "a\xc3\xa4z");
    CHECK_TEXT(cut, "a");
    CU_ASSERT(excerpt_copy("\xc3\xa4", 1) == NULL);
}

static void nothing_is_copied_as_nothing(void)
{
    char out[4] = "xyz";

    CU_ASSERT(excerpt_copy(NULL, 9) == NULL && excerpt_copy("", 9) == NULL);
    excerpt_put(out, sizeof out, NULL);
    CHECK_TEXT(out, "");
}

static void what_is_no_character_becomes_a_question_mark(void)
{
    char out[8];

    excerpt_put(out, sizeof out, "a\xff\xc3(\xe2\x82");
    CHECK_TEXT(out,
               "a?"
               "?(?"
               "?");
    excerpt_put(out, 3, "\xff\xff\xff\xff");
    CHECK_TEXT(out, "??");
}

static void a_whole_text_fits_or_is_refused(void)
{
    char out[4] = "xyz";

    CU_ASSERT(excerpt_whole(out, sizeof out, "abcd") == 1 && *out == '\0');
    CU_ASSERT(excerpt_whole(out, sizeof out, "") == 1);
    CU_ASSERT(excerpt_whole(out, sizeof out, NULL) == 1);
    CU_ASSERT(excerpt_whole(out, sizeof out, "abc") == 0);
    CHECK_TEXT(out, "abc");
}

SUITE("controller excerpt",
      {"a copy is cut between characters", a_copy_is_cut_between_characters},
      {"nothing is copied as nothing", nothing_is_copied_as_nothing},
      {"what is no character becomes a question mark",
       what_is_no_character_becomes_a_question_mark},
      {"a whole text fits or is refused", a_whole_text_fits_or_is_refused})
