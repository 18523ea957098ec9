/* Installing: the whole program or what was there before, whichever call fails. */
#include "agent/install.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

#define LIMIT (256 << 20)

struct scene {
    const char *directory;
    char source[256];
    char path[256];
};

static struct scene scene_make(void)
{
    struct scene scene = {.directory = check_directory()};
    CLEAN(text) struct text program = {0};

    snprintf(scene.source, sizeof scene.source, "%s/source", scene.directory);
    snprintf(scene.path, sizeof scene.path, "%s/agent", scene.directory);
    while (program.size < 200000)
        text_addf(&program, "%zu\n", program.size);
    CU_ASSERT_FATAL(file_write(scene.source, program.data, program.size, NULL) == 0);
    return scene;
}

static bool same(const char *left, const char *right)
{
    CLEAN(text) struct text a = {0};
    CLEAN(text) struct text b = {0};

    return file_read(left, LIMIT, &a, NULL) == 0 && file_read(right, LIMIT, &b, NULL) == 0 &&
           a.size == b.size && !memcmp(text_string(&a), text_string(&b), a.size);
}

static int entries_in(const char *directory)
{
    DIR *entries = opendir(directory);
    int count = 0;

    while (entries && readdir(entries))
        count++;
    if (entries)
        closedir(entries);
    return count - 2;
}

/* How many descriptors lead to files in the directory. All of them cannot be compared: gRPC may
 * still be closing those of a server of another suite. */
static int open_in(const char *directory)
{
    int count = 0;

    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        char name[64];
        char leads_to[512] = "";

        snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
        if (readlink(name, leads_to, sizeof leads_to - 1) > 0)
            count += !strncmp(leads_to, directory, strlen(directory));
    }
    return count;
}

static mode_t mode_of(const char *path)
{
    struct stat status = {0};

    CU_ASSERT(stat(path, &status) == 0);
    return status.st_mode & 07777;
}

static void the_copy_is_whole_and_everybody_may_run_it(void)
{
    struct scene scene = scene_make();
    mode_t before = umask(0077);

    CU_ASSERT(install_program(scene.source, scene.path, NULL) == 0);
    umask(before);
    CU_ASSERT(same(scene.source, scene.path));
    CU_ASSERT(mode_of(scene.path) == 0555);
    CU_ASSERT(entries_in(scene.directory) == 2);
}

static void what_was_there_is_replaced(void)
{
    struct scene scene = scene_make();

    CU_ASSERT(file_write(scene.path, "old", 3, NULL) == 0);
    CU_ASSERT(install_program(scene.source, scene.path, NULL) == 0);
    CU_ASSERT(install_program(scene.source, scene.path, NULL) == 0);
    CU_ASSERT(same(scene.source, scene.path));
    CU_ASSERT(entries_in(scene.directory) == 2);
}

static void a_failing_call_leaves_what_was_there(void)
{
    struct scene scene = scene_make();
    CLEAN(text) struct text found = {0};
    int failures = 0;

    for (int k = 1;; k++) {
        struct error error = {""};
        int outcome;

        CU_ASSERT(file_write(scene.path, "old", 3, NULL) == 0);
        fault_arm(FAULT_OUTCOMES, k);
        outcome = install_program(scene.source, scene.path, &error);
        if (!fault_disarm())
            break;
        CU_ASSERT(entries_in(scene.directory) == 2);
        if (outcome == 0)
            continue; /* a file that was not there could not be removed */
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0]);
        CU_ASSERT(file_read(scene.path, 10, &found, NULL) == 0);
        CHECK_TEXT(text_string(&found), "old");
    }
    CU_ASSERT(failures >= 5);
    CU_ASSERT(same(scene.source, scene.path));
    CU_ASSERT(open_in(scene.directory) == 0);
}

static void what_is_in_the_way_is_named(void)
{
    struct scene scene = scene_make();
    struct error error = {""};
    char below[300];

    snprintf(below, sizeof below, "%s/none/agent", scene.directory);
    CU_ASSERT(install_program(scene.source, below, &error) == -1);
    CHECK_HAS(error.text, "/none/agent");
    CHECK_HAS(error.text, "No such file or directory");
    CU_ASSERT(install_program(scene.source, scene.directory, &error) == -1);
    CHECK_HAS(error.text, "cannot rename");
    CU_ASSERT(entries_in(scene.directory) == 1);
    CU_ASSERT(install_program(below, scene.path, &error) == -1);
    CHECK_HAS(error.text, "cannot open");
    CU_ASSERT(entries_in(scene.directory) == 1);
}

/* A command line, and what it leads to. */
struct attempt {
    char words[4][300];
    char *argv[5];
    int argc;
    int code;
};

static void attempt_run(void *context)
{
    struct attempt *attempt = context;

    attempt->code = install_command(attempt->argc, attempt->argv);
}

static int command(int stream, const char *const *words, struct text *said)
{
    struct attempt attempt = {0};

    for (; words[attempt.argc]; attempt.argc++) {
        snprintf(attempt.words[attempt.argc], sizeof attempt.words[0], "%s", words[attempt.argc]);
        attempt.argv[attempt.argc] = attempt.words[attempt.argc];
    }
    check_captured(stream, attempt_run, &attempt, said);
    return attempt.code;
}

#define COMMAND(stream, said, ...)                                                                 \
    command(stream, (const char *const[]){"install", __VA_ARGS__, NULL}, said)

static void the_command_installs_the_program_that_runs(void)
{
    struct scene scene = scene_make();
    CLEAN(text) struct text said = {0};

    CU_ASSERT(COMMAND(2, &said, scene.path) == 0);
    CHECK_TEXT(text_string(&said), "");
    CU_ASSERT(same("/proc/self/exe", scene.path));
    CU_ASSERT(mode_of(scene.path) == 0555);
}

static void the_command_says_what_is_wrong(void)
{
    struct scene scene = scene_make();
    CLEAN(text) struct text failed = {0};
    CLEAN(text) struct text refused = {0};
    CLEAN(text) struct text help = {0};
    const char *const nothing[] = {"install", NULL};

    CU_ASSERT(COMMAND(2, &failed, scene.directory) == 1);
    CHECK_HAS(text_string(&failed), "muster-agent install: cannot rename");
    CU_ASSERT(command(2, nothing, &refused) == 2);
    CHECK_HAS(text_string(&refused), "missing operand: PATH");
    CU_ASSERT(COMMAND(2, &refused, scene.path, "more") == 2);
    CHECK_HAS(text_string(&refused), "unexpected operand 'more'");
    CU_ASSERT(COMMAND(1, &help, "--help") == 0);
    CHECK_HAS(text_string(&help), "usage: muster-agent install [OPTIONS] PATH");
}

SUITE("agent install",
      {"the copy is whole and everybody may run it", the_copy_is_whole_and_everybody_may_run_it},
      {"what was there is replaced", what_was_there_is_replaced},
      {"a failing call leaves what was there", a_failing_call_leaves_what_was_there},
      {"what is in the way is named", what_is_in_the_way_is_named},
      {"the command installs the program that runs", the_command_installs_the_program_that_runs},
      {"the command says what is wrong", the_command_says_what_is_wrong})
