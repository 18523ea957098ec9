/* runner - a TrainingJob on one machine. */
#include "cli/local/runner.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/net.h"
#include "base/process.h"
#include "base/secret.h"
#include "base/signals.h"
#include "cli/local/repairs.h"
#include "cli/local/rundir.h"
#include "cli/local/screen.h"
#include "cli/local/slots.h"
#include "cli/local/strike.h"
#include "cli/local/summary.h"
#include "controller/directory.h"
#include "job/template.h"
#include "wire/authority.h"
#include "wire/cause.h"
#include "wire/fault_class.h"
#include "wire/fence.h"

#define TICK          CLOCK_MS(200)
#define TICK_OFTEN    CLOCK_MS(50)      /* where faults are to be injected */
#define REPORT_EVERY  1000              /* milliseconds */
#define REPORT_OFTEN  100               /* where a fault waits for a step */
#define END_PATIENCE  CLOCK_SECONDS(15) /* for agents to leave after the end */
#define FOREIGN_END   CLOCK_SECONDS(45) /* the same when their ranks may be saving */
#define LEADERLESS    CLOCK_SECONDS(30) /* nobody reports: only a new attempt helps */
#define QUORUM_PAUSE  CLOCK_SECONDS(1)
#define STALL         CLOCK_SECONDS(1) /* a tick so late: everything has stood still */
#define ATTEMPTS_MOST 3
#define SAME_REQUEST  CLOCK_MS(300) /* timeout(1) signals the process and its group: that is one */

struct runner {
    const struct runner_settings *settings;
    struct loop loop;
    struct rpc *rpc;
    struct watch signals;
    struct timer tick;
    struct screen screen;
    struct rundir rundir;
    Muster__JobFacts facts;
    struct text spec;
    struct text command;        /* of a rank, as a list of words */
    struct text address;        /* of the directory */
    struct authority authority; /* of this run */
    struct directory *directory;
    struct desk *desk; /* of the attempt */
    struct slots *slots;
    uint32_t *gang; /* slots in the order of their ranks, as was reported last */
    uint32_t gang_count;
    uint32_t attempts;

    int64_t begun;      /* this run */
    int64_t first_step; /* 0 = not yet */
    int64_t heard;      /* the newest report */
    int64_t quorum_lost;
    uint32_t lead;
    struct screen_progress progress;
    char unsaved[512];
    uint32_t missing; /* slots that are waited for */
    struct repairs repairs;

    int64_t asked; /* when it was asked to stop; 0 = not */
    bool ended;
    int64_t ended_at;
    enum runner_outcome outcome;
    struct text text; /* result, or reason */
};

static int64_t tick_of(const struct runner *runner)
{
    return runner->settings->faults->count ? TICK_OFTEN : TICK;
}

static const char *outcome_name(enum runner_outcome outcome)
{
    static const char *const names[] = {"Succeeded", "Failed", "Stopped", "Interrupted"};

    return names[outcome];
}

/* The end. */

static void end(struct runner *runner, enum runner_outcome outcome, const char *text)
{
    if (runner->ended)
        return;
    runner->ended = true;
    runner->ended_at = clock_now();
    runner->outcome = outcome;
    text_clear(&runner->text);
    text_add(&runner->text, text);
    if (outcome == RUNNER_INTERRUPTED || !runner->slots)
        loop_stop(&runner->loop);
}

/* Repairs. */

/* The fault that was injected for this incident, if one was: the newest before it was seen. */
static int64_t struck_find(const struct runner *runner, int64_t seen)
{
    const struct faults *faults = runner->settings->faults;
    int64_t struck = 0;

    for (uint32_t i = 0; i < faults->count; i++) {
        if (faults->entries[i].done && faults->entries[i].struck <= seen &&
            faults->entries[i].struck > struck && seen - faults->entries[i].struck < END_PATIENCE)
            struck = faults->entries[i].struck;
    }
    return struck;
}

