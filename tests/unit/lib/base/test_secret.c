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

SUITE("base secret",
      {"secrets are compared to the last byte", secrets_are_compared_to_the_last_byte})
