/* Files: whole or not at all, whichever system call fails, and nothing left over. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fault.h"

/* DIR/name, in memory that lasts until the next call but three. */
static const char *in(const char *directory, const char *name)
{
    static char paths[4][512];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", directory, name);
    return paths[next];
}

static int entries_in(const char *directory)
{
    DIR *open_now = opendir(directory);
    int count = 0;

    if (!open_now)
        return -1;
    while (readdir(open_now))
        count++;
    closedir(open_now);
    return count - 2;
}

static int holds(const char *path, const char *wanted)
{
    CLEAN(text) struct text found = {0};

    return file_read(path, 1 << 20, &found, NULL) == 0 && found.size == strlen(wanted) &&
           !memcmp(text_string(&found), wanted, found.size);
}

static void what_is_written_is_read(void)
{
    const char *path = in(check_directory(), "file");
    CLEAN(text) struct text big = {0};
    CLEAN(text) struct text found = {0};

    CU_ASSERT(file_write(path, "", 0, NULL) == 0 && holds(path, ""));
    CU_ASSERT(file_write(path, "short", 5, NULL) == 0 && holds(path, "short"));
    while (big.size < 300000)
        text_addf(&big, "%zu\n", big.size);
    CU_ASSERT(file_write(path, big.data, big.size, NULL) == 0 && holds(path, big.data));
    text_add(&found, "something else");
    CU_ASSERT(file_read(path, big.size, &found, NULL) == 0 && found.size == big.size);
}

static void reading_has_three_outcomes(void)
{
    const char *directory = check_directory();
    const char *path = in(directory, "file");
    CLEAN(text) struct text out = {0};
    struct error error = {""};

    text_add(&out, "kept");
    CU_ASSERT(file_read(in(directory, "none"), 10, &out, &error) == 1);
    CU_ASSERT(file_write(path, "12345", 5, NULL) == 0);
    CU_ASSERT(file_read(path, 4, &out, &error) == -1);
    CU_ASSERT(strstr(error.text, "is larger than the 4 bytes allowed") != NULL);
    CU_ASSERT(file_read(directory, 10, &out, &error) == -1);
    CU_ASSERT(strstr(error.text, "Is a directory") != NULL);
    CU_ASSERT(file_read(in(path, "below"), 10, &out, &error) == -1);
    CHECK_TEXT(text_string(&out), "kept");
    CU_ASSERT(file_read(path, 5, &out, &error) == 0);
    CHECK_TEXT(text_string(&out), "12345");
}

static void a_failing_read_leaves_the_output(void)
{
    const char *path = in(check_directory(), "file");
    int descriptors = check_descriptors();
    CLEAN(text) struct text out = {0};
    int failures = 0;
    int outcome;

    CU_ASSERT(file_write(path, "new", 3, NULL) == 0);
    text_add(&out, "kept");
    for (int k = 1;; k++) {
        struct error error = {""};

        fault_arm(FAULT_ANY, k);
        outcome = file_read(path, 100, &out, &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0]);
        CHECK_TEXT(text_string(&out), "kept");
    }
    CU_ASSERT(outcome == 0 && failures >= 3);
    CU_ASSERT(check_descriptors() == descriptors);
    CHECK_TEXT(text_string(&out), "new");
}

static void a_failing_write_leaves_the_old_file_or_the_new_one(void)
{
    const char *directory = check_directory();
    const char *path = in(directory, "file");
    int descriptors = check_descriptors();
    int kept = 0;
    int outcome;

    CU_ASSERT(file_write(path, "old", 3, NULL) == 0);
    for (int k = 1;; k++) {
        struct error error = {""};

        fault_arm(FAULT_SYSTEM, k);
        outcome = file_write(path, "new", 3, &error);
        if (!fault_disarm())
            break;
        CU_ASSERT(outcome == -1 && strstr(error.text, directory));
        CU_ASSERT(holds(path, "old") || holds(path, "new"));
        kept += holds(path, "old");
        CU_ASSERT(entries_in(directory) == 1);
    }
    CU_ASSERT(kept >= 4); /* open, write, fsync, rename */
    CU_ASSERT(outcome == 0 && holds(path, "new"));
    CU_ASSERT(check_descriptors() == descriptors);
}

static void a_file_that_cannot_be_written_is_told(void)
{
    const char *directory = check_directory();
    struct error error = {""};

    CU_ASSERT(file_write(in(directory, "none/file"), "x", 1, &error) == -1);
    CU_ASSERT(strstr(error.text, "No such file or directory") != NULL);
    CU_ASSERT(mkdir(in(directory, "taken"), 0755) == 0);
    CU_ASSERT(file_write(in(directory, "taken"), "x", 1, &error) == -1);
    CU_ASSERT(entries_in(directory) == 1);
}

static void a_name_without_a_directory_is_in_this_one(void)
{
    char here[512];
    const char *directory = check_directory();

    CU_ASSERT_FATAL(getcwd(here, sizeof here) != NULL);
    CU_ASSERT_FATAL(chdir(directory) == 0);
    CU_ASSERT(file_write("plain", "x", 1, NULL) == 0 && holds("plain", "x"));
    CU_ASSERT(file_make_directories("a/b", NULL) == 0);
    CU_ASSERT(file_make_directories("", NULL) == -1);
    CU_ASSERT_FATAL(chdir(here) == 0);
    CU_ASSERT(entries_in(directory) == 2);
}

static void putting_reports_a_full_device(void)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    CU_ASSERT_FATAL(full >= 0);
    errno = 0;
    CU_ASSERT(file_put(full, "x", 1) == -1 && errno == ENOSPC);
    CU_ASSERT(file_put(full, "", 0) == 0);
    close(full);
}

