/* The directory of a local job: one run at a time, attempts that only rise, secrets that go. */
#include "cli/local/rundir.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

#define JOB "digits"

/* WORK/.muster/JOB/name, in memory that lasts until the next call but three. */
static const char *in(const char *work, const char *name)
{
    static char paths[4][512];
    static int next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/.muster/" JOB "/%s", work, name);
    return paths[next];
}

static void put(const char *work, const char *name, const char *content)
{
    CU_ASSERT_FATAL(file_write(in(work, name), content, strlen(content), NULL) == 0);
}

static void holds(const char *path, const char *wanted)
{
    CLEAN(text) struct text found = {0};

    CU_ASSERT(file_read(path, 4096, &found, NULL) == 0);
    CHECK_TEXT(text_string(&found), wanted);
}

static void attempts_rise_from_run_to_run(void)
{
    const char *work = check_directory();
    struct rundir rundir;

    for (uint32_t run = 0; run < 3; run++) {
        CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
        CU_ASSERT(rundir_attempt(&rundir, 0, NULL) == 0 && rundir.attempt == 2 * run + 1);
        CU_ASSERT(rundir_attempt(&rundir, 0, NULL) == 0 && rundir.attempt == 2 * run + 2);
        rundir_done(&rundir);
    }
    holds(in(work, "attempt"), "6\n");
    CU_ASSERT(access(in(work, "attempt-1"), F_OK) == 0);
    CU_ASSERT(access(in(work, "attempt-6"), F_OK) == 0);
    /* A checkpoint directory has seen a higher one. */
    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT(rundir_attempt(&rundir, 40, NULL) == 0 && rundir.attempt == 41);
    CU_ASSERT(rundir_attempt(&rundir, 7, NULL) == 0 && rundir.attempt == 42);
    CHECK_TEXT(rundir.logs, in(work, "attempt-42"));
    rundir_done(&rundir);
}

static void an_attempt_has_a_secret_of_its_own_that_only_we_read(void)
{
    const char *work = check_directory();
    char first[RUNDIR_SECRET];
    struct rundir rundir;
    struct stat status;

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT_FATAL(rundir_attempt(&rundir, 0, NULL) == 0);
    CHECK_TEXT(rundir.secret_file, in(work, "secret"));
    CU_ASSERT(strlen(rundir.secret) == RUNDIR_SECRET - 1);
    holds(rundir.secret_file, rundir.secret);
    CU_ASSERT(stat(rundir.secret_file, &status) == 0 && (status.st_mode & 0777) == 0600);
    memcpy(first, rundir.secret, sizeof first);
    CU_ASSERT_FATAL(rundir_attempt(&rundir, 0, NULL) == 0);
    CU_ASSERT(strcmp(first, rundir.secret) != 0);
    holds(rundir.secret_file, rundir.secret);
    rundir_done(&rundir);
    CU_ASSERT(access(in(work, "secret"), F_OK) != 0);
}

static void whom_to_believe_is_written_beside_it(void)
{
    const char *work = check_directory();
    struct rundir rundir;
    struct error error;

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, &error) == 0);
    CU_ASSERT(rundir_trust(&rundir, "first", &error) == 0);
    CU_ASSERT(rundir_trust(&rundir, "second", &error) == 0);
    holds(rundir.trust_file, "second");
    rundir_done(&rundir);
}

static void a_secret_is_not_written_through_a_link(void)
{
    const char *work = check_directory();
    const char *elsewhere = in(work, "../../elsewhere");
    struct rundir rundir;

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT_FATAL(file_write(elsewhere, "old", 3, NULL) == 0);
    CU_ASSERT_FATAL(symlink("../../elsewhere", in(work, "secret")) == 0);
    CU_ASSERT(rundir_attempt(&rundir, 0, NULL) == 0);
    holds(rundir.secret_file, rundir.secret);
    holds(elsewhere, "old");
    rundir_done(&rundir);
}

/* Whether another process can take the directory. */
static int other_process_opens(const char *work)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        struct rundir rundir;

        _exit(rundir_open(&rundir, work, JOB, NULL) ? 1 : 0);
    }
    CU_ASSERT_FATAL(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status) == 0;
}

static void a_job_that_runs_is_not_run_twice(void)
{
    const char *work = check_directory();
    struct rundir rundir;
    struct rundir second;
    struct error error = {""};

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT(rundir_open(&second, work, JOB, &error) == -1);
    CHECK_HAS(error.text, "job digits is running already");
    CHECK_HAS(error.text, in(work, "lock"));
    rundir_done(&second);
    CU_ASSERT(!other_process_opens(work));
    /* Another job, and the same one elsewhere, are not concerned. */
    CU_ASSERT(rundir_open(&second, work, "letters", NULL) == 0);
    rundir_done(&second);
    CU_ASSERT(rundir_open(&second, check_directory(), JOB, NULL) == 0);
    rundir_done(&second);
    rundir_done(&rundir);
    CU_ASSERT(other_process_opens(work));
}

static void logs_of_an_attempt_begin_empty(void)
{
    const char *work = check_directory();
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};
    struct rundir rundir;

    CU_ASSERT_FATAL(file_make_directories(in(work, "attempt-1/deep"), NULL) == 0);
    put(work, "attempt-1/verdict-0", "Succeeded\nof another run\n");
    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT(rundir_attempt(&rundir, 0, NULL) == 0 && rundir.attempt == 1);
    CU_ASSERT(rundir_verdict(&rundir, 0, &outcome, &text) == 1);
    CU_ASSERT(access(in(work, "attempt-1/deep"), F_OK) != 0);
    rundir_done(&rundir);
}

