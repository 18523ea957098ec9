/* report - what the agents of a job have last said, reduced. Pure.
 *
 * The loop keeps one a job and fills it from the messages of the lead (report_wire.h). */
#ifndef CONTROLLER_REPORT_H
#define CONTROLLER_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "controller/status.h"

#define REPORT_UNSAVED 256

enum report_state {
    REPORT_UNKNOWN,
    REPORT_FORMING,
    REPORT_RUNNING,
    REPORT_SUCCEEDED,
    REPORT_FAILED,
    REPORT_STOPPED
};

/* Zero-initialise for a job that was not heard of. */
struct report {
    int64_t time;     /* of the newest one, seconds since 1970; 0 = none */
    uint32_t attempt; /* that it is about */
    enum report_state state;
    int64_t generation; /* of the newest decided view; 0 = none */
    uint32_t members;   /* of that view */
    struct status_progress progress;
    int64_t saved;                /* step of the newest durable checkpoint; -1 = none */
    char unsaved[REPORT_UNSAVED]; /* why a checkpoint could not be written; "" = it could */
    char *text;                   /* result or reason at the end; NULL = none */
    struct status_incident incidents[STATUS_INCIDENTS]; /* the newest, oldest first */
    size_t incident_count;
};

/* Keeps an incident; the oldest gives way. */
void report_happened(struct report *report, const struct status_incident *incident);

void report_done(struct report *report);

CLEANUP_DEFINE(report, struct report, report_done)

#endif