static void incident_take(struct runner *runner, const Muster__Incident *incident)
{
    bool resized = incident->cause == CAUSE_RESIZED;
    CLEAN(text) struct text words = {0};
    struct repair repair = {.slot = incident->slot,
                            .rank = incident->rank,
                            .rung = incident->rung,
                            .generation = incident->generation,
                            .struck = resized ? 0 : struck_find(runner, incident->seen),
                            .seen = incident->seen,
                            .revoked = incident->revoked,
                            .formed = incident->formed,
                            .restored = incident->restored,
                            .stepped = incident->stepped,
                            .steps_redone = incident->steps_redone};

    snprintf(repair.cause, sizeof repair.cause, "%s", cause_name(incident->cause));
    snprintf(repair.class, sizeof repair.class, "%s", fault_class_name(incident->fault_class));
    snprintf(repair.node, sizeof repair.node, "%s", incident->node);
    snprintf(repair.text, sizeof repair.text, "%s", incident->text);
    repairs_add(&runner->repairs, &repair);
    if (resized)
        return; /* how many go on is said already */
    if (!repair.rung) {
        screen_note(&runner->screen,
                    "%s: rank %u of slot %u: %s",
                    repair.cause,
                    (unsigned)repair.rank,
                    (unsigned)repair.slot,
                    repair.text);
        return;
    }
    repairs_words(&repair, &words);
    screen_note(&runner->screen,
                "repaired %s of slot %u: %s; %lld step%s done again",
                repair.cause,
                (unsigned)repair.slot,
                words.data,
                (long long)repair.steps_redone,
                repair.steps_redone == 1 ? "" : "s");
}

/* Reports of the lead. */

static void progress_take(struct runner *runner, const Muster__Progress *from)
{
    struct screen_progress *to = &runner->progress;

    if (from->validated > to->validated && !runner->settings->quiet)
        screen_note(&runner->screen,
                    "validation accuracy %.2f %% after step %" PRId64,
                    from->accuracy * 100,
                    from->validated);
    *to = (struct screen_progress){.committed = from->committed,
                                   .total = from->total,
                                   .epoch = from->epoch,
                                   .samples = from->samples,
                                   .loss = from->loss,
                                   .accuracy = from->accuracy,
                                   .validated = from->validated,
                                   .running = true};
    if (from->committed >= 1 && !runner->first_step)
        runner->first_step = clock_now();
    if (strcmp(runner->unsaved, from->unsaved)) {
        snprintf(runner->unsaved, sizeof runner->unsaved, "%s", from->unsaved);
        if (*runner->unsaved)
            screen_note(&runner->screen, "checkpoints cannot be written: %s", runner->unsaved);
        else
            screen_note(&runner->screen, "checkpoints can be written again");
    }
}

/* Slots that spares stand in for are not waited for. */
static void missing_take(struct runner *runner, const Muster__Report *report)
{
    uint32_t spares = runner->facts.spares;
    uint32_t missing = report->n_missing > spares ? (uint32_t)report->n_missing - spares : 0;

    if (missing != runner->missing && missing && runner->first_step)
        screen_note(&runner->screen,
                    "waiting for %u slot%s, the first is %u",
                    (unsigned)missing,
                    missing == 1 ? "" : "s",
                    (unsigned)report->missing[0]);
    runner->missing = missing;
}

static void gang_take(struct runner *runner, const Muster__View *view)
{
    uint32_t count = 0;

    for (; view && count < view->n_members && count < runner->facts.replicas; count++)
        runner->gang[count] = view->members[count]->slot;
    if (!count)
        return;
    if (count != runner->gang_count)
        screen_note(&runner->screen,
                    "going on with %u of %u replicas",
                    (unsigned)count,
                    (unsigned)runner->facts.replicas);
    runner->gang_count = count;
}

static void on_report(void *context, const Muster__Report *report)
{
    struct runner *runner = context;

    runner->heard = clock_now();
    gang_take(runner, report->view);
    runner->lead = report->lead->slot;
    runner->progress.running = report->state == MUSTER__REPORT__STATE__RUNNING;
    if (runner->facts.foreign && runner->progress.running && !runner->first_step)
        runner->first_step = runner->heard; /* the nearest thing that is known */
    if (report->progress && report->progress->committed >= 0)
        progress_take(runner, report->progress);
    missing_take(runner, report);
    for (size_t i = 0; i < report->n_incidents; i++)
        incident_take(runner, report->incidents[i]);
    if (report->state == MUSTER__REPORT__STATE__SUCCEEDED)
        end(runner, RUNNER_SUCCEEDED, report->text);
    else if (report->state == MUSTER__REPORT__STATE__STOPPED)
        end(runner, RUNNER_STOPPED, report->text);
    else if (report->state == MUSTER__REPORT__STATE__FAILED)
        end(runner, RUNNER_FAILED, report->text);
}

