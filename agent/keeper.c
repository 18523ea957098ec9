/* keeper - process 1 of a pod. */
#include "agent/keeper.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/environment.h"
#include "agent/keeper_link.h"
#include "agent/keeper_output.h"
#include "agent/keeper_words.h"
#include "agent/message.h"
#include "agent/torch_error.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/signals.h"
#include "wire/link.h"

#define STEADY       CLOCK_SECONDS(5) /* an agent that lived so long did not fail at its start */
#define PAUSE        CLOCK_MS(50)     /* before starting one that did; doubled each time */
#define FAILURES     8                /* in a row, then the keeper gives up */
#define EXIT_GAVE_UP 1
#define FLUSH        CLOCK_SECONDS(2) /* at the end, for the reader of the output to take it */
#define DRAIN_MARGIN CLOCK_SECONDS(2) /* of the grace period, left for the end itself */
#define AGENT_LINK   3                /* descriptor of the agent proper */

extern char **environ;

/* A process with the descriptors that belong to it. */
struct child {
    pid_t process;                       /* 0 = none */
    struct watch watch;                  /* pidfd */
    bool foreign;                        /* a rank: any command, with a process group of its own */
    int shared[KEEPER_LINK_DESCRIPTORS]; /* a rank's: link, page, control as the agent gets them */
    char report[TORCH_ERROR_PATH];       /* a foreign rank's: where it may say what went wrong */
    struct keeper *keeper;
};

struct keeper {
    struct loop loop;
    struct log log;
    char who[64];
    const struct settings *settings;
    char **argv;
    struct watch signals;
    struct child agent;
    struct watch agent_link;
    struct timer agent_timer;
    int64_t agent_started;
    unsigned agent_failures;
    struct child ranks[MESSAGE_RANKS];
    struct keeper_output output;
    struct timer flush_timer;
    struct timer drain_timer; /* nobody has left in time */
    int64_t drain_due;        /* when the agent is to have left; 0 = it was not asked to */
    bool leaving;
    int code;
};

static void tell(struct keeper *keeper,
                 const struct keeper_link_message *message,
                 const int *descriptors,
                 int count)
{
    if (keeper->agent.process &&
        keeper_link_send(keeper->agent_link.descriptor, message, descriptors, count))
        log_warning(&keeper->log, "the agent does not read; ending it");
}

static void end(void *context)
{
    struct keeper *keeper = context;

    loop_stop(&keeper->loop);
}

/* Ends when everything it owns has ended and what the ranks said is written. */
static void end_check(void *context)
{
    struct keeper *keeper = context;

    if (!keeper->leaving || keeper->agent.process)
        return;
    for (int i = 0; i < MESSAGE_RANKS; i++) {
        if (keeper->ranks[i].process)
            return;
    }
    if (keeper_output_idle(&keeper->output))
        loop_stop(&keeper->loop);
    else if (!keeper->flush_timer.place)
        loop_timer(&keeper->loop, &keeper->flush_timer, clock_now() + FLUSH);
}

/* Sends a signal to a rank; to a foreign one and whatever it has started. */
static void rank_signal(const struct child *rank, int number)
{
    if (rank->process)
        kill(rank->foreign ? -rank->process : rank->process, number);
}

static void leave(struct keeper *keeper, int code)
{
    keeper->leaving = true;
    keeper->code = code;
    loop_cancel(&keeper->loop, &keeper->agent_timer);
    if (keeper->agent.process)
        kill(keeper->agent.process, SIGKILL);
    for (int i = 0; i < MESSAGE_RANKS; i++)
        rank_signal(&keeper->ranks[i], SIGKILL);
    end_check(keeper);
}

/* Ranks. */

static void rank_forget(struct child *rank)
{
    for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++) {
        if (rank->shared[i] >= 0)
            close(rank->shared[i]);
        rank->shared[i] = -1;
    }
}