static void a_verdict_is_read_from_its_slot(void)
{
    const char *work = check_directory();
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};
    CLEAN(text) struct text large = {0};
    struct rundir rundir;

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT_FATAL(rundir_attempt(&rundir, 0, NULL) == 0);
    put(work, "attempt-1/verdict-2", "Failed\nbad data\n");
    CU_ASSERT(rundir_verdict(&rundir, 1, &outcome, &text) == 1 && !outcome.data);
    CU_ASSERT(rundir_verdict(&rundir, 2, &outcome, &text) == 0);
    CHECK_TEXT(outcome.data, "Failed");
    CHECK_TEXT(text.data, "bad data");
    put(work, "attempt-1/verdict-3", "Succeeded");
    CU_ASSERT(rundir_verdict(&rundir, 3, &outcome, &text) == 1);
    text_add(&large, "Succeeded\n");
    while (large.size < 100000)
        text_add(&large, "x");
    put(work, "attempt-1/verdict-4", large.data);
    CU_ASSERT(rundir_verdict(&rundir, 4, &outcome, &text) == 1);
    CHECK_TEXT(outcome.data, "Failed");
    rundir_done(&rundir);
}

static void a_broken_file_is_named_and_nothing_is_begun(void)
{
    static const char *const contents[] = {"", "no number\n", "1\n2\n", "-1\n", "4294967296\n"};
    const char *work = check_directory();
    struct rundir rundir;
    struct error error;

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        put(work, "attempt", contents[i]);
        CU_ASSERT(rundir_attempt(&rundir, 5, &error) == -1);
        CHECK_HAS(error.text, in(work, "attempt"));
        CHECK_HAS(error.text, "does not hold a number");
        holds(in(work, "attempt"), contents[i]);
        CU_ASSERT(rundir.attempt == 0 && !rundir.logs && !rundir.secret_file);
    }
    rundir_done(&rundir);
}

static void the_numbers_end_without_beginning_again(void)
{
    const char *work = check_directory();
    struct rundir rundir;
    struct error error = {""};

    CU_ASSERT_FATAL(rundir_open(&rundir, work, JOB, NULL) == 0);
    CU_ASSERT(rundir_attempt(&rundir, UINT32_MAX, &error) == -1);
    CHECK_HAS(error.text, "no attempt can follow number 4294967295");
    CU_ASSERT(rundir_attempt(&rundir, UINT32_MAX - 1, NULL) == 0);
    CU_ASSERT(rundir.attempt == UINT32_MAX);
    CU_ASSERT(rundir_attempt(&rundir, 0, &error) == -1 && rundir.attempt == UINT32_MAX);
    rundir_done(&rundir);
}

static void a_place_that_is_no_directory_is_named(void)
{
    const char *work = check_directory();
    struct rundir rundir;
    struct error error = {""};

    CU_ASSERT_FATAL(file_make_directories(in(work, "logs"), NULL) == 0);
    put(work, "attempt", "");
    CU_ASSERT(rundir_open(&rundir, work, JOB "/attempt", &error) == -1);
    CHECK_HAS(error.text, in(work, "attempt"));
    rundir_done(&rundir);
}

/* Opens and begins an attempt with the k-th call failing. Returns whether one did; the number that
 * was reached is above `highest`, which receives it. */
static int fails_at(const char *work, int k, uint32_t *highest)
{
    struct rundir rundir;
    struct error error = {""};
    int outcome;
    int failed;

    fault_arm(FAULT_SYSTEM, k);
    outcome = rundir_open(&rundir, work, JOB, &error);
    outcome = outcome ? outcome : rundir_attempt(&rundir, 0, &error);
    failed = fault_disarm();
    CU_ASSERT(outcome == (failed ? -1 : 0));
    CU_ASSERT(!failed || error.text[0]);
    CU_ASSERT(!rundir.attempt || rundir.attempt > *highest);
    *highest = rundir.attempt ? rundir.attempt : *highest;
    rundir_done(&rundir);
    return failed;
}

static void a_failing_call_is_told_and_the_number_never_falls(void)
{
    const char *work = check_directory();
    int descriptors = check_descriptors();
    uint32_t highest = 0;
    int failures = 0;

    while (fails_at(work, failures + 1, &highest)) {
        failures++;
        CU_ASSERT(check_descriptors() == descriptors);
    }
    CU_ASSERT(failures >= 8 && highest > 0);
    CU_ASSERT(check_descriptors() == descriptors);
}

SUITE("cli rundir",
      {"attempts rise from run to run", attempts_rise_from_run_to_run},
      {"an attempt has a secret of its own that only we read",
       an_attempt_has_a_secret_of_its_own_that_only_we_read},
      {"whom to believe is written beside it", whom_to_believe_is_written_beside_it},
      {"a secret is not written through a link", a_secret_is_not_written_through_a_link},
      {"a job that runs is not run twice", a_job_that_runs_is_not_run_twice},
      {"logs of an attempt begin empty", logs_of_an_attempt_begin_empty},
      {"a verdict is read from its slot", a_verdict_is_read_from_its_slot},
      {"a broken file is named and nothing is begun", a_broken_file_is_named_and_nothing_is_begun},
      {"the numbers end without beginning again", the_numbers_end_without_beginning_again},
      {"a place that is no directory is named", a_place_that_is_no_directory_is_named},
      {"a failing call is told and the number never falls",
       a_failing_call_is_told_and_the_number_never_falls})