/* Slots. */

/* What the agent of a slot has left behind counts as much as a report. One that has left, or
 * asks to be replaced, says nothing of the job. */
static void verdict_take(struct runner *runner, uint32_t slot)
{
    CLEAN(text) struct text outcome = {0};
    CLEAN(text) struct text text = {0};

    if (rundir_verdict(&runner->rundir, slot, &outcome, &text))
        return;
    if (!strcmp(outcome.data, "Succeeded"))
        end(runner, RUNNER_SUCCEEDED, text.data);
    else if (!strcmp(outcome.data, "Stopped"))
        end(runner, RUNNER_STOPPED, text.data);
    else if (strcmp(outcome.data, "Drained") != 0 && strcmp(outcome.data, "Replace") != 0)
        end(runner, RUNNER_FAILED, text.data);
}

static bool on_slot_ended(void *context, uint32_t slot, int status)
{
    struct runner *runner = context;
    CLEAN(text) struct text how = {0};

    desk_gone(runner->desk, slot);
    verdict_take(runner, slot);
    if (runner->ended) {
        if (!slots_alive(runner->slots))
            loop_stop(&runner->loop);
        return false;
    }
    process_status(status, &how);
    screen_note(
        &runner->screen, "slot %u ended with %s; starting it again", (unsigned)slot, how.data);
    return true;
}

/* Attempts. */

static void attempt_close(struct runner *runner)
{
    slots_close(runner->slots);
    runner->slots = NULL;
    desk_close(runner->desk);
    runner->desk = NULL;
}

/* A checkpoint directory may have seen attempts of another working directory. */
static uint32_t fenced_attempt(const struct runner *runner)
{
    const char *directory = runner->settings->job->checkpoint.directory;
    struct fence fence;

    return directory && fence_read(directory, &fence, NULL) == 0 ? fence.attempt : 0;
}

static int attempt_open(struct runner *runner, struct error *error)
{
    const struct runner_settings *settings = runner->settings;
    struct desk_settings desk = {.job = settings->job->name,
                                 .facts = &runner->facts,
                                 .reported = on_report,
                                 .context = runner};
    struct slots_settings slots = {.count =
                                       (uint32_t)(settings->job->replicas + settings->job->spares),
                                   .ranks = (uint32_t)settings->job->ranks_per_replica,
                                   .job = settings->job->name,
                                   .agent = settings->agent,
                                   .command = &runner->command,
                                   .work = settings->work,
                                   .log_level = settings->log_level,
                                   .metrics_port = settings->metrics_port,
                                   .health_probe = settings->health_probe,
                                   .ended = on_slot_ended,
                                   .context = runner};

    if (rundir_attempt(&runner->rundir, fenced_attempt(runner), error))
        return -1;
    runner->attempts++;
    desk.attempt = slots.attempt = runner->rundir.attempt;
    runner->desk = desk_open(runner->directory, &desk);
    if (runner->asked)
        desk_drain(runner->desk);
    slots.directory = runner->address.data;
    slots.secret_file = runner->rundir.secret_file;
    slots.trust_file = runner->rundir.trust_file;
    slots.logs = runner->rundir.logs;
    runner->heard = clock_now();
    runner->quorum_lost = 0;
    runner->slots = slots_open(&runner->loop, &slots, error);
    return runner->slots ? 0 : -1;
}

static void attempt_again(struct runner *runner, const char *why)
{
    struct error error;

    attempt_close(runner);
    if (runner->attempts == ATTEMPTS_MOST) {
        end(runner, RUNNER_FAILED, why);
        return;
    }
    screen_note(&runner->screen, "%s; starting a new attempt from the last checkpoint", why);
    if (attempt_open(runner, &error)) {
        attempt_close(runner);
        end(runner, RUNNER_FAILED, error.text);
    }
}

