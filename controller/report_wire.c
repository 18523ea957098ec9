/* report_wire - a lead's message taken into the report of its job. */
#include "controller/report_wire.h"

#include <math.h>
#include <stdlib.h>

#include "controller/excerpt.h"
#include "wire/cause.h"
#include "wire/fault_class.h"

#define EXACT 9007199254740992 /* whole numbers up to this are exact in a double: 2^53 */

static int64_t bounded(int64_t number)
{
    return number < 0 ? 0 : number > EXACT ? EXACT : number;
}

static int64_t bounded_unsigned(uint64_t number)
{
    return number > EXACT ? EXACT : (int64_t)number;
}

static double sane(double number)
{
    return isfinite(number) ? number : NAN;
}

/* Milliseconds with one decimal between two points of the lead's clock, -1 where one is missing. */
static double span(int64_t from, int64_t to)
{
    int64_t between;

    if (from <= 0 || to <= 0 || __builtin_sub_overflow(to, from, &between) || between < 0)
        return -1;
    return round((double)between / 1e5) / 10;
}

static enum report_state state_of(Muster__Report__State state)
{
    static const enum report_state states[] = {[MUSTER__REPORT__STATE__UNKNOWN] = REPORT_UNKNOWN,
                                               [MUSTER__REPORT__STATE__FORMING] = REPORT_FORMING,
                                               [MUSTER__REPORT__STATE__RUNNING] = REPORT_RUNNING,
                                               [MUSTER__REPORT__STATE__SUCCEEDED] =
                                                   REPORT_SUCCEEDED,
                                               [MUSTER__REPORT__STATE__FAILED] = REPORT_FAILED,
                                               [MUSTER__REPORT__STATE__STOPPED] = REPORT_STOPPED};

    return (unsigned)state < sizeof states / sizeof *states ? states[state] : REPORT_UNKNOWN;
}

/* A lead that has no rank's page yet knows no progress; what was known stays. */
static void progress_take(struct report *report, const Muster__Progress *from)
{
    if (!from)
        return;
    excerpt_put(report->unsaved, sizeof report->unsaved, from->unsaved);
    if (from->committed < 0)
        return;
    report->saved = from->saved < 0 ? -1 : bounded(from->saved);
    report->progress = (struct status_progress){.known = true,
                                                .step = bounded(from->committed),
                                                .total_steps = bounded(from->total),
                                                .epoch = bounded(from->epoch),
                                                .samples = bounded_unsigned(from->samples),
                                                .loss = sane(from->loss),
                                                .accuracy = sane(from->accuracy),
                                                .time = report->time};
}

/* Where the agent of a slot is now, as the view says: for a lead that has not said where it was. */
static const char *node_of(const Muster__View *view, uint32_t slot)
{
    for (size_t i = 0; view && i < view->n_members; i++) {
        if (view->members[i]->slot == slot)
            return view->members[i]->node;
    }
    return "";
}

static void incident_take(struct report *report,
                          const Muster__View *view,
                          const Muster__Incident *from)
{
    struct status_incident incident = {
        .time = report->time,
        .attempt = report->attempt,
        .generation = bounded_unsigned(from->generation),
        .slot = from->slot,
        .rank = from->rank,
        .rung = from->rung,
        .milliseconds = {[SPAN_REVOKE] = span(from->seen, from->revoked),
                         [SPAN_FORM] = span(from->revoked, from->formed),
                         [SPAN_RESTORE] = span(from->formed, from->restored),
                         [SPAN_STEP] = span(from->restored, from->stepped),
                         [SPAN_TOTAL] = span(from->seen, from->stepped)},
        .steps_redone = bounded(from->steps_redone)};

    excerpt_put(incident.cause, sizeof incident.cause, cause_name(from->cause));
    excerpt_put(incident.class, sizeof incident.class, fault_class_name(from->fault_class));
    excerpt_put(
        incident.node, sizeof incident.node, *from->node ? from->node : node_of(view, from->slot));
    excerpt_put(incident.pod, sizeof incident.pod, from->pod);
    excerpt_put(incident.words, sizeof incident.words, from->text);
    report_happened(report, &incident);
}

void report_take(struct report *report, const Muster__Report *message, int64_t now)
{
    if (report->attempt != message->attempt) {
        report_done(report);
        report->attempt = message->attempt;
        report->progress.loss = report->progress.accuracy = NAN;
        report->saved = -1;
    }
    report->time = now;
    report->state = state_of(message->state);
    if (message->view && bounded_unsigned(message->view->generation) > report->generation) {
        report->generation = bounded_unsigned(message->view->generation);
        report->members = (uint32_t)message->view->n_members;
    }
    progress_take(report, message->progress);
    for (size_t i = 0; i < message->n_incidents; i++)
        incident_take(report, message->view, message->incidents[i]);
    free(report->text);
    report->text = excerpt_copy(message->text, STATUS_RESULT);
}
