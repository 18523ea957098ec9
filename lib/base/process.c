/* process - starting a child: fork, arrange descriptors, exec, with failures reported back. */
#include "base/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define CLOSE_RANGE_CLOEXEC_FLAG 4u

extern char **environ;

/* What a child says through the pipe when it could not become the program. */
struct child_failure {
    int number;
    int step; /* index into step_names */
};

static const char *const step_names[] = {
    "arrange descriptors for", "enter the directory of", "run"};

/* Marks every descriptor close-on-exec but the standard ones; those that are wanted are made anew
 * after that. An old kernel without close_range is no failure: all descriptors of this program are
 * opened close-on-exec. */
static void child_seal(void)
{
    syscall(SYS_close_range, STDERR_FILENO + 1u, ~0u, CLOSE_RANGE_CLOEXEC_FLAG);
}

/* Moves `report` and the wanted descriptors out of the way first, above every `to`, so that none is
 * overwritten before its turn. */
static int child_descriptors(const struct process_spec *spec, int *report)
{
    int moved[PROCESS_DESCRIPTORS];
    int above = STDERR_FILENO + 1;
    int safe;

    for (size_t i = 0; i < spec->descriptor_count; i++) {
        if (spec->descriptors[i].to >= above)
            above = spec->descriptors[i].to + 1;
    }
    safe = fcntl(*report, F_DUPFD_CLOEXEC, above);
    if (safe < 0)
        return -1;
    *report = safe;
    for (size_t i = 0; i < spec->descriptor_count; i++) {
        moved[i] = fcntl(spec->descriptors[i].from, F_DUPFD_CLOEXEC, above);
        if (moved[i] < 0)
            return -1;
    }
    for (size_t i = 0; i < spec->descriptor_count; i++) {
        if (dup2(moved[i], spec->descriptors[i].to) < 0)
            return -1;
    }
    return 0;
}

static void child_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Becomes the program; returns the step that failed, with errno. Only async-signal-safe calls. */
static int child_become(const struct process_spec *spec, pid_t parent, int *report)
{
    if (spec->own_group)
        setpgid(0, 0);
    if (spec->death_signal) {
        prctl(PR_SET_PDEATHSIG, spec->death_signal);
        if (getppid() != parent)
            raise(SIGKILL);
    }
    child_signals();
    child_seal();
    if (child_descriptors(spec, report))
        return 0;
    if (spec->directory && chdir(spec->directory))
        return 1;
    if (spec->environment)
        execvpe(
            spec->arguments[0], (char *const *)spec->arguments, (char *const *)spec->environment);
    else
        execvp(spec->arguments[0], (char *const *)spec->arguments);
    return 2;
}

static void child_run(const struct process_spec *spec, pid_t parent, int report)
{
    struct child_failure failure = {.step = child_become(spec, parent, &report)};
    ssize_t written;

    failure.number = errno;
    written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

/* Waits until the child has become the program. Returns 0, or -1 with its failure. */
static int child_confirm(int report, const char *program, struct error *error)
{
    struct child_failure failure;
    ssize_t got;

    do
        got = read(report, &failure, sizeof failure);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(error, "cannot hear from %s", program);
    if (got != sizeof failure)
        return 0;
    errno = failure.number;
    return error_errno(error, "cannot %s %s", step_names[failure.step], program);
}

int process_start(const struct process_spec *spec, pid_t *pid, int *pidfd, struct error *error)
{
    int ends[2];
    pid_t parent = getpid();
    pid_t child;
    int failed;
    int handle;

    assert(spec->descriptor_count <= PROCESS_DESCRIPTORS);
    if (pipe2(ends, O_CLOEXEC))
        return error_errno(error, "cannot create a pipe");
    child = fork();
    if (child == 0)
        child_run(spec, parent, ends[1]);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return error_errno(error, "cannot fork");
    }
    failed = child_confirm(ends[0], spec->arguments[0], error);
    close(ends[0]);
    handle = failed ? -1 : (int)syscall(SYS_pidfd_open, child, 0);
    if (handle < 0) {
        if (!failed)
            error_errno(error, "cannot watch process %ld", (long)child);
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
        return -1;
    }
    *pid = child;
    *pidfd = handle;
    return 0;
}

void process_status(int status, struct text *out)
{
    if (WIFSIGNALED(status))
        text_addf(out, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        text_addf(out, "exit code %d", WEXITSTATUS(status));
}
