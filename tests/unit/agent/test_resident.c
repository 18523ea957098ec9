/* How much memory processes hold, by the kernel's files about them. */
#include "agent/resident.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

#define KIB   INT64_C(1024)
#define SIZE  (INT64_C(128) << 20) /* more than the test itself holds */
#define TRIES 2000

static void process_make(const char *proc, int process, const char *stat, const char *status)
{
    const char *const contents[] = {stat, status};

    for (int i = 0; i < 2; i++) {
        CLEAN(text) struct text path = {0};

        text_addf(&path, "%s/%d", proc, process);
        CU_ASSERT_FATAL(file_make_directories(path.data, NULL) == 0);
        text_add(&path, i ? "/status" : "/stat");
        if (contents[i])
            CU_ASSERT_FATAL(file_write(path.data, contents[i], strlen(contents[i]), NULL) == 0);
    }
}

static void what_a_process_holds_is_its_own_and_what_it_shares(void)
{
    static const struct {
        const char *status;
        int64_t resident;
    } rows[] = {
        {"Name:\tx\nVmRSS:\t  900 kB\nRssAnon:\t  700 kB\nRssFile:\t  150 kB\nRssShmem:\t 50 kB\n",
         750 * KIB},
        {"Name:\tx\nRssAnon:\t  700 kB\n", 700 * KIB},
        {"Name:\tkthreadd\n", 0},
        {"RssAnon:\t 7 kB\n", 0}, /* the name is the first line */
        {"Name:\tx\nRssAnon:\t -7 kB\nRssShmem:\t 99999999999999999999 kB\n", 0},
        {"", 0},
        {NULL, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *proc = check_directory();

        process_make(proc, 71, NULL, rows[i].status);
        CU_ASSERT(resident_process(proc, 71) == rows[i].resident);
    }
}

static void what_a_group_holds_is_the_sum_of_its_processes(void)
{
    const char *proc = check_directory();
    int failed = 1;

    process_make(proc, 71, "71 (python) S 1 71 1 0", "Name:\tpython\nRssAnon:\t 100 kB\n");
    process_make(proc, 72, "72 (a b) c) S 71 71 1 0", "Name:\tx\nRssAnon:\t 20 kB\n");
    process_make(proc, 73, "73 (x) S 71 73 1 0", "Name:\tx\nRssAnon:\t 3000 kB\n");
    process_make(proc, 74, "74 (71 71 71) S 71", "Name:\tx\nRssAnon:\t 3000 kB\n");
    process_make(proc, 75, "75", "Name:\tx\nRssAnon:\t 3000 kB\n");
    process_make(proc, 76, NULL, "Name:\tx\nRssAnon:\t 3000 kB\n");
    CU_ASSERT(resident_group(proc, 71) == 120 * KIB);
    CU_ASSERT(resident_group(proc, 7) == 0);
    CU_ASSERT(resident_group("/nowhere", 71) == 0);
    for (int k = 1; failed; k++) {
        fault_arm(FAULT_OUTCOMES, k);
        CU_ASSERT(resident_group(proc, 71) <= 120 * KIB);
        failed = fault_disarm();
    }
}

/* Takes memory that is there at once, and stays until it is ended. */
static _Noreturn void hold(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;

    if (mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

/* The kernel's own files have this form. */
static void a_real_process_and_its_child_are_seen(void)
{
    pid_t leader = fork();

    CU_ASSERT_FATAL(leader >= 0);
    if (!leader) {
        setpgid(0, 0);
        fork();
        hold();
    }
    for (int i = 0; i < TRIES && resident_group("/proc", leader) < 2 * SIZE; i++)
        clock_sleep(CLOCK_MS(10));
    CU_ASSERT(resident_group("/proc", leader) >= 2 * SIZE);
    CU_ASSERT(resident_process("/proc", leader) >= SIZE);
    kill(-leader, SIGKILL);
    CU_ASSERT(waitpid(leader, NULL, 0) == leader);
    CU_ASSERT(resident_process("/proc", leader) == 0);
}

SUITE("agent resident",
      {"what a process holds is its own and what it shares",
       what_a_process_holds_is_its_own_and_what_it_shares},
      {"what a group holds is the sum of its processes",
       what_a_group_holds_is_the_sum_of_its_processes},
      {"a real process and its child are seen", a_real_process_and_its_child_are_seen})
