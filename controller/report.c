/* report - what the agents of a job have last said. */
#include "controller/report.h"

#include <stdlib.h>
#include <string.h>

void report_happened(struct report *report, const struct status_incident *incident)
{
    if (report->incident_count == STATUS_INCIDENTS) {
        report->incident_count--;
        memmove(report->incidents,
                report->incidents + 1,
                report->incident_count * sizeof *report->incidents);
    }
    report->incidents[report->incident_count++] = *incident;
}

void report_done(struct report *report)
{
    free(report->text);
    *report = (struct report){0};
}
