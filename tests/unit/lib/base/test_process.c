/* Children: they get what they were given and nothing else, and what fails is found by the parent.
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

/* Reads a memory file from its beginning. */
static void content_of(int file, struct text *out)
{
    char bytes[4096];
    ssize_t got;

    for (off_t at = 0; (got = pread(file, bytes, sizeof bytes, at)) > 0; at += got)
        text_add_bytes(out, bytes, (size_t)got);
}

/* Starts the child, waits for its end and returns its status, or -1. */
static int run(const struct process_spec *spec, struct error *error)
{
    pid_t pid;
    int pidfd;
    int status = 0;

    if (process_start(spec, &pid, &pidfd, error))
        return -1;
    close(pidfd);
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Runs a shell script as `like` says otherwise; its standard output is gathered. */
static int script(const struct process_spec *like, const char *words, struct text *out)
{
    const char *const arguments[] = {"/bin/sh", "-c", words, NULL};
    struct process_descriptor descriptor = {.from = file_memory("out", 0, NULL), .to = 1};
    struct process_spec spec = *like;
    int status;

    spec.arguments = arguments;
    spec.descriptors = &descriptor;
    spec.descriptor_count = 1;
    status = run(&spec, NULL);
    content_of(descriptor.from, out);
    close(descriptor.from);
    return status;
}

static void two_descriptors_can_change_places(void)
{
    int a = file_memory("a", 0, NULL);
    int b = file_memory("b", 0, NULL);
    char words[128];
    const char *const arguments[] = {"/bin/sh", "-c", words, NULL};
    struct process_descriptor descriptors[] = {{a, b}, {b, a}};
    struct process_spec spec = {
        .arguments = arguments, .descriptors = descriptors, .descriptor_count = 2};
    CLEAN(text) struct text in_a = {0};
    CLEAN(text) struct text in_b = {0};

    snprintf(
        words, sizeof words, "echo at-a >/proc/self/fd/%d && echo at-b >/proc/self/fd/%d", a, b);
    CU_ASSERT(run(&spec, NULL) == 0);
    content_of(a, &in_a);
    content_of(b, &in_b);
    CHECK_TEXT(text_string(&in_a), "at-b\n");
    CHECK_TEXT(text_string(&in_b), "at-a\n");
    close(a);
    close(b);
}

static void high_numbers_do_not_get_in_the_way(void)
{
    int files[3];
    const char *const arguments[] = {
        "/bin/sh", "-c", "for i in 64 65 66; do echo $i >/proc/self/fd/$i; done", NULL};
    struct process_descriptor descriptors[3];
    struct process_spec spec = {
        .arguments = arguments, .descriptors = descriptors, .descriptor_count = 3};

    for (int i = 0; i < 3; i++) {
        files[i] = file_memory("high", 0, NULL);
        descriptors[i] = (struct process_descriptor){.from = files[i], .to = 66 - i};
    }
    CU_ASSERT(run(&spec, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        CLEAN(text) struct text out = {0};
        char wanted[8];

        snprintf(wanted, sizeof wanted, "%d\n", 66 - i);
        content_of(files[i], &out);
        CHECK_TEXT(text_string(&out), wanted);
        close(files[i]);
    }
}

static void no_other_descriptor_is_inherited(void)
{
    const char *const arguments[] = {"/bin/ls", "/proc/self/fd", NULL};
    int out = file_memory("out", 0, NULL);
    int leaky = dup(out); /* not close-on-exec */
    int high = fcntl(out, F_DUPFD, 50);
    struct process_descriptor descriptors[] = {{out, 1}, {out, 40}};
    struct process_spec spec = {
        .arguments = arguments, .descriptors = descriptors, .descriptor_count = 2};
    CLEAN(text) struct text found = {0};

    CU_ASSERT_FATAL(leaky > 2 && leaky < 40 && high >= 50);
    CU_ASSERT(run(&spec, NULL) == 0);
    content_of(out, &found);
    CHECK_TEXT(text_string(&found), "0\n1\n2\n3\n40\n"); /* 3 is ls's own */
    close(out);
    close(leaky);
    close(high);
}

static void what_cannot_start_is_told_to_the_parent(void)
{
    static const char *const missing[] = {"/nowhere/program", NULL};
    static const char *const unnamed[] = {"muster-no-such-program", NULL};
    static const char *const no_program[] = {"/proc/version", NULL};
    static const char *const shell[] = {"/bin/sh", NULL};
    static const struct process_descriptor none = {-1, 5};
    static const struct {
        struct process_spec spec;
        const char *text;
    } rows[] = {
        {{.arguments = missing}, "cannot run /nowhere/program: No such file or directory"},
        {{.arguments = unnamed}, "cannot run muster-no-such-program: No such file or directory"},
        {{.arguments = no_program}, "cannot run /proc/version: Permission denied"},
        {{.arguments = shell, .directory = "/nowhere"},
         "cannot enter the directory of /bin/sh: No such file or directory"},
        {{.arguments = shell, .descriptors = &none, .descriptor_count = 1},
         "cannot arrange descriptors for /bin/sh: Bad file descriptor"},
    };
    int descriptors = check_descriptors();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {""};

        CU_ASSERT(run(&rows[i].spec, &error) == -1);
        CHECK_TEXT(error.text, rows[i].text);
    }
    CU_ASSERT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    CU_ASSERT(check_descriptors() == descriptors);
}

/* The parent is told through a pipe, whose number a descriptor of the child may take. */
static void a_failure_is_told_whatever_number_the_report_has(void)
{
    static const char *const missing[] = {"/nowhere/program", NULL};
    int file = file_memory("x", 0, NULL);

    for (int to = 3; to < 12; to++) {
        struct process_descriptor descriptor = {.from = file, .to = to};
        struct process_spec spec = {
            .arguments = missing, .descriptors = &descriptor, .descriptor_count = 1};

        CU_ASSERT(run(&spec, NULL) == -1);
    }
    close(file);
}

static void environment_and_directory_are_the_given_ones(void)
{
    static const char *const environment[] = {"A=one", NULL};
    struct process_spec given = {.environment = environment, .directory = "/usr"};
    struct process_spec own = {0};
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text mine = {0};
    CLEAN(text) struct text wanted = {0};
    char here[512];

    CU_ASSERT(script(&given, "echo $A-$HOME; pwd", &out) == 0);
    CHECK_TEXT(text_string(&out), "one-\n/usr\n");
    CU_ASSERT_FATAL(getcwd(here, sizeof here) != NULL);
    CU_ASSERT(setenv("MUSTER_TEST", "two", 1) == 0);
    CU_ASSERT(script(&own, "echo $MUSTER_TEST; pwd", &mine) == 0);
    text_addf(&wanted, "two\n%s\n", here);
    CHECK_TEXT(text_string(&mine), wanted.data);
    unsetenv("MUSTER_TEST");
}

static void signals_are_as_for_a_new_program(void)
{
    struct process_spec spec = {0};
    CLEAN(text) struct text out = {0};
    sigset_t term;
    sigset_t before;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    signal(SIGPIPE, SIG_IGN);
    CU_ASSERT(WTERMSIG(script(&spec, "kill -TERM $$", &out)) == SIGTERM);
    CU_ASSERT(WTERMSIG(script(&spec, "kill -PIPE $$", &out)) == SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void a_group_of_its_own_is_led_by_the_child(void)
{
    static const char *const arguments[] = {"sleep", "20", NULL};

    for (int own = 0; own < 2; own++) {
        struct process_spec spec = {.arguments = arguments, .own_group = own};
        pid_t pid;
        int pidfd;

        CU_ASSERT_FATAL(process_start(&spec, &pid, &pidfd, NULL) == 0);
        CU_ASSERT(getpgid(pid) == (own ? pid : getpgrp()));
        kill(pid, SIGKILL);
        CU_ASSERT(waitpid(pid, NULL, 0) == pid);
        close(pidfd);
    }
}

static void *start_and_end(void *context)
{
    static const char *const arguments[] = {"sleep", "20", NULL};
    struct process_spec spec = {.arguments = arguments, .death_signal = SIGUSR1};
    int pidfd = -1;

    if (process_start(&spec, context, &pidfd, NULL))
        return context;
    close(pidfd);
    return NULL;
}

static void a_child_dies_with_the_thread_that_started_it(void)
{
    pthread_t thread;
    pid_t pid = 0;
    int status = 0;
    void *failed = NULL;

    CU_ASSERT_FATAL(pthread_create(&thread, NULL, start_and_end, &pid) == 0);
    pthread_join(thread, &failed);
    CU_ASSERT_FATAL(!failed && waitpid(pid, &status, 0) == pid);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

static void the_handle_becomes_readable_at_the_end(void)
{
    static const char *const arguments[] = {"cat", NULL};
    int ends[2];
    struct process_spec spec = {.arguments = arguments, .descriptor_count = 1};
    struct pollfd ready = {.events = POLLIN};
    int status = 0;
    pid_t pid;

    CU_ASSERT_FATAL(pipe2(ends, O_CLOEXEC) == 0);
    spec.descriptors = &(struct process_descriptor){.from = ends[0], .to = 0};
    CU_ASSERT_FATAL(process_start(&spec, &pid, &ready.fd, NULL) == 0);
    close(ends[0]);
    CU_ASSERT(fcntl(ready.fd, F_GETFD) == FD_CLOEXEC);
    CU_ASSERT(poll(&ready, 1, 0) == 0);
    close(ends[1]); /* cat ends with its input */
    CU_ASSERT(poll(&ready, 1, 20000) == 1);
    CU_ASSERT(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ready.fd);
}

static void every_failing_call_is_told_and_leaves_nothing(void)
{
    static const char *const arguments[] = {"true", NULL};
    struct process_spec spec = {.arguments = arguments};
    int descriptors = check_descriptors();
    int failures = 0;
    int outcome;

    for (int k = 1;; k++) {
        struct error error = {""};
        pid_t pid = 0;
        int pidfd = -1;

        fault_arm(FAULT_SYSTEM, k);
        outcome = process_start(&spec, &pid, &pidfd, &error);
        if (!fault_disarm()) {
            close(pidfd);
            waitpid(pid, NULL, 0);
            break;
        }
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0] && pid == 0 && pidfd == -1);
        CU_ASSERT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
        CU_ASSERT(check_descriptors() == descriptors);
    }
    CU_ASSERT(outcome == 0 && failures == 3); /* pipe2, fork, read */
}

static void an_end_is_told_in_words(void)
{
    struct process_spec spec = {0};
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text words = {0};

    process_status(script(&spec, "exit 3", &out), &words);
    text_add(&words, ", ");
    process_status(script(&spec, "kill -KILL $$", &out), &words);
    CHECK_TEXT(words.data, "exit code 3, signal 9 (Killed)");
}

SUITE("base process",
      {"two descriptors can change places", two_descriptors_can_change_places},
      {"high numbers do not get in the way", high_numbers_do_not_get_in_the_way},
      {"no other descriptor is inherited", no_other_descriptor_is_inherited},
      {"what cannot start is told to the parent", what_cannot_start_is_told_to_the_parent},
      {"a failure is told whatever number the report has",
       a_failure_is_told_whatever_number_the_report_has},
      {"environment and directory are the given ones",
       environment_and_directory_are_the_given_ones},
      {"signals are as for a new program", signals_are_as_for_a_new_program},
      {"a group of its own is led by the child", a_group_of_its_own_is_led_by_the_child},
      {"a child dies with the thread that started it",
       a_child_dies_with_the_thread_that_started_it},
      {"the handle becomes readable at the end", the_handle_becomes_readable_at_the_end},
      {"every failing call is told and leaves nothing",
       every_failing_call_is_told_and_leaves_nothing},
      {"an end is told in words", an_end_is_told_in_words})