static void rank_hand_over(struct keeper *keeper, uint32_t index)
{
    struct child *rank = &keeper->ranks[index];
    struct keeper_link_message message = {.type = KEEPER_LINK_RANK,
                                          .rank = index,
                                          .process = rank->process,
                                          .code = rank->foreign ? KEEPER_LINK_FOREIGN
                                                                : KEEPER_LINK_NATIVE};

    tell(keeper, &message, rank->shared, rank->foreign ? 0 : KEEPER_LINK_DESCRIPTORS);
}

/* Reaps children that are nobody's: the keeper inherits every orphan of its ranks. A
 * known child is left to its pidfd, and those behind it to the call after it was reaped. */
static void orphans_reap(struct keeper *keeper)
{
    for (;;) {
        siginfo_t info = {0};
        bool known;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
            return;
        known = info.si_pid == keeper->agent.process;
        for (int i = 0; i < MESSAGE_RANKS; i++)
            known |= info.si_pid == keeper->ranks[i].process;
        if (known)
            return;
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

/* Reaps a child whose pidfd is readable. Returns its status. */
static int child_reap(struct keeper *keeper, struct child *child)
{
    int status = 0;

    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR)
        ;
    loop_remove(&keeper->loop, &child->watch);
    close(child->watch.descriptor);
    child->process = 0;
    orphans_reap(keeper);
    return status;
}

/* What a rank that has ended said last. */
static void last_words(struct keeper *keeper, struct keeper_link_message *message)
{
    struct child *rank = &keeper->ranks[message->rank];
    char report[KEEPER_LINK_TEXT];

    keeper_output_end(&keeper->output, message->rank);
    if (*rank->report && torch_error_take(rank->report, report, sizeof report) == 0)
        keeper_output_say(&keeper->output, message->rank, report);
    keeper_output_words(&keeper->output, message->rank, message->text, sizeof message->text);
}

static void rank_ended(void *context, uint32_t events)
{
    struct child *rank = context;
    struct keeper *keeper = rank->keeper;
    struct keeper_link_message message = {.type = KEEPER_LINK_EXITED,
                                          .rank = (uint32_t)(rank - keeper->ranks),
                                          .process = rank->process};

    (void)events;
    if (rank->foreign)
        rank_signal(rank, SIGKILL); /* what it has left behind */
    message.status = child_reap(keeper, rank);
    last_words(keeper, &message);
    rank_forget(rank);
    tell(keeper, &message, NULL, 0);
    end_check(keeper);
}

/* A page before its rank has written anything: no state, no loss. */
static int page_clear(int descriptor, struct error *error)
{
    struct link_page page = {.version = 0};

    atomic_init(&page.committed, LINK_NO_STATE);
    atomic_init(&page.loss, NAN);
    atomic_init(&page.accuracy, NAN);
    if (pwrite(descriptor, &page, sizeof page, 0) != (ssize_t)sizeof page)
        return error_errno(error, "cannot write a rank's page");
    return 0;
}

/* Makes the memory and the socket that a rank shares with the agent. `own` is the rank's end. */
static int shared_make(struct child *rank, int *own, struct error *error)
{
    int pair[2];

    rank->shared[1] = file_memory("muster-page", LINK_PAGE, error);
    rank->shared[2] = file_memory("muster-control", LINK_PAGE, error);
    if (rank->shared[1] < 0 || rank->shared[2] < 0 || page_clear(rank->shared[1], error))
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return error_errno(error, "cannot create a socket pair");
    rank->shared[0] = pair[0];
    *own = pair[1];
    return 0;
}

/* Watches the process that was started. Returns 0; or -1, and it is ended. */
static int rank_watch(struct keeper *keeper, struct child *rank, int pidfd, struct error *error)
{
    rank->keeper = keeper;
    rank->watch = (struct watch){.call = rank_ended, .context = rank};
    if (loop_add(&keeper->loop, &rank->watch, pidfd, EPOLLIN, error) == 0)
        return 0;
    rank_signal(rank, SIGKILL);
    waitpid(rank->process, NULL, 0);
    rank->process = 0;
    close(pidfd);
    return -1;
}

/* Starts the process of a rank. `ends` are its standard output and standard error, its end of the
 * link, and the spec; a foreign one has the first two. */
static int rank_launch(struct keeper *keeper,
                       struct child *rank,
                       const char *const *environment,
                       const int ends[4],
                       struct error *error)
{
    const struct process_descriptor descriptors[] = {{ends[0], STDOUT_FILENO},
                                                     {ends[1], STDERR_FILENO},
                                                     {ends[2], KEEPER_DESCRIPTOR_LINK},
                                                     {rank->shared[1], KEEPER_DESCRIPTOR_PAGE},
                                                     {rank->shared[2], KEEPER_DESCRIPTOR_CONTROL},
                                                     {ends[3], KEEPER_DESCRIPTOR_SPEC}};
    const struct process_spec process = {.arguments =
                                             (const char *const *)keeper->settings->command,
                                         .environment = environment,
                                         .descriptors = descriptors,
                                         .descriptor_count = rank->foreign ? 2 : 6,
                                         .own_group = rank->foreign,
                                         .death_signal = SIGKILL};
    int pidfd;

    if (process_start(&process, &rank->process, &pidfd, error))
        return -1;
    return rank_watch(keeper, rank, pidfd, error);
}

/* Chooses where a foreign rank may say what went wrong, and tells it. */
static void report_prepare(struct child *rank, struct text *words)
{
    rank->report[0] = '\0';
    if (rank->foreign)
        torch_error_path(rank->report);
    if (*rank->report)
        text_word(words, TORCH_ERROR_WORD "=%s", rank->report);
}

/* Starts a native rank with the spec that is `given`, or a foreign one with these words. */
static int rank_start(struct keeper *keeper,
                      const struct keeper_link_message *message,
                      int given,
                      struct error *error)
{
    struct child *rank = &keeper->ranks[message->rank];
    CLEAN(text) struct text own = {0};
    CLEAN(text) struct text words = {0};
    CLEAN_FREE const char **environment = NULL;
    CLEAN_FD int link = -1;
    int streams[KEEPER_OUTPUT_STREAMS];
    int outcome;

    if (!rank->foreign)
        keeper_words_native(keeper->settings, message->rank, &own);
    report_prepare(rank, &own);
    if (rank->foreign ? keeper_words_foreign(keeper->settings, message->rank, given, &own, error)
                      : shared_make(rank, &link, error))
        return -1;
    environment_join(environ, &own, &words);
    environment = environment_list(&words);
    if (keeper_output_start(&keeper->output, message->rank, message->place, streams, error))
        return -1;
    outcome = rank_launch(
        keeper, rank, environment, (const int[]){streams[0], streams[1], link, given}, error);
    for (int i = 0; i < KEEPER_OUTPUT_STREAMS; i++)
        close(streams[i]);
    if (outcome == 0)
        rank_hand_over(keeper, message->rank);
    return outcome;
}

static void on_spawn(struct keeper *keeper, const struct keeper_link_message *message, int given)
{
    struct keeper_link_message failed = {.type = KEEPER_LINK_FAILED, .rank = message->rank};
    struct error error;

    if (message->rank >= (uint32_t)keeper->settings->ranks || given < 0 || keeper->leaving ||
        keeper->ranks[message->rank].process)
        return;
    keeper->ranks[message->rank].foreign = message->code == KEEPER_LINK_FOREIGN;
    if (rank_start(keeper, message, given, &error) == 0)
        return;
    keeper_output_end(&keeper->output, message->rank);
    rank_forget(&keeper->ranks[message->rank]);
    log_error(&keeper->log, "%s", error.text);
    snprintf(failed.text, sizeof failed.text, "%.*s", (int)sizeof failed.text - 1, error.text);
    tell(keeper, &failed, NULL, 0);
}

/* The agent proper. */

static void agent_start(void *context);
static void drain_tell(struct keeper *keeper);

static void on_agent_link(void *context, uint32_t events)
{
    struct keeper *keeper = context;
    struct keeper_link_message message;
    int descriptors[KEEPER_LINK_DESCRIPTORS];
    struct error error;

    (void)events;
    while (keeper_link_receive(keeper->agent_link.descriptor, &message, descriptors, &error) == 0) {
        if (message.type == KEEPER_LINK_SPAWN)
            on_spawn(keeper, &message, descriptors[0]);
        else if (message.type == KEEPER_LINK_TERMINATE && message.rank < MESSAGE_RANKS)
            rank_signal(&keeper->ranks[message.rank], SIGTERM);
        else if (message.type == KEEPER_LINK_KILL && message.rank < MESSAGE_RANKS)
            rank_signal(&keeper->ranks[message.rank], SIGKILL);
        else if (message.type == KEEPER_LINK_LEAVE)
            leave(keeper, (int)message.code);
        for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++) {
            if (descriptors[i] >= 0)
                close(descriptors[i]);
        }
    }
}

