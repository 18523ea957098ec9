/* Reports of leads: taken within bounds, incidents kept, an attempt's things forgotten with it. */
#include "controller/report_wire.h"

#include <math.h>
#include <string.h>

#include "support/check.h"
#include "wire/cause.h"
#include "wire/fault_class.h"

#define NOW 1000000000

/* A view of two agents with two ranks each. */
struct two {
    Muster__View view;
    Muster__Agent agents[2];
    Muster__Agent *pointers[2];
};

static void two_make(struct two *two, uint64_t generation)
{
    static char *const nodes[] = {"node-a", "node-b"};

    muster__view__init(&two->view);
    two->view.generation = generation;
    two->view.n_members = 2;
    two->view.members = two->pointers;
    for (uint32_t i = 0; i < 2; i++) {
        muster__agent__init(&two->agents[i]);
        two->agents[i].slot = i;
        two->agents[i].ranks = 2;
        two->agents[i].node = nodes[i];
        two->pointers[i] = &two->agents[i];
    }
}

static void what_a_lead_says_is_taken(void)
{
    CLEAN(report) struct report report = {0};
    struct two two;
    Muster__Report message = MUSTER__REPORT__INIT;
    Muster__Progress progress = MUSTER__PROGRESS__INIT;
    Muster__Incident incident = MUSTER__INCIDENT__INIT;
    Muster__Incident *incidents[] = {&incident};

    two_make(&two, 7);
    progress.committed = 50;
    progress.total = 100;
    progress.saved = 40;
    progress.loss = 0.5;
    progress.accuracy = NAN;
    progress.unsaved = "disk is full";
    incident.generation = 7;
    incident.cause = CAUSE_RANK_KILLED;
    incident.slot = 1;
    incident.rank = 3;
    incident.rung = 2;
    incident.seen = 1000000;
    incident.revoked = 3500000;
    incident.stepped = 11000000;
    incident.text = "signal 9";
    incident.fault_class = FAULT_CLASS_HOST;
    incident.pod = "job-1-1-0";
    message.attempt = 2;
    message.view = &two.view;
    message.state = MUSTER__REPORT__STATE__RUNNING;
    message.progress = &progress;
    message.n_incidents = 1;
    message.incidents = incidents;
    report_take(&report, &message, NOW);
    CU_ASSERT(report.time == NOW && report.attempt == 2 && report.generation == 7);
    CU_ASSERT(report.members == 2);
    CU_ASSERT(report.state == REPORT_RUNNING && report.saved == 40 && report.text == NULL);
    CU_ASSERT(report.progress.known && report.progress.step == 50);
    CU_ASSERT(report.progress.loss == 0.5 && isnan(report.progress.accuracy));
    CHECK_TEXT(report.unsaved, "disk is full");
    CU_ASSERT(report.incident_count == 1 && report.incidents[0].rank == 3);
    CHECK_TEXT(report.incidents[0].cause, "RankKilled");
    CHECK_TEXT(report.incidents[0].class, "Host");
    CHECK_TEXT(report.incidents[0].pod, "job-1-1-0");
    CHECK_TEXT(report.incidents[0].node, "node-b");
    CHECK_TEXT(report.incidents[0].words, "signal 9");
    CU_ASSERT(report.incidents[0].milliseconds[SPAN_REVOKE] == 2.5);
    CU_ASSERT(report.incidents[0].milliseconds[SPAN_FORM] == -1);
    CU_ASSERT(report.incidents[0].milliseconds[SPAN_TOTAL] == 10);
}

