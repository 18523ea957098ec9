/* The message of the exception that ends a Python process. */
#include "agent/torch_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"

static void found(const char *json, const char *wanted)
{
    char message[40] = "untouched";

    CU_ASSERT(torch_error_find(json, message, sizeof message) == 0);
    CHECK_TEXT(message, wanted);
}

static void none_in(const char *json)
{
    char message[40];

    CU_ASSERT(torch_error_find(json, message, sizeof message) == 1);
}

static void both_forms_of_the_file_are_read(void)
{
    found(
        "{\"message\": {\"message\": \"KeyError: 'x'\", \"extraInfo\": {\"py_callstack\": \"f\"}}}",
        "KeyError: 'x'");
    found("{\"message\":\"out of memory\"}", "out of memory");
    found(" {\n \"message\" : {\n\t\"errorCode\": 1, \"message\"\n:\t\"deep\"}}", "deep");
}

static void escapes_are_undone(void)
{
    found("{\"message\": \"a \\\"b\\\" \\\\ c\\n\\td\"}", "a \"b\" \\ c  d");
    found("{\"message\": \"gr\\u00f6\\u00DFe \\u20ac\\u0041\"}",
          "gr\xc3\xb6\xc3\x9f"
          "e \xe2\x82\xac"
          "A");
    found("{\"message\": \"\\ud83d\"}", "\xef\xbf\xbd");
}

static void what_is_too_long_is_cut_between_characters(void)
{
    char message[5];

    CU_ASSERT(torch_error_find("{\"message\": \"abc\\u00f6\"}", message, sizeof message) == 0);
    CHECK_TEXT(message, "abc");
    CU_ASSERT(torch_error_find("{\"message\": \"abcdefg\"}", message, sizeof message) == 0);
    CHECK_TEXT(message, "abcd");
}

static void a_file_without_a_message_has_none(void)
{
    none_in("");
    none_in("{\"error\": \"x\"}");
    none_in("{\"message\"");
    none_in("{\"message\": ");
    none_in("{\"message\": 7}");
    none_in("{\"message\": {\"code\": 1}}");
    none_in("{\"message\": \"\"}");
    none_in("{\"message\": \"\\");
    found("{\"message\": \"cut off", "cut off");
    found("{\"message\": \"cut off\\u00", "cut off00");
}

static void the_file_is_removed_when_it_is_read(void)
{
    static const char json[] = "{\"message\": \"said\"}";
    char path[TORCH_ERROR_PATH];
    char other[TORCH_ERROR_PATH];
    char message[10] = "untouched";

    setenv("TMPDIR", check_directory(), 1);
    torch_error_path(path);
    torch_error_path(other);
    unsetenv("TMPDIR");
    CU_ASSERT(strcmp(path, other) != 0);
    CU_ASSERT(torch_error_take(path, message, sizeof message) == 1); /* none was written */
    CU_ASSERT(file_write(path, json, strlen(json), NULL) == 0);
    CU_ASSERT(torch_error_take(path, message, sizeof message) == 0);
    CHECK_TEXT(message, "said");
    CU_ASSERT(access(path, F_OK) != 0);
}

static void a_link_is_not_followed(void)
{
    char path[TORCH_ERROR_PATH];
    char target[TORCH_ERROR_PATH];
    char message[10];

    setenv("TMPDIR", check_directory(), 1);
    torch_error_path(path);
    torch_error_path(target);
    unsetenv("TMPDIR");
    CU_ASSERT(file_write(target, "{\"message\": \"a\"}", 16, NULL) == 0);
    CU_ASSERT(symlink(target, path) == 0);
    CU_ASSERT(torch_error_take(path, message, sizeof message) == 1);
    CU_ASSERT(access(target, F_OK) == 0);
}

static void where_nothing_can_be_written_another_place_is_chosen(void)
{
    char path[TORCH_ERROR_PATH];

    setenv("TMPDIR", "/nowhere/at/all", 1);
    torch_error_path(path);
    unsetenv("TMPDIR");
    CU_ASSERT(!strncmp(path, "/tmp/muster-", 12) || !strncmp(path, "/dev/shm/muster-", 16));
}

SUITE("agent torch_error",
      {"both forms of the file are read", both_forms_of_the_file_are_read},
      {"escapes are undone", escapes_are_undone},
      {"what is too long is cut between characters", what_is_too_long_is_cut_between_characters},
      {"a file without a message has none", a_file_without_a_message_has_none},
      {"the file is removed when it is read", the_file_is_removed_when_it_is_read},
      {"a link is not followed", a_link_is_not_followed},
      {"where nothing can be written, another place is chosen",
       where_nothing_can_be_written_another_place_is_chosen})
