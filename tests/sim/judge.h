/* judge - what must hold in every schedule, checked as it plays. */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "sim.h"

void judge_reset(struct sim *sim);

/* Notes the first thing that does not hold. */
void judge_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A node, or a candidate to the witness, sends a message: numbers, views and records. */
void judge_send(struct sim *sim, uint32_t node, const struct message *message);

/* An elector (SIM_NODES = the witness) has recorded what that candidate sent under that number. */
void judge_recorded(struct sim *sim,
                    uint32_t elector,
                    uint64_t number,
                    const struct identity *candidate);

/* A member has taken a step: promises, liveness of views. */
void judge_member(struct sim *sim, uint32_t node);

/* The ranks of a node are told to go. */
void judge_start(struct sim *sim, uint32_t node, const struct message *go);

/* The ranks of a node have begun the next step. Returns whether it may be committed: every member
 * of the generation has begun it. */
bool judge_step(struct sim *sim, uint32_t node);

/* Nothing was lost that could not be repaired, and yet the job is not done. */
void judge_stuck(struct sim *sim);

/* Whether too few electors of the newest view are left to ever decide another. */
bool judge_quorum_lost(const struct sim *sim);

#endif
