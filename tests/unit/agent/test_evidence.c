/* What is read of the kernel's files about a process. */
#include "agent/evidence.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"

/* Writes the files of process 71, NULL = there is no such file. Returns where they are. */
static const char *proc_make(const char *stat, const char *wchan, const char *syscall)
{
    static const char *const names[] = {"stat", "wchan", "syscall"};
    const char *const contents[] = {stat, wchan, syscall};
    const char *proc = check_directory();

    for (int i = 0; i < 3; i++) {
        CLEAN(text) struct text path = {0};
        CLEAN(text) struct text content = {0};

        text_addf(&path, "%s/71", proc);
        CU_ASSERT_FATAL(file_make_directories(path.data, NULL) == 0);
        text_addf(&path, "/%s", names[i]);
        text_add(&content, contents[i] ? contents[i] : "");
        if (contents[i])
            CU_ASSERT_FATAL(file_write(path.data, content.data, content.size, NULL) == 0);
    }
    return proc;
}

static void what_can_be_read_is_said(void)
{
    static const struct {
        const char *files[3];
        const char *said;
        bool stopped;
    } rows[] = {
        {{"71 (trainer) T 1 71", "do_signal_stop", "202 0x7f 0x80\n"},
         "process 71 is T, in do_signal_stop, system call 202",
         true},
        {{"71 (trainer) t 1 71", "ptrace_stop", NULL}, "process 71 is t, in ptrace_stop", true},
        {{"71 (a T) (b) R 1 71", "0", "running\n"}, "process 71 is R", false},
        {{"71 (x) S 1", "do_epoll_wait", "0 0x1\n"},
         "process 71 is S, in do_epoll_wait, system call 0",
         false},
        {{"71 (x) D 1", "", "-1 0x7ffc 0x0\n"}, "process 71 is D", false},
        {{"71 (x)", NULL, "\n"}, "process 71", false},
        {{"", NULL, NULL}, "process 71", false},
        {{NULL, NULL, NULL}, "process 71", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const *files = rows[i].files;
        const char *proc = proc_make(files[0], files[1], files[2]);
        CLEAN(text) struct text said = {0};

        evidence_add(proc, 71, &said);
        CHECK_TEXT(text_string(&said), rows[i].said);
        CU_ASSERT(evidence_stopped(proc, 71) == rows[i].stopped);
    }
}

static void file_make(const char *directory,
                      const char *folder,
                      const char *name,
                      const char *content)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%s", directory, folder);
    CU_ASSERT_FATAL(file_make_directories(path.data, NULL) == 0);
    text_addf(&path, "/%s", name);
    CU_ASSERT_FATAL(file_write(path.data, content, strlen(content), NULL) == 0);
}

static void what_a_group_had_to_do_without_is_said(void)
{
    static const char stat[] =
        "usage_usec 5\nnr_periods 9\nnr_throttled 12\nthrottled_usec 800000\n";
    static const char pressure[] = "some avg10=13.20 avg60=1.00 avg300=0.10 total=7\n";
    static const struct {
        const char *membership;
        const char *stat;
        const char *pressure;
        const char *said;
    } rows[] = {
        {"0::/pod/trainer\n", stat, pressure, "throttled 12 times, 0.8 s; CPU pressure 13.2 %"},
        {"12:cpu:/a\n0::/pod/trainer\n", stat, "", "throttled 12 times, 0.8 s"},
        {"0::/pod/trainer\n", "usage_usec 5\n", pressure, "CPU pressure 13.2 %"},
        {"0::/elsewhere\n", stat, pressure, ""},
        {"12:cpu:/a\n", stat, pressure, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *root = check_directory();
        CLEAN(text) struct text said = {0};

        file_make(root, "71", "cgroup", rows[i].membership);
        file_make(root, "pod/trainer", "cpu.stat", rows[i].stat);
        file_make(root, "pod/trainer", "cpu.pressure", rows[i].pressure);
        evidence_throttling(root, root, 71, &said);
        CHECK_TEXT(text_string(&said), rows[i].said);
        evidence_throttling(root, root, 72, &said);
        CHECK_TEXT(text_string(&said), rows[i].said);
    }
}

static void a_process_that_was_stopped_is_seen_to_be(void)
{
    pid_t process = fork();
    int status;

    CU_ASSERT_FATAL(process >= 0);
    if (!process) {
        for (;;)
            pause();
    }
    CU_ASSERT(!evidence_stopped(EVIDENCE_PROC, process));
    kill(process, SIGSTOP);
    CU_ASSERT(waitpid(process, &status, WUNTRACED) == process);
    CU_ASSERT(evidence_stopped(EVIDENCE_PROC, process));
    kill(process, SIGKILL);
    CU_ASSERT(waitpid(process, &status, 0) == process);
    CU_ASSERT(!evidence_stopped(EVIDENCE_PROC, process));
}

SUITE("agent evidence",
      {"what can be read is said", what_can_be_read_is_said},
      {"what a group had to do without is said", what_a_group_had_to_do_without_is_said},
      {"a process that was stopped is seen to be", a_process_that_was_stopped_is_seen_to_be})