static void getting_is_exact_or_says_that_the_file_ends(void)
{
    const char *path = in(check_directory(), "file");
    char bytes[8] = "";
    int descriptor;

    CU_ASSERT(file_write(path, "0123456789", 10, NULL) == 0);
    descriptor = open(path, O_RDONLY | O_CLOEXEC);
    CU_ASSERT_FATAL(descriptor >= 0);
    CU_ASSERT(file_get_at(descriptor, bytes, 4, 6) == 0 && !memcmp(bytes, "6789", 4));
    CU_ASSERT(file_get_at(descriptor, bytes, 4, 7) == 1);
    CU_ASSERT(file_get_at(descriptor, bytes, 1, 10) == 1);
    CU_ASSERT(file_get_at(descriptor, bytes, 0, 99) == 0);
    CU_ASSERT(file_get_at(-1, bytes, 1, 0) == -1 && errno == EBADF);
    close(descriptor);
}

static void directories_are_made_with_their_parents(void)
{
    const char *directory = check_directory();
    const char *deep = in(directory, "a/b//c/");
    struct error error = {""};
    struct stat status;

    CU_ASSERT(file_make_directories(deep, NULL) == 0);
    CU_ASSERT(stat(in(directory, "a/b/c"), &status) == 0 && S_ISDIR(status.st_mode));
    CU_ASSERT(file_make_directories(deep, NULL) == 0);
    CU_ASSERT(file_make_directories("/", NULL) == 0);
    CU_ASSERT(file_write(in(directory, "file"), "", 0, NULL) == 0);
    CU_ASSERT(file_make_directories(in(directory, "file"), &error) == -1);
    CU_ASSERT(strstr(error.text, "is not a directory") != NULL);
    CU_ASSERT(file_make_directories(in(directory, "file/x"), &error) == -1);
    CU_ASSERT(file_make_directories("/proc/none/x", &error) == -1);
}

static void a_failing_call_of_making_directories_is_told(void)
{
    const char *directory = check_directory();
    int failures = 0;
    int outcome;

    for (int k = 1;; k++) {
        struct error error = {""};

        fault_arm(FAULT_ANY, k);
        outcome = file_make_directories(in(directory, "x/y"), &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0]);
    }
    CU_ASSERT(outcome == 0 && failures >= 3);
}

static void a_tree_is_removed_and_links_are_not_followed(void)
{
    const char *directory = check_directory();
    char tree[512];
    char outside[512];

    snprintf(tree, sizeof tree, "%s/tree", directory);
    snprintf(outside, sizeof outside, "%s/outside", directory);
    CU_ASSERT(file_make_directories(in(tree, "a/b"), NULL) == 0);
    CU_ASSERT(file_make_directories(outside, NULL) == 0);
    CU_ASSERT(file_write(in(tree, "a/b/file"), "x", 1, NULL) == 0);
    CU_ASSERT(file_write(in(outside, "kept"), "x", 1, NULL) == 0);
    CU_ASSERT(symlink(outside, in(tree, "a/link")) == 0);
    CU_ASSERT(symlink("/nowhere", in(tree, "broken")) == 0);
    CU_ASSERT(file_remove_tree(tree, NULL) == 0);
    CU_ASSERT(entries_in(tree) == -1 && entries_in(outside) == 1);
    CU_ASSERT(file_remove_tree(tree, NULL) == 0);
    CU_ASSERT(file_remove_tree(in(outside, "kept/below"), NULL) == -1);
    CU_ASSERT(file_remove_tree(in(outside, "kept"), NULL) == 0 && entries_in(outside) == 0);
}

static void memory_files_are_zero_and_close_on_exec(void)
{
    struct error error = {""};
    char bytes[4] = "xxx";
    int descriptor = file_memory("test", 4096, NULL);

    CU_ASSERT_FATAL(descriptor >= 0);
    CU_ASSERT(fcntl(descriptor, F_GETFD) == FD_CLOEXEC);
    CU_ASSERT(file_get_at(descriptor, bytes, 4, 4092) == 0 && !memcmp(bytes, "\0\0\0\0", 4));
    CU_ASSERT(file_get_at(descriptor, bytes, 1, 4096) == 1);
    close(descriptor);
    for (int k = 1; k <= 2; k++) {
        int descriptors = check_descriptors();

        fault_arm(FAULT_SYSTEM, k);
        CU_ASSERT(file_memory("test", 4096, &error) == -1);
        CU_ASSERT(fault_disarm() && check_descriptors() == descriptors);
    }
}

SUITE("base file",
      {"what is written is read", what_is_written_is_read},
      {"reading has three outcomes", reading_has_three_outcomes},
      {"a failing read leaves the output", a_failing_read_leaves_the_output},
      {"a failing write leaves the old file or the new one",
       a_failing_write_leaves_the_old_file_or_the_new_one},
      {"a file that cannot be written is told", a_file_that_cannot_be_written_is_told},
      {"a name without a directory is in this one", a_name_without_a_directory_is_in_this_one},
      {"putting reports a full device", putting_reports_a_full_device},
      {"getting is exact or says that the file ends", getting_is_exact_or_says_that_the_file_ends},
      {"directories are made with their parents", directories_are_made_with_their_parents},
      {"a failing call of making directories is told",
       a_failing_call_of_making_directories_is_told},
      {"a tree is removed and links are not followed",
       a_tree_is_removed_and_links_are_not_followed},
      {"memory files are zero and close-on-exec", memory_files_are_zero_and_close_on_exec})
