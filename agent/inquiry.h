/* inquiry - the agent's way to the Directory service: enrol, report, ask the witness.
 *
 * At most one question of a kind is open. What is not answered is asked again by whoever needs it:
 * training does not wait for the directory. */
#ifndef AGENT_INQUIRY_H
#define AGENT_INQUIRY_H

#include <stdbool.h>

#include "agent/papers.h"
#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

/* What came of a question: RPC_OK, or why there is no answer. One that cannot be read is none, with
 * RPC_REFUSED. */
struct inquiry_outcome {
    int status;
    const char *reason;
};

/* Answers; NULL = there was none. Messages and outcomes are valid during the callback. */
struct inquiry_events {
    void (*enrolled)(void *context,
                     const Muster__EnrollReply *reply,
                     const struct inquiry_outcome *outcome);
    void (*reported)(void *context,
                     const Muster__ReportReply *reply,
                     const struct inquiry_outcome *outcome);
    void (*witnessed)(void *context,
                      const Muster__WitnessReply *reply,
                      const struct inquiry_outcome *outcome);
};

struct inquiry;

/* A way to the service at `address`. Who enrols shows a token, and no certificate; the other
 * questions are asked with that of the papers. Never NULL. Papers, events and context must outlive
 * it. */
struct inquiry *inquiry_new(struct rpc *rpc,
                            const char *address,
                            const struct papers *papers,
                            const struct inquiry_events *events,
                            void *context);
void inquiry_free(struct inquiry *inquiry);

/* The papers have changed: later questions are asked with the new ones. */
void inquiry_renewed(struct inquiry *inquiry);

/* From now on this token is shown. */
void inquiry_token(struct inquiry *inquiry, const char *token);

/* Ask. A question of a kind that is open already replaces the open one. */
void inquiry_enroll(struct inquiry *inquiry, const Muster__EnrollRequest *request);
void inquiry_report(struct inquiry *inquiry, const Muster__Report *report);
void inquiry_witness(struct inquiry *inquiry, const Muster__WitnessRequest *request);

/* Whether a report is on its way. */
bool inquiry_reporting(const struct inquiry *inquiry);

#endif
