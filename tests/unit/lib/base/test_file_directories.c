/* Making directories: missing parents too, and no failure goes unseen. */
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

static bool is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void missing_parents_are_made_and_present_ones_are_fine(void)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/a/b/c", check_directory());
    CU_ASSERT(file_make_directories(path.data, NULL) == 0 && is_directory(path.data));
    CU_ASSERT(file_make_directories(path.data, NULL) == 0);
    CU_ASSERT(file_write(path.data, "", 0, NULL) == -1);
    text_add(&path, "/file");
    CU_ASSERT(file_write(path.data, "x", 1, NULL) == 0);
    CU_ASSERT(file_make_directories(path.data, NULL) == -1);
    text_add(&path, "/below");
    CU_ASSERT(file_make_directories(path.data, NULL) == -1);
}

static void a_path_lies_in_what_stands_before_its_last_slash(void)
{
    static const char *const rows[][2] = {
        {"a/b/c", "a/b"}, {"/a/b", "/a"}, {"/a", "/"}, {"a", "."}, {"a/", "a"}, {"", "."}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE char *directory = file_directory(rows[i][0]);

        CHECK_TEXT(directory, rows[i][1]);
    }
}

static void every_failing_call_is_reported(void)
{
    CLEAN(text) struct text path = {0};
    int fired = 1;

    text_addf(&path, "%s/a/b", check_directory());
    for (int k = 1; fired; k++) {
        struct error error = {""};
        int outcome;

        fault_arm(FAULT_OUTCOMES, k);
        outcome = file_make_directories(path.data, &error);
        fired = fault_disarm();
        CU_ASSERT(outcome == (fired ? -1 : 0) && (error.text[0] != '\0') == fired);
        if (fired)
            CU_ASSERT(file_remove_tree(path.data, NULL) == 0);
    }
    CU_ASSERT(is_directory(path.data));
}

SUITE("base file directories",
      {"missing parents are made and present ones are fine",
       missing_parents_are_made_and_present_ones_are_fine},
      {"a path lies in what stands before its last slash",
       a_path_lies_in_what_stands_before_its_last_slash},
      {"every failing call is reported", every_failing_call_is_reported})
