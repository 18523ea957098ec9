/* report_wire - a lead's message taken into the report of its job. Pure. */
#ifndef CONTROLLER_REPORT_WIRE_H
#define CONTROLLER_REPORT_WIRE_H

#include <stdint.h>

#include "controller/report.h"
#include "wire/muster.pb-c.h"

/* Takes a message that came at `now`, in seconds since 1970, from a lead of the attempt that is
 * running. Incidents of an earlier attempt are forgotten; those of this one are added. Numbers and
 * texts that make no sense count as not known. */
void report_take(struct report *report, const Muster__Report *message, int64_t now);

#endif
