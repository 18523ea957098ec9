/* Secrets: equal or not, to the last byte. */
#include "base/secret.h"

#include "support/check.h"

static void secrets_are_compared_to_the_last_byte(void)
{
    CU_ASSERT(secret_equal("abcd", "abcd", 4));
    CU_ASSERT(!secret_equal("abcd", "abce", 4));
    CU_ASSERT(!secret_equal("abcd", "bbcd", 4));
    CU_ASSERT(secret_equal("abcd", "abce", 3));
    CU_ASSERT(secret_equal("", "", 0));
    CU_ASSERT(secret_text_equal("abcd", "abcd"));
    CU_ASSERT(!secret_text_equal("abcd", "abc"));
    CU_ASSERT(!secret_text_equal("", "a"));
    CU_ASSERT(secret_text_equal("", ""));
}

static void a_text_that_was_forgotten_is_empty(void)
{
    struct text text = {0};

    secret_done(&text);
    text_add(&text, "abcd");
    secret_done(&text);
    CU_ASSERT(!text.data && !text.size && !text.capacity);
    text_add(&text, "e");
    CHECK_TEXT(text.data, "e");
    secret_done(&text);
    secret_forget(NULL);
}

SUITE("base secret",
      {"secrets are compared to the last byte", secrets_are_compared_to_the_last_byte},
      {"a text that was forgotten is empty", a_text_that_was_forgotten_is_empty})