static void agent_link_close(struct keeper *keeper)
{
    loop_remove(&keeper->loop, &keeper->agent_link);
    close(keeper->agent_link.descriptor);
    keeper->agent_link.descriptor = -1;
}

/* Starts the next agent proper: at once, unless the last ones failed at their start. */
static void agent_restart(struct keeper *keeper)
{
    int64_t now = clock_now();

    if (now - keeper->agent_started > STEADY)
        keeper->agent_failures = 0;
    if (++keeper->agent_failures > FAILURES) {
        log_error(&keeper->log, "the agent ended %d times at its start; giving up", FAILURES);
        leave(keeper, EXIT_GAVE_UP);
        return;
    }
    if (keeper->agent_failures == 1) {
        agent_start(keeper);
        return;
    }
    loop_timer(&keeper->loop, &keeper->agent_timer, now + (PAUSE << (keeper->agent_failures - 2)));
}

static void agent_ended(void *context, uint32_t events)
{
    struct keeper *keeper = context;
    CLEAN(text) struct text how = {0};

    (void)events;
    on_agent_link(keeper, 0); /* what it said before it died */
    process_status(child_reap(keeper, &keeper->agent), &how);
    agent_link_close(keeper);
    if (keeper->leaving) {
        end_check(keeper);
        return;
    }
    log_warning(&keeper->log, "the agent ended with %s; starting another", how.data);
    agent_restart(keeper);
}

