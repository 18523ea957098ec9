/* probe - a program that watches the accelerators of a pod. */
#include "agent/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/process.h"

#define PIECE  4096
#define FIRST  CLOCK_SECONDS(1)
#define MOST   CLOCK_SECONDS(60)
#define STEADY CLOCK_SECONDS(60) /* one that ran so long did not fail at its start */

static void start(void *context);

static void on_line(void *context, const char *line, size_t size, size_t prefix)
{
    struct probe *probe = context;
    struct health_event event;
    struct error error;

    (void)prefix;
    if (size > 1 && health_read(line, size - 1, &event, &error) == 0) {
        probe->heard(probe->context, &event);
    } else if (size > 1 && !probe->told) {
        probe->told = true;
        log_warning(probe->log, "a line of the health probe is not understood: %s", error.text);
    }
}

static void output_close(struct probe *probe)
{
    if (probe->output.descriptor < 0)
        return;
    loop_remove(probe->loop, &probe->output);
    close(probe->output.descriptor);
    probe->output.descriptor = -1;
}

static void on_output(void *context, uint32_t events)
{
    struct probe *probe = context;
    char bytes[PIECE];
    ssize_t got = read(probe->output.descriptor, bytes, sizeof bytes);

    (void)events;
    if (got > 0)
        lines_add(&probe->lines, bytes, (size_t)got, on_line, probe);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        output_close(probe);
}

/* Lets go of the process, which has ended or is to. Returns how it ended. */
static int process_reap(struct probe *probe)
{
    int status = 0;

    while (waitpid(probe->process, &status, 0) < 0 && errno == EINTR)
        ;
    loop_remove(probe->loop, &probe->end);
    close(probe->end.descriptor);
    output_close(probe);
    probe->process = 0;
    return status;
}

static void start_later(struct probe *probe)
{
    int64_t now = clock_now();

    if (probe->started && now - probe->started > STEADY)
        backoff_reset(&probe->pause);
    loop_timer(probe->loop, &probe->timer, now + FIRST / 2 + backoff_fail(&probe->pause));
}

static void on_end(void *context, uint32_t events)
{
    struct probe *probe = context;
    CLEAN(text) struct text how = {0};

    (void)events;
    if (probe->output.descriptor >= 0)
        on_output(probe, 0);        /* what it said last */
    kill(-probe->process, SIGKILL); /* what it has left behind */
    process_status(process_reap(probe), &how);
    log_warning(probe->log, "the health probe ended with %s; it is started again", how.data);
    start_later(probe);
}

/* Starts the process with its output into `output`, and watches it. Returns 0 or -1. */
static int process_make(struct probe *probe, int output, struct error *error)
{
    CLEAN_FD int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const char *const arguments[] = {probe->program, NULL};
    const struct process_descriptor descriptors[] = {{input, STDIN_FILENO},
                                                     {output, STDOUT_FILENO}};
    const struct process_spec spec = {.arguments = arguments,
                                      .environment = probe->environment,
                                      .descriptors = descriptors,
                                      .descriptor_count = 2,
                                      .own_group = true,
                                      .death_signal = SIGKILL};
    int pidfd;

    if (input < 0)
        return error_errno(error, "cannot open /dev/null");
    if (process_start(&spec, &probe->process, &pidfd, error))
        return -1;
    probe->end = (struct watch){.call = on_end, .context = probe};
    if (loop_add(probe->loop, &probe->end, pidfd, EPOLLIN, error) == 0)
        return 0;
    kill(-probe->process, SIGKILL);
    waitpid(probe->process, NULL, 0);
    probe->process = 0;
    close(pidfd);
    return -1;
}

static int process_begin(struct probe *probe, struct error *error)
{
    CLEAN_FD int reading = -1;
    CLEAN_FD int writing = -1;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        return error_errno(error, "cannot create a pipe");
    reading = ends[0];
    writing = ends[1];
    fcntl(reading, F_SETFL, O_NONBLOCK);
    probe->output = (struct watch){.call = on_output, .context = probe, .descriptor = -1};
    if (loop_add(probe->loop, &probe->output, reading, EPOLLIN, error))
        return -1;
    probe->output.descriptor = TAKE_FD(reading);
    if (process_make(probe, writing, error) == 0)
        return 0;
    output_close(probe);
    return -1;
}

static void start(void *context)
{
    struct probe *probe = context;
    struct error error;

    lines_init(&probe->lines, "");
    probe->told = false;
    probe->started = clock_now();
    if (process_begin(probe, &error) == 0)
        return;
    probe->started = 0;
    log_warning(probe->log, "the health probe cannot be started: %s", error.text);
    start_later(probe);
}

void probe_open(struct probe *probe)
{
    probe->timer = (struct timer){.call = start, .context = probe};
    probe->pause = (struct backoff){.first = FIRST, .most = MOST, .random = probe->pause.random};
    probe->output.descriptor = -1;
    start(probe);
}

void probe_close(struct probe *probe)
{
    loop_cancel(probe->loop, &probe->timer);
    if (!probe->process)
        return;
    kill(-probe->process, SIGKILL);
    process_reap(probe);
}
