/* What the lead tells the directory: how the job is, and every repair until it was taken. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/memory.h"
#include "oracle.h"
#include "support/check.h"

/* An agent that leads, with a directory and without ranks. */
struct scene {
    struct agent agent;
    struct settings settings;
    struct oracle oracle;
    Muster__Report *report; /* the newest that was taken */
};

static void on_reported(void *context,
                        const Muster__ReportReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;

    (void)outcome;
    report_taken(agent, reply);
    loop_stop(rpc_loop(agent->rpc));
}

static const struct inquiry_events events = {.reported = on_reported};

static void on_leave(void *context)
{
    (void)context;
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    const struct lead_settings job = {.replicas = 3, .slots = 3, .ranks = 1};
    struct book_entry entry = {.id = {.slot = 1, .life = {9, 9}}, .address = "127.0.0.1:7000"};
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;

    oracle_open(&scene->oracle);
    reply.incidents = AGENT_INCIDENTS;
    oracle_answer(&scene->oracle, ORACLE_REPORT, &reply.base);
    agent->settings = &scene->settings;
    agent->log.least = LOG_LEVEL_ERROR;
    agent->rpc = scene->oracle.rpc;
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    agent->self = entry.id;
    book_learn(&agent->book, &entry);
    snprintf(agent->scope.job, sizeof agent->scope.job, "uid");
    agent->scope.attempt = 2;
    agent->facts.known = true;
    agent->facts.report_every = CLOCK_SECONDS(10);
    agent->report_timer = (struct timer){.call = report_tick, .context = agent};
    agent->leave_timer = (struct timer){.call = on_leave, .context = agent};
    ranks_init(&agent->ranks, 1, 1);
    lead_init(&agent->lead, &agent->self, &job);
    oracle_papers(&agent->papers, true);
    CU_ASSERT_FATAL(exposition_open(agent, NULL) == 0);
    agent->directory =
        inquiry_new(scene->oracle.rpc, scene->oracle.address, &agent->papers, &events, agent);
    return scene;
}

static void scene_free(struct scene *scene)
{
    muster__report__free_unpacked(scene->report, NULL);
    inquiry_free(scene->agent.directory);
    papers_done(&scene->agent.papers);
    exposition_close(&scene->agent);
    lead_done(&scene->agent.lead);
    loop_done(&scene->agent.loop);
    oracle_close(&scene->oracle);
    free(scene);
}

/* Reports, and has the answer taken. Returns what the directory has heard. */
static const Muster__Report *report(struct scene *scene)
{
    const struct text *asked = &scene->oracle.asked[ORACLE_REPORT];

    report_tick(&scene->agent);
    oracle_run(&scene->oracle);
    muster__report__free_unpacked(scene->report, NULL);
    scene->report = muster__report__unpack(NULL, asked->size, (const uint8_t *)asked->data);
    CU_ASSERT_FATAL(scene->report != NULL);
    return scene->report;
}

static void answer(struct scene *scene, Muster__ReportReply reply)
{
    oracle_answer(&scene->oracle, ORACLE_REPORT, &reply.base);
}

static Muster__ReportReply taking(uint32_t incidents)
{
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;

    reply.incidents = incidents;
    return reply;
}

/* The lead closes an incident of that generation. */
static void repaired(struct scene *scene, uint64_t generation)
{
    scene->agent.lead.incident = (struct incident){.generation = generation,
                                                   .cause = CAUSE_RANK_KILLED,
                                                   .class = FAULT_CLASS_HOST,
                                                   .slot = 2,
                                                   .node = "node-b",
                                                   .pod = "job-2-2-0"};
    report_incident(&scene->agent);
}