static int agent_launch(struct keeper *keeper, int own, struct error *error)
{
    const struct process_descriptor descriptors[] = {{own, AGENT_LINK}};
    const struct process_spec process = {.arguments = (const char *const *)keeper->argv,
                                         .descriptors = descriptors,
                                         .descriptor_count = 1,
                                         .death_signal = SIGKILL};
    char number[16];
    int pidfd;

    snprintf(number, sizeof number, "%d", AGENT_LINK);
    setenv(KEEPER_LINK_ENVIRONMENT, number, 1);
    if (process_start(&process, &keeper->agent.process, &pidfd, error))
        return -1;
    keeper->agent.keeper = keeper;
    keeper->agent.watch = (struct watch){.call = agent_ended, .context = keeper};
    return loop_add(&keeper->loop, &keeper->agent.watch, pidfd, EPOLLIN, error);
}

static void agent_start(void *context)
{
    struct keeper *keeper = context;
    struct keeper_link_message ready = {.type = KEEPER_LINK_READY};
    struct error error;
    int pair[2];

    keeper->agent_started = clock_now();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
        log_error(&keeper->log, "cannot create a socket pair");
        leave(keeper, EXIT_GAVE_UP);
        return;
    }
    keeper->agent_link = (struct watch){.call = on_agent_link, .context = keeper};
    if (agent_launch(keeper, pair[1], &error) ||
        loop_add(&keeper->loop, &keeper->agent_link, pair[0], EPOLLIN, &error)) {
        log_error(&keeper->log, "%s", error.text);
        leave(keeper, EXIT_GAVE_UP);
    }
    close(pair[1]);
    for (uint32_t i = 0; i < MESSAGE_RANKS; i++) {
        if (keeper->ranks[i].process)
            rank_hand_over(keeper, i);
    }
    tell(keeper, &ready, NULL, 0);
    drain_tell(keeper);
}

