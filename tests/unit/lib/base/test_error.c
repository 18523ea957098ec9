/* Errors: the reason is kept in words, cut rather than overrun, and errno survives. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "support/check.h"

static void a_reason_is_formatted_and_minus_one_returned(void)
{
    struct error error = {""};

    CU_ASSERT(error_set(&error, "step %d of %s", 3, "ten") == -1);
    CHECK_TEXT(error.text, "step 3 of ten");
}

static void the_text_of_errno_is_appended_and_errno_kept(void)
{
    struct error error = {""};

    errno = ENOENT;
    CU_ASSERT(error_errno(&error, "cannot open %s", "x") == -1);
    CHECK_TEXT(error.text, "cannot open x: No such file or directory");
    CU_ASSERT(errno == ENOENT);
}

static void a_prefix_stands_before_the_reason(void)
{
    struct error error = {"out of memory"};

    CU_ASSERT(error_prefix(&error, "rank %d", 2) == -1);
    CHECK_TEXT(error.text, "rank 2: out of memory");
}

static void nobody_asking_is_no_trouble(void)
{
    errno = EIO;
    CU_ASSERT(error_set(NULL, "x") == -1);
    CU_ASSERT(error_errno(NULL, "x") == -1);
    CU_ASSERT(error_prefix(NULL, "x") == -1);
    CU_ASSERT(errno == EIO);
}

static void a_long_reason_is_cut(void)
{
    struct error error = {""};
    char reason[2 * ERROR_TEXT];

    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    (void)error_set(&error, "%s", reason);
    CU_ASSERT(strlen(error.text) == ERROR_TEXT - 1);
    errno = ENOENT;
    (void)error_errno(&error, "%s", reason);
    CU_ASSERT(strlen(error.text) == ERROR_TEXT - 1);
    (void)error_prefix(&error, "%s", "before");
    CU_ASSERT(strlen(error.text) == ERROR_TEXT - 1 && !strncmp(error.text, "before: xxx", 11));
    (void)error_prefix(&error, "%s", reason);
    CU_ASSERT(strlen(error.text) == ERROR_TEXT - 1 && error.text[0] == 'x');
}

SUITE("base error",
      {"a reason is formatted and -1 returned", a_reason_is_formatted_and_minus_one_returned},
      {"the text of errno is appended and errno kept",
       the_text_of_errno_is_appended_and_errno_kept},
      {"a prefix stands before the reason", a_prefix_stands_before_the_reason},
      {"nobody asking is no trouble", nobody_asking_is_no_trouble},
      {"a long reason is cut", a_long_reason_is_cut})