/* Whether the agents can go on by themselves; if not, everything is started anew. */
static void attempt_watch(struct runner *runner, int64_t now)
{
    if (!desk_quorum_lost(runner->desk))
        runner->quorum_lost = 0;
    else if (!runner->quorum_lost)
        runner->quorum_lost = now;
    if (runner->quorum_lost && now - runner->quorum_lost > QUORUM_PAUSE)
        attempt_again(runner, "too many agents were lost at once");
    else if (runner->first_step && now - runner->heard > LEADERLESS)
        attempt_again(runner, "no agent has led for 30 s");
}

/* Faults. */

/* What is struck. */
static struct strike strike_of(const struct runner *runner)
{
    return (struct strike){
        runner->slots, runner->gang, runner->gang_count, runner->facts.ranks_per_replica};
}

static void fault_inject(struct runner *runner, struct fault_entry *entry)
{
    const struct strike strike = strike_of(runner);
    CLEAN(text) struct text where = {0};
    char name[64];
    int missed;

    if (entry->target == FAULT_LEAD)
        entry->index = runner->lead;
    entry->struck = clock_now();
    entry->done = true;
    missed = strike_signal(&strike, entry, strike_stops(entry) ? SIGSTOP : SIGKILL);
    entry->resumed = missed || !strike_stops(entry);
    if (runner->progress.committed >= 0)
        text_addf(&where, " at step %lld", (long long)runner->progress.committed);
    faults_name(entry, name, sizeof name);
    if (missed)
        screen_note(&runner->screen, "fault: %s is not there%s", name, text_string(&where));
    else
        screen_note(
            &runner->screen, "fault: %s %s%s", strike_deed(entry), name, text_string(&where));
}

static void fault_resume(struct runner *runner, struct fault_entry *entry)
{
    const struct strike strike = strike_of(runner);
    char name[64];

    entry->resumed = true;
    faults_name(entry, name, sizeof name);
    if (strike_signal(&strike, entry, SIGCONT) == 0)
        screen_note(&runner->screen, "fault: %s goes on", name);
}

/* The loop's events. */

static void on_tick(void *context)
{
    struct runner *runner = context;
    int64_t now = clock_now();
    int64_t since = runner->first_step ? now - runner->first_step : -1;
    struct fault_entry *fault;

    if (now - runner->tick.due > STALL) {
        runner->heard = now;
        runner->quorum_lost = 0;
    }
    loop_timer(&runner->loop, &runner->tick, now + tick_of(runner));
    if (runner->ended) {
        if (now - runner->ended_at > (runner->facts.foreign ? FOREIGN_END : END_PATIENCE))
            loop_stop(&runner->loop);
        return;
    }
    while ((fault = faults_due(runner->settings->faults, runner->progress.committed, since)))
        fault_inject(runner, fault);
    while ((fault = faults_over(runner->settings->faults, now)))
        fault_resume(runner, fault);
    if (!runner->settings->quiet)
        screen_progress(&runner->screen, &runner->progress, now);
    attempt_watch(runner, now);
}

static void on_signal(void *context, uint32_t events)
{
    struct runner *runner = context;

    (void)events;
    while (signals_next(&runner->signals)) {
        if (runner->asked && clock_now() - runner->asked < SAME_REQUEST)
            continue;
        if (runner->asked || runner->ended) {
            end(runner, RUNNER_INTERRUPTED, "interrupted before everything was saved");
            loop_stop(&runner->loop);
            return;
        }
        runner->asked = clock_now();
        screen_note(&runner->screen, "saving and stopping; once more to stop at once");
        if (runner->desk)
            desk_drain(runner->desk);
    }
}

/* Beginning and end of a run. */

/* What a rank runs. */
static void command_make(struct runner *runner)
{
    const struct job *job = runner->settings->job;

    if (job->native) {
        text_word(&runner->command, "%s", runner->settings->trainer);
        text_word(&runner->command, "fit");
    } else {
        template_command(job->template, &runner->command);
    }
}