/* Draining. */

static void drain_tell(struct keeper *keeper)
{
    struct keeper_link_message drain = {.type = KEEPER_LINK_DRAIN};
    int64_t left = keeper->drain_due - clock_now();

    if (!keeper->drain_due)
        return;
    drain.code = left > 0 ? (uint32_t)(left / CLOCK_MS(1)) : 0;
    tell(keeper, &drain, NULL, 0);
}

static void drain_late(void *context)
{
    struct keeper *keeper = context;

    log_warning(&keeper->log, "the agent has not left in time");
    leave(keeper, 128 + SIGTERM);
}

/* The pod is to end: the agent is told, and has all of the grace period but a tenth, at least 2 s.
 */
static void drain(struct keeper *keeper)
{
    int64_t grace = CLOCK_SECONDS(keeper->settings->grace);
    int64_t margin = grace / 10 > DRAIN_MARGIN ? grace / 10 : DRAIN_MARGIN;
    int64_t now = clock_now();

    if (keeper->drain_due || keeper->leaving)
        return;
    if (margin > grace / 2)
        margin = grace / 2;
    keeper->drain_due = now + grace - margin;
    loop_timer(&keeper->loop, &keeper->drain_timer, now + grace - margin / 2);
    drain_tell(keeper);
}

/* Signals. */

static void on_signal(void *context, uint32_t events)
{
    struct keeper *keeper = context;
    int number;

    (void)events;
    while ((number = signals_next(&keeper->signals))) {
        if (number == SIGCHLD)
            orphans_reap(keeper);
        else if (number == SIGTERM || number == SIGINT)
            drain(keeper);
        else
            leave(keeper, 128 + number);
    }
}

static int keeper_begin(struct keeper *keeper, struct error *error)
{
    static const int taken[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, 0};

    prctl(PR_SET_CHILD_SUBREAPER, 1); /* as process 1 of a pod is by itself */
    keeper->signals = (struct watch){.call = on_signal, .context = keeper};
    keeper->agent_timer = (struct timer){.call = agent_start, .context = keeper};
    keeper->flush_timer = (struct timer){.call = end, .context = keeper};
    keeper->drain_timer = (struct timer){.call = drain_late, .context = keeper};
    keeper->output.taken = end_check;
    keeper->output.context = keeper;
    if (loop_init(&keeper->loop, error) ||
        signals_open(&keeper->loop, &keeper->signals, taken, error))
        return -1;
    return keeper_output_open(
        &keeper->output, &keeper->loop, (uint32_t)keeper->settings->ranks, error);
}

int keeper_run(const struct settings *settings, char **argv)
{
    CLEAN_FREE struct keeper *keeper = memory_get(1, sizeof *keeper);
    struct error error;

    snprintf(keeper->who, sizeof keeper->who, "keeper slot=%lld", (long long)settings->slot);
    keeper->log = (struct log){.least = settings->log_level, .who = keeper->who};
    keeper->settings = settings;
    keeper->argv = argv;
    for (int i = 0; i < MESSAGE_RANKS; i++)
        memset(keeper->ranks[i].shared, -1, sizeof keeper->ranks[i].shared);
    if (keeper_begin(keeper, &error) == 0) {
        agent_start(keeper);
        if (keeper->leaving && !keeper->agent.process)
            return keeper->code;
        if (loop_run(&keeper->loop, &error) == 0) {
            keeper_output_close(&keeper->output);
            loop_done(&keeper->loop);
            return keeper->code;
        }
    }
    log_error(&keeper->log, "%s", error.text);
    return EXIT_GAVE_UP;
}
