/* lead_private - what the two files of the lead machine share. Nobody else includes it. */
#ifndef AGENT_LEAD_PRIVATE_H
#define AGENT_LEAD_PRIVATE_H

#include "agent/lead.h"

#define LEAD_NEVER INT64_MAX
#define LEAD_WHY   64 /* most bytes of why a fault is not repaired */

/* What has happened to which agent. */
struct lead_fault {
    const struct identity *id;
    const struct fault *fault;
    const char *text; /* NULL = "" */
};

/* Whether it has been heard of and is not lost. */
bool lead_peer_there(const struct lead_peer *peer);

/* The peer that is exactly this incarnation, or NULL. */
struct lead_peer *lead_peer_of(struct lead *lead, const struct identity *id);

/* Takes the incarnation for the agent of its slot, which must be below VIEW_MEMBERS. */
struct lead_peer *lead_peer_add(struct lead *lead, const struct identity *id);

/* The peer is gone for this reason: what that means depends on the state. */
void lead_peer_gone(struct lead *lead,
                    struct lead_peer *peer,
                    enum cause cause,
                    const char *text,
                    int64_t now,
                    struct effects *effects);

/* A fault that ends what is run or formed: opens the incident, or adds to it, and counts it.
 * Returns whether the job goes on; if not, it is over. */
bool lead_blame(struct lead *lead,
                const struct lead_fault *what,
                int64_t now,
                struct effects *effects);

/* Whether what is repaired comes back each time, now that the step to restore is known. Then the
 * job is over. */
bool lead_repeats(struct lead *lead, struct effects *effects);

/* The job is over: everybody is told. `text` NULL = the result that is there. */
void lead_finish(struct lead *lead,
                 enum outcome outcome,
                 const char *text,
                 struct effects *effects);

/* Begins again under a higher number. */
void lead_gather(struct lead *lead, int64_t now, struct effects *effects);

/* Goes on when every promise is there. */
void lead_gather_check(struct lead *lead, int64_t now, struct effects *effects);

/* lead_size.c: how many members the next view has, when so many could be; 0 = more are waited for.
 * A view that is smaller than its base has to wait for the lost ones first. */
uint32_t lead_size(struct lead *lead, uint32_t there, int64_t now);

/* lead_size.c: the fewest that the next view may have. */
uint32_t lead_size_least(const struct lead *lead);

/* lead_size.c: when a smaller view than the base may be formed; LEAD_NEVER = not by waiting. */
int64_t lead_size_due(const struct lead *lead, uint32_t there);

/* lead_size.c: how many members the generation that runs could have more than it has, all told; 0 =
 * it is as large as can be. */
uint32_t lead_size_larger(const struct lead *lead);

/* lead_size.c: somebody came or went while a generation runs: sets the timer to when a larger one
 * is to be formed, if those who are there can be one. */
void lead_size_watch(struct lead *lead, int64_t now, struct effects *effects);

/* Whether those that are not lost, and the witness, are a majority. */
bool lead_majority_there(struct lead *lead);

/* Asks the lost electors of the base once more. */
void lead_gather_lost(struct lead *lead, struct effects *effects);

/* Asks one agent for its promise of the current number. */
void lead_prepare(struct lead *lead, const struct identity *to, struct effects *effects);

/* Tells the members who could take somebody's place: the next lead may be any of them. */
void lead_tell_spares(struct lead *lead, struct effects *effects);

/* Counts the electors of the base of whom `has` is true. */
size_t lead_votes(struct lead *lead, bool (*has)(const struct lead_peer *peer));

/* lead_leave.c: whether those that stay can go on without those that leave; while gathering, also
 * whether that loses no step. */
bool lead_may_part(struct lead *lead);
bool lead_parts(struct lead *lead);

/* lead_leave.c: whether the lead itself is to leave; then it gives way. */
bool lead_is_leaving(const struct lead *lead);
void lead_give_way(struct lead *lead, struct effects *effects);

/* lead_leave.c: lets everybody go that is to leave. Nobody counts on them. */
void lead_release(struct lead *lead, struct effects *effects);

/* lead_leave.c: ends the job when all that are there must leave and are too few to train once more.
 */
void lead_leave_late(struct lead *lead, struct effects *effects);

/* lead_leave.c: a generation has begun to run, or has come to the step that all agreed on. */
void lead_run_begins(struct lead *lead, int64_t now, struct effects *effects);
void lead_regroup(struct lead *lead, int64_t now, struct effects *effects);

/* Handlers of the table. */
#define LEAD_HANDLER(name)                                                                         \
    void name(                                                                                     \
        struct lead *lead, const struct lead_event *event, int64_t now, struct effects *effects)

LEAD_HANDLER(lead_promised);
LEAD_HANDLER(lead_ready);
LEAD_HANDLER(lead_recorded);
LEAD_HANDLER(lead_witnessed);
LEAD_HANDLER(lead_refused);
LEAD_HANDLER(lead_learned);
LEAD_HANDLER(lead_gather_late);
LEAD_HANDLER(lead_record_late);
LEAD_HANDLER(lead_run_late);
LEAD_HANDLER(lead_leave_noted);
LEAD_HANDLER(lead_leave_gathering);
LEAD_HANDLER(lead_leave_forming);
LEAD_HANDLER(lead_leave_running);
LEAD_HANDLER(lead_drain_forming);
LEAD_HANDLER(lead_drain_running);

#endif
