/* report - what the lead tells the directory: how the job is, how far, and what was repaired. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/memory.h"

#define POLL CLOCK_MS(2) /* between looks for the first step of a generation */

static Muster__Report__State state_of(const struct lead *lead)
{
    switch (lead->state) {
    case LEAD_RUN:
        return MUSTER__REPORT__STATE__RUNNING;
    case LEAD_ENDED:
        if (lead->outcome == OUTCOME_SUCCEEDED)
            return MUSTER__REPORT__STATE__SUCCEEDED;
        return lead->outcome == OUTCOME_STOPPED ? MUSTER__REPORT__STATE__STOPPED
                                                : MUSTER__REPORT__STATE__FAILED;
    default:
        return MUSTER__REPORT__STATE__FORMING;
    }
}

/* Rank 0 writes the checkpoints: why it cannot, "" = it can. */
static const char *unsaved_why(const struct agent *agent)
{
    const struct view *view = &agent->lead.base;

    if (view->count && !identity_equal(&view->members[0], &agent->self))
        return agent->told;
    return agent->unsaved;
}

/* Another agent has said how its ranks are. */
void report_heard(struct agent *agent, const struct message *beat)
{
    const struct view *view = &agent->lead.base;

    if (agent->lead.state != LEAD_RUN || !view->count ||
        !identity_equal(&view->members[0], &beat->from) || !strcmp(agent->told, beat->text))
        return;
    snprintf(agent->told, sizeof agent->told, "%s", beat->text);
    report_now(agent);
}

static void progress_fill(const struct agent *agent, Muster__Progress *progress)
{
    const struct link_page *page = agent->links[0].page;

    progress->loss = progress->accuracy = NAN;
    progress->committed = LINK_NO_STATE;
    progress->unsaved = (char *)unsaved_why(agent);
    if (!page)
        return;
    progress->generation = atomic_load(&page->generation);
    progress->phase = atomic_load(&page->phase);
    progress->begun = atomic_load(&page->begun);
    progress->committed = atomic_load(&page->committed);
    progress->total = atomic_load(&page->total);
    progress->epoch = atomic_load(&page->epoch);
    progress->samples = atomic_load(&page->samples);
    progress->loss = atomic_load(&page->loss);
    progress->accuracy = atomic_load(&page->accuracy);
    progress->saved = atomic_load(&page->saved);
    progress->validated = atomic_load(&page->validated);
}

static void incident_fill(const struct incident *from, Muster__Incident *to)
{
    muster__incident__init(to);
    to->generation = from->generation;
    to->cause = (uint32_t)from->cause;
    to->slot = from->slot;
    to->rank = from->rank;
    to->rung = cause_rung(from->cause);
    to->seen = from->seen;
    to->revoked = from->revoked;
    to->formed = from->formed;
    to->restored = from->restored;
    to->stepped = from->stepped;
    to->steps_redone = from->steps_redone;
    to->text = (char *)from->text;
    to->fault_class = (uint32_t)from->class;
    to->node = (char *)from->node;
    to->pod = (char *)from->pod;
}

static void report_send(struct agent *agent)
{
    Muster__Report report = MUSTER__REPORT__INIT;
    Muster__Progress progress = MUSTER__PROGRESS__INIT;
    Muster__Incident incidents[AGENT_INCIDENTS];
    Muster__Incident *pointers[AGENT_INCIDENTS];
    uint32_t missing[VIEW_MEMBERS];
    const struct lead *lead = &agent->lead;

    progress_fill(agent, &progress);
    for (uint32_t i = 0; i < agent->incident_count; i++) {
        incident_fill(&agent->incidents[i], &incidents[i]);
        pointers[i] = &incidents[i];
    }
    report.job = agent->scope.job;
    report.attempt = agent->scope.attempt;
    report.lead = codec_pack_agent(&agent->book.entries[agent->self.slot]);
    report.view = codec_pack_view(&lead->base, &agent->book);
    report.state = state_of(lead);
    report.progress = &progress;
    report.n_incidents = agent->incident_count;
    report.incidents = pointers;
    report.text = (char *)(lead->state == LEAD_ENDED ? lead->result : "");
    if (lead->state == LEAD_GATHER || lead_reduced(lead)) {
        report.n_missing = lead_missing(lead, missing);
        report.missing = missing;
    }
    agent->incidents_sent = agent->incident_count;
    agent->outcome_sent = lead->state == LEAD_ENDED;
    agent->report_due = false;
    inquiry_report(agent->directory, &report);
    muster__agent__free_unpacked(report.lead, NULL);
    muster__view__free_unpacked(report.view, NULL);
}