/* Whoever can read the run's secret is one of its agents. */
static void on_claim(void *context, const struct directory_claim *claim, struct visitor *visitor)
{
    const struct runner *runner = context;
    bool knows = secret_text_equal(claim->token, runner->rundir.secret);

    directory_verified(visitor, knows ? NULL : "the secret of this run is needed");
}

/* The authority of this run lives in memory; agents read from a file whom to believe. */
static int directory_begin(struct runner *runner, struct error *error)
{
    const struct directory_settings settings = {
        .listen = runner->settings->listen, .verify = on_claim, .context = runner};
    CLEAN(text) struct text trust = {0};
    char host[NET_ADDRESS];
    int64_t now = time(NULL);

    if (authority_make(&runner->authority, now, AUTHORITY_LIFE, error))
        return -1;
    authority_trust(&runner->authority, now, &trust);
    if (rundir_trust(&runner->rundir, trust.data, error))
        return -1;
    runner->directory = directory_open(runner->rpc, &settings, error);
    if (!runner->directory)
        return -1;
    directory_authority(runner->directory, &runner->authority);
    net_host(settings.listen, host);
    text_addf(&runner->address,
              strchr(host, ':') ? "[%s]:%d" : "%s:%d",
              host,
              directory_port(runner->directory));
    return 0;
}

static int runner_open(struct runner *runner, struct error *error)
{
    static const int taken[] = {SIGINT, SIGTERM, 0};

    runner->tick = (struct timer){.call = on_tick, .context = runner};
    runner->signals.call = on_signal;
    runner->signals.context = runner;
    if (loop_init(&runner->loop, error) ||
        signals_open(&runner->loop, &runner->signals, taken, error))
        return -1;
    runner->rpc = rpc_new(&runner->loop, error);
    if (!runner->rpc ||
        rundir_open(&runner->rundir, runner->settings->work, runner->settings->job->name, error))
        return -1;
    if (directory_begin(runner, error))
        return -1;
    loop_timer(&runner->loop, &runner->tick, clock_now() + tick_of(runner));
    return attempt_open(runner, error);
}

static void runner_close(struct runner *runner)
{
    screen_end(&runner->screen);
    attempt_close(runner);
    directory_close(runner->directory);
    authority_done(&runner->authority);
    if (runner->rpc)
        rpc_free(runner->rpc);
    rundir_done(&runner->rundir);
    if (runner->signals.descriptor >= 0)
        signals_done(&runner->loop, &runner->signals);
    if (runner->loop.epoll >= 0)
        loop_done(&runner->loop);
    repairs_done(&runner->repairs);
    free(runner->gang);
    text_done(&runner->spec);
    text_done(&runner->command);
    text_done(&runner->address);
    text_done(&runner->text);
    free(runner);
}

int runner_run(const struct runner_settings *settings,
               enum runner_outcome *outcome,
               struct text *result,
               struct error *error)
{
    struct runner *runner = memory_get(1, sizeof *runner);
    int failed;

    runner->settings = settings;
    runner->progress = (struct screen_progress){.committed = -1, .loss = NAN, .accuracy = NAN};
    runner->begun = clock_now();
    runner->rundir.lock = runner->loop.epoll = runner->signals.descriptor = -1;
    screen_init(&runner->screen, stderr);
    directory_facts(settings->job,
                    settings->faults->count ? REPORT_OFTEN : REPORT_EVERY,
                    &runner->spec,
                    &runner->facts);
    command_make(runner);
    runner->gang = memory_get(runner->facts.replicas, sizeof *runner->gang);
    for (; runner->gang_count < runner->facts.replicas; runner->gang_count++)
        runner->gang[runner->gang_count] = runner->gang_count;
    failed = runner_open(runner, error);
    if (!failed)
        failed = loop_run(&runner->loop, error);
    if (!failed) {
        const struct summary ended = {.outcome = outcome_name(runner->outcome),
                                      .text = text_string(&runner->text),
                                      .attempt = runner->rundir.attempt,
                                      .seconds = clock_to_ms(clock_now() - runner->begun) / 1000,
                                      .repairs = &runner->repairs};

        *outcome = runner->outcome;
        summary_print(&ended, result);
    }
    runner_close(runner);
    return failed;
}