/* Only rank 0 saves, and its agent tells the lead with each beat. */
static void what_cannot_be_saved_is_told_by_who_has_rank_0(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;
    const struct identity other = {.slot = 0, .life = {4, 4}};
    struct message beat = {.kind = MESSAGE_BEAT, .from = other, .text = "no room"};

    snprintf(agent->unsaved, sizeof agent->unsaved, "of before");
    agent->lead.base.count = 2;
    agent->lead.base.members[0] = other;
    agent->lead.base.members[1] = agent->self;
    report_heard(agent, &beat); /* not yet its lead */
    CHECK_TEXT(agent->told, "");
    agent->lead.state = LEAD_RUN;
    report_heard(agent, &beat);
    CHECK_TEXT(report(scene)->progress->unsaved, "no room");
    beat.from = agent->self;
    beat.text = "";
    report_heard(agent, &beat); /* not rank 0 */
    CHECK_TEXT(report(scene)->progress->unsaved, "no room");
    agent->lead.base.members[0] = agent->self;
    CHECK_TEXT(report(scene)->progress->unsaved, "of before");
    scene_free(scene);
}

static void the_state_of_the_lead_is_that_of_the_job(void)
{
    static const struct {
        enum lead_state state;
        enum outcome outcome;
        Muster__Report__State told;
    } cases[] = {
        {LEAD_GATHER, OUTCOME_NONE, MUSTER__REPORT__STATE__FORMING},
        {LEAD_FORM, OUTCOME_NONE, MUSTER__REPORT__STATE__FORMING},
        {LEAD_RECORD, OUTCOME_NONE, MUSTER__REPORT__STATE__FORMING},
        {LEAD_RUN, OUTCOME_NONE, MUSTER__REPORT__STATE__RUNNING},
        {LEAD_ENDED, OUTCOME_SUCCEEDED, MUSTER__REPORT__STATE__SUCCEEDED},
        {LEAD_ENDED, OUTCOME_STOPPED, MUSTER__REPORT__STATE__STOPPED},
        {LEAD_ENDED, OUTCOME_FAILED, MUSTER__REPORT__STATE__FAILED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene *scene = scene_new();
        const Muster__Report *told;

        scene->agent.lead.state = cases[i].state;
        scene->agent.lead.outcome = cases[i].outcome;
        snprintf(scene->agent.lead.result, sizeof scene->agent.lead.result, "how it ended");
        told = report(scene);
        CU_ASSERT(told->state == cases[i].told);
        CHECK_TEXT(told->text, cases[i].state == LEAD_ENDED ? "how it ended" : "");
        CU_ASSERT(told->attempt == 2 && told->lead->slot == 1);
        CHECK_TEXT(told->job, "uid");
        CHECK_TEXT(told->lead->address, "127.0.0.1:7000");
        CU_ASSERT(scene->agent.outcome_told == (cases[i].state == LEAD_ENDED));
        scene_free(scene);
    }
}

static void missing_slots_are_named_while_they_are_waited_for(void)
{
    struct scene *scene = scene_new();
    struct lead *lead = &scene->agent.lead;
    const Muster__Report *told;

    lead->state = LEAD_GATHER;
    lead->peers[1].id = scene->agent.self;
    lead->peers[2] = (struct lead_peer){.id = {.slot = 2, .life = {1, 1}}, .lost = true};
    told = report(scene);
    CU_ASSERT_FATAL(told->n_missing == 2);
    CU_ASSERT(told->missing[0] == 0 && told->missing[1] == 2);
    lead->state = LEAD_RUN;
    lead->base.count = 2; /* of three: it goes on and still lacks somebody */
    CU_ASSERT(report(scene)->n_missing == 2);
    lead->base.count = 3;
    CU_ASSERT(report(scene)->n_missing == 0);
    lead->base.count = 0;
    scene_free(scene);
}

static void the_view_and_the_progress_are_told(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;
    struct link_page *page = memory_get(1, LINK_PAGE);
    const Muster__Report *told;

    agent->lead.state = LEAD_RUN;
    agent->lead.base.generation = 4;
    view_add(&agent->lead.base, &agent->self);
    told = report(scene);
    CU_ASSERT(told->view->generation == 4 && told->view->n_members == 1);
    CU_ASSERT(isnan(told->progress->loss));

    agent->links[0].page = page;
    atomic_store(&page->committed, 41);
    atomic_store(&page->total, 100);
    atomic_store(&page->loss, 0.25);
    snprintf(agent->unsaved, sizeof agent->unsaved, "no space left");
    told = report(scene);
    CU_ASSERT(told->progress->committed == 41 && told->progress->total == 100);
    CU_ASSERT(told->progress->loss == 0.25);
    CHECK_TEXT(told->progress->unsaved, "no space left");
    free(page);
    scene_free(scene);
}

static void an_incident_is_told_until_it_was_taken(void)
{
    struct scene *scene = scene_new();
    const Muster__Report *told;

    scene->agent.lead.state = LEAD_RUN;
    repaired(scene, 5);
    repaired(scene, 6);
    scene->agent.lead.incident = (struct incident){0}; /* the next one is under way */
    answer(scene, taking(1));
    told = report(scene);
    CU_ASSERT_FATAL(told->n_incidents == 2);
    CU_ASSERT(told->incidents[0]->generation == 5 && told->incidents[1]->generation == 6);
    CU_ASSERT(told->incidents[0]->cause == CAUSE_RANK_KILLED && told->incidents[0]->rung == 2);
    CU_ASSERT(told->incidents[0]->fault_class == FAULT_CLASS_HOST);
    CHECK_TEXT(told->incidents[0]->node, "node-b");
    CHECK_TEXT(told->incidents[0]->pod, "job-2-2-0");
    answer(scene, taking(9)); /* more than there were */
    told = report(scene);
    CU_ASSERT_FATAL(told->n_incidents == 1);
    CU_ASSERT(told->incidents[0]->generation == 6);
    CU_ASSERT(report(scene)->n_incidents == 0);
    scene_free(scene);
}

static void what_was_not_answered_is_told_again(void)
{
    struct scene *scene = scene_new();

    scene->agent.lead.state = LEAD_RUN;
    repaired(scene, 5);
    text_clear(&scene->oracle.answer[ORACLE_REPORT]);
    text_add(&scene->oracle.answer[ORACLE_REPORT], "\xff\xff\xff"); /* no answer */
    CU_ASSERT(report(scene)->n_incidents == 1);
    answer(scene, taking(1));
    CU_ASSERT(report(scene)->n_incidents == 1);
    CU_ASSERT(report(scene)->n_incidents == 0);
    scene_free(scene);
}

/* Rule 17. */
static void the_newest_incidents_are_kept(void)
{
    struct scene *scene = scene_new();
    const Muster__Report *told;

    scene->agent.lead.state = LEAD_RUN;
    for (uint64_t generation = 1; generation <= AGENT_INCIDENTS + 3; generation++)
        repaired(scene, generation);
    CU_ASSERT(scene->agent.incidents_lost == 3);
    told = report(scene);
    CU_ASSERT_FATAL(told->n_incidents == AGENT_INCIDENTS);
    CU_ASSERT(told->incidents[0]->generation == 4);
    CU_ASSERT(told->incidents[AGENT_INCIDENTS - 1]->generation == AGENT_INCIDENTS + 3);
    scene_free(scene);
}

/* A report is on its way while the list overflows: what the directory takes is what it was told. */
static void what_overflows_during_a_report_is_not_taken_for_what_was_told(void)
{
    struct scene *scene = scene_new();
    const Muster__Report *told;

    scene->agent.lead.state = LEAD_RUN;
    for (uint64_t generation = 1; generation <= AGENT_INCIDENTS; generation++)
        repaired(scene, generation);
    answer(scene, taking(AGENT_INCIDENTS));
    report_tick(&scene->agent);
    repaired(scene, 1000);
    oracle_run(&scene->oracle);
    told = report(scene);
    CU_ASSERT_FATAL(told->n_incidents == 1);
    CU_ASSERT(told->incidents[0]->generation == 1000);
    scene_free(scene);
}

static void a_lead_that_sleeps_says_nothing(void)
{
    struct scene *scene = scene_new();

    report_tick(&scene->agent);
    scene->agent.lead.state = LEAD_RUN;
    scene->agent.facts.known = false;
    report_tick(&scene->agent);
    scene->agent.facts.known = true;
    scene->agent.outcome_told = true;
    report_tick(&scene->agent);
    CU_ASSERT(!inquiry_reporting(scene->agent.directory));
    scene_free(scene);
}

static void a_change_during_a_report_is_reported_after_it(void)
{
    struct scene *scene = scene_new();

    scene->agent.lead.state = LEAD_RUN;
    report_tick(&scene->agent);
    scene->agent.lead.state = LEAD_ENDED;
    report_tick(&scene->agent); /* on its way is: running */
    CU_ASSERT(scene->agent.report_due);
    oracle_run(&scene->oracle);
    CU_ASSERT(!scene->agent.outcome_told);
    report(scene);
    CU_ASSERT(scene->agent.outcome_told);
    scene_free(scene);
}

static void a_directory_that_wants_the_job_to_stop_is_heard(void)
{
    struct scene *scene = scene_new();
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;

    scene->agent.lead.state = LEAD_RUN;
    report(scene);
    CU_ASSERT(!scene->agent.lead.stopping);
    reply.drain = 1;
    answer(scene, reply);
    report(scene);
    CU_ASSERT(scene->agent.lead.stopping && scene->agent.drain == LINK_DRAIN_STOP);
    scene_free(scene);
}

/* Ranks of a foreign trainer, which may be saving while they end. */
static void foreign_ranks_are_let_go_and_waited_for_before_the_end_is_told(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;

    ranks_foreign(&agent->ranks);
    agent->lead.settings.foreign = true;
    agent->lead.state = LEAD_RUN;
    reply.drain = 1;
    answer(scene, reply);
    CU_ASSERT(report(scene)->progress->committed == LINK_NO_STATE);
    CU_ASSERT(agent->lead.state == LEAD_ENDED && agent->lead.outcome == OUTCOME_STOPPED);
    CU_ASSERT(!agent->outcome_told);
    report_tick(agent);
    CU_ASSERT(!inquiry_reporting(agent->directory));
    agent->ranks_ended = true;
    CU_ASSERT(report(scene)->state == MUSTER__REPORT__STATE__STOPPED);
    CU_ASSERT(agent->outcome_told);
    scene_free(scene);
}

/* The report on its way does not say it. */
static void the_end_is_told_when_a_report_that_says_it_was_taken(void)
{
    struct scene *scene = scene_new();

    scene->agent.lead.state = LEAD_RUN;
    report_tick(&scene->agent);
    scene->agent.lead.state = LEAD_ENDED;
    oracle_run(&scene->oracle);
    CU_ASSERT(!scene->agent.outcome_told);
    scene_free(scene);
}

static void a_foreign_generation_has_begun_when_all_its_processes_run(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    ranks_foreign(&agent->ranks);
    agent->lead.settings.foreign = true;
    agent->lead.state = LEAD_RUN;
    agent->lead.repairing = true;
    agent->poll_timer.call = report_poll;
    agent->ranks.items[0].state = RANK_STARTING;
    report_poll(agent);
    CU_ASSERT(agent->lead.repairing && agent->poll_timer.place != 0);
    agent->ranks.items[0].state = RANK_RUNNING;
    report_poll(agent);
    CU_ASSERT(!agent->lead.repairing && agent->incident_count == 1);
    scene_free(scene);
}

SUITE("agent report",
      {"what cannot be saved is told by who has rank 0",
       what_cannot_be_saved_is_told_by_who_has_rank_0},
      {"the state of the lead is that of the job", the_state_of_the_lead_is_that_of_the_job},
      {"missing slots are named while they are waited for",
       missing_slots_are_named_while_they_are_waited_for},
      {"the view and the progress are told", the_view_and_the_progress_are_told},
      {"an incident is told until it was taken", an_incident_is_told_until_it_was_taken},
      {"what was not answered is told again", what_was_not_answered_is_told_again},
      {"the newest incidents are kept", the_newest_incidents_are_kept},
      {"what overflows during a report is not taken for what was told",
       what_overflows_during_a_report_is_not_taken_for_what_was_told},
      {"a lead that sleeps says nothing", a_lead_that_sleeps_says_nothing},
      {"a change during a report is reported after it",
       a_change_during_a_report_is_reported_after_it},
      {"foreign ranks are let go and waited for before the end is told",
       foreign_ranks_are_let_go_and_waited_for_before_the_end_is_told},
      {"the end is told when a report that says it was taken",
       the_end_is_told_when_a_report_that_says_it_was_taken},
      {"a foreign generation has begun when all its processes run",
       a_foreign_generation_has_begun_when_all_its_processes_run},
      {"a directory that wants the job to stop is heard",
       a_directory_that_wants_the_job_to_stop_is_heard})