/* Foreign ranks that were asked to end may be saving: the job is not over before they have. */
static bool held_back(const struct agent *agent)
{
    return agent->lead.state == LEAD_ENDED && agent->lead.settings.foreign && !agent->ranks_ended;
}

void report_tick(void *context)
{
    struct agent *agent = context;

    if (agent->lead.state == LEAD_ASLEEP || agent->outcome_told || !agent->facts.known ||
        held_back(agent))
        return;
    if (!inquiry_reporting(agent->directory))
        report_send(agent);
    else
        agent->report_due = true;
    loop_timer(&agent->loop, &agent->report_timer, clock_now() + agent->facts.report_every);
}

void report_now(struct agent *agent)
{
    loop_timer(&agent->loop, &agent->report_timer, clock_now());
}

void report_taken(struct agent *agent, const Muster__ReportReply *reply)
{
    uint32_t taken = reply ? agent->incidents_sent : 0;

    if (reply && reply->incidents < taken)
        taken = reply->incidents;
    agent->incident_count -= taken;
    memmove(agent->incidents,
            agent->incidents + taken,
            agent->incident_count * sizeof *agent->incidents);
    agent->incidents_sent = 0;
    if (reply && agent->outcome_sent) {
        agent->outcome_told = true;
        loop_timer(&agent->loop, &agent->leave_timer, clock_now());
    }
    if (reply && reply->drain && !agent->lead.stopping) {
        log_info(&agent->log, "asked to save and stop");
        act_lead(agent, &(struct lead_event){.kind = LEAD_DRAIN});
    }
    if (agent->report_due)
        report_now(agent);
}

void report_incident(struct agent *agent)
{
    const struct incident *incident = &agent->lead.incident;

    log_info(&agent->log,
             "repaired: %s of slot %u after %.0f ms",
             cause_name(incident->cause),
             (unsigned)incident->slot,
             clock_to_ms(incident->stepped - incident->seen));
    exposition_repair(agent, incident);
    report_keep(agent, incident);
}

void report_keep(struct agent *agent, const struct incident *incident)
{
    if (agent->incident_count == AGENT_INCIDENTS) { /* the newest are kept */
        memmove(agent->incidents,
                agent->incidents + 1,
                (AGENT_INCIDENTS - 1) * sizeof *agent->incidents);
        agent->incident_count--;
        agent->incidents_lost++;
        if (agent->incidents_sent)
            agent->incidents_sent--;
    }
    agent->incidents[agent->incident_count++] = *incident;
    report_now(agent);
}

/* Whether the first step of the generation is done, and when. A foreign trainer does not tell: it
 * is taken to train as soon as it was started. */
static bool has_stepped(const struct agent *agent, struct lead_event *event)
{
    const struct link_page *page = agent->links[0].page;

    if (agent->lead.settings.foreign) {
        event->restored = event->stepped = clock_now();
        return foreign_runs(agent);
    }
    if (!page || atomic_load(&page->generation) != agent->lead.base.generation)
        return false;
    event->stepped = atomic_load(&page->stepped);
    event->restored = atomic_load(&page->restored);
    return event->stepped != 0;
}

void report_poll(void *context)
{
    struct agent *agent = context;
    struct lead_event event = {.kind = LEAD_STEPPED};

    if (agent->lead.state != LEAD_RUN)
        return;
    if (has_stepped(agent, &event)) {
        act_lead(agent, &event);
        agent_settle(agent);
        return;
    }
    loop_timer(&agent->loop, &agent->poll_timer, clock_now() + POLL);
}
