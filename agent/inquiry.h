/* inquiry - the agent's way to the Directory service: enrol, report, ask the witness.
 *
 * At most one question of a kind is open. What is not answered is asked again by whoever needs it:
 * training does not wait for the directory. */
#ifndef AGENT_INQUIRY_H
#define AGENT_INQUIRY_H

#include <stdbool.h>

#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

/* Answers; NULL = there was none, for `reason`. Messages are valid during the callback. */
struct inquiry_events {
    void (*enrolled)(void *context, const Muster__EnrollReply *reply, const char *reason);
    void (*reported)(void *context, const Muster__ReportReply *reply, const char *reason);
    void (*witnessed)(void *context, const Muster__WitnessReply *reply, const char *reason);
};

struct inquiry;

/* A way to the service at `address`. Never NULL. Events, context and texts must outlive it. */
struct inquiry *inquiry_new(struct rpc *rpc,
                            const char *address,
                            const char *secret,
                            const struct inquiry_events *events,
                            void *context);
void inquiry_free(struct inquiry *inquiry);

/* Ask. A question of a kind that is open already replaces the open one. */
void inquiry_enroll(struct inquiry *inquiry, const Muster__EnrollRequest *request);
void inquiry_report(struct inquiry *inquiry, const Muster__Report *report);
void inquiry_witness(struct inquiry *inquiry, const Muster__WitnessRequest *request);

/* Whether a report is on its way. */
bool inquiry_reporting(const struct inquiry *inquiry);

#endif