static void what_makes_no_sense_counts_as_not_known(void)
{
    CLEAN(report) struct report report = {0};
    Muster__Report message = MUSTER__REPORT__INIT;
    Muster__Progress progress = MUSTER__PROGRESS__INIT;
    Muster__Incident incident = MUSTER__INCIDENT__INIT;
    Muster__Incident *incidents[] = {&incident};

    progress.committed = INT64_MAX;
    progress.total = -4;
    progress.samples = UINT64_MAX;
    progress.saved = INT64_MIN;
    progress.loss = INFINITY;
    incident.generation = UINT64_MAX;
    incident.cause = 99;
    incident.slot = UINT32_MAX;
    incident.seen = INT64_MIN;
    incident.revoked = INT64_MAX;
    incident.stepped = 1;
    incident.steps_redone = -1;
    message.attempt = 1;
    message.state = _MUSTER__REPORT__STATE_IS_INT_SIZE;
    message.progress = &progress;
    message.n_incidents = 1;
    message.incidents = incidents;
    report_take(&report, &message, NOW);
    CU_ASSERT(report.state == REPORT_UNKNOWN && report.generation == 0 && report.saved == -1);
    CU_ASSERT(report.progress.total_steps == 0 && report.progress.step == 9007199254740992);
    CU_ASSERT(report.progress.samples == 9007199254740992 && isnan(report.progress.loss));
    CHECK_TEXT(report.incidents[0].cause, "Unknown");
    CHECK_TEXT(report.incidents[0].node, "");
    CU_ASSERT(report.incidents[0].steps_redone == 0);
    for (unsigned i = 0; i < SPANS; i++)
        CU_ASSERT(report.incidents[0].milliseconds[i] == -1);
}

static void a_lead_without_progress_changes_none(void)
{
    CLEAN(report) struct report report = {0};
    Muster__Report message = MUSTER__REPORT__INIT;
    Muster__Progress progress = MUSTER__PROGRESS__INIT;

    message.attempt = 1;
    message.progress = &progress;
    progress.committed = 10;
    report_take(&report, &message, NOW);
    progress.committed = -1;
    message.state = MUSTER__REPORT__STATE__FORMING;
    report_take(&report, &message, NOW + 1);
    CU_ASSERT(report.progress.step == 10 && report.progress.time == NOW);
    CU_ASSERT(report.time == NOW + 1 && report.state == REPORT_FORMING);
    message.progress = NULL;
    report_take(&report, &message, NOW + 2);
    CU_ASSERT(report.progress.step == 10);
}

static void an_attempt_takes_its_things_with_it(void)
{
    CLEAN(report) struct report report = {0};
    struct two two;
    Muster__Report message = MUSTER__REPORT__INIT;
    Muster__Progress progress = MUSTER__PROGRESS__INIT;
    Muster__Incident incident = MUSTER__INCIDENT__INIT;
    Muster__Incident *incidents[] = {&incident};

    two_make(&two, 9);
    message.attempt = 1;
    message.view = &two.view;
    message.text = "all is well";
    message.progress = &progress;
    progress.committed = 10;
    message.n_incidents = 1;
    message.incidents = incidents;
    report_take(&report, &message, NOW);
    CHECK_TEXT(report.text, "all is well");
    message = (Muster__Report)MUSTER__REPORT__INIT;
    message.attempt = 2;
    report_take(&report, &message, NOW + 1);
    CU_ASSERT(report.attempt == 2 && report.generation == 0 && !report.progress.known);
    CU_ASSERT(report.incident_count == 0 && report.text == NULL && report.saved == -1);
}

static void the_newest_incidents_are_kept(void)
{
    CLEAN(report) struct report report = {0};
    struct status_incident incident = {.attempt = 1};

    for (int i = 1; i <= STATUS_INCIDENTS + 2; i++) {
        incident.generation = i;
        report_happened(&report, &incident);
    }
    CU_ASSERT(report.incident_count == STATUS_INCIDENTS && report.incidents[0].generation == 3);
}

SUITE("controller report",
      {"what a lead says is taken", what_a_lead_says_is_taken},
      {"what makes no sense counts as not known", what_makes_no_sense_counts_as_not_known},
      {"a lead without progress changes none", a_lead_without_progress_changes_none},
      {"an attempt takes its things with it", an_attempt_takes_its_things_with_it},
      {"the newest incidents are kept", the_newest_incidents_are_kept})
