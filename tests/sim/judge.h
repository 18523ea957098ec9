/* judge - what must hold in every schedule, checked as it plays.
 *
 * 1. Decided views form a chain: of each view at most one follows, with a higher generation. What
 *    may be decided already is adopted: of what a candidate was told, the highest number.
 * 2. No two views are live together, and nothing is run that is not decided.
 * 3. No number is used for two views: a candidate assigns one and records one under each.
 * 4. An elector answers no number below its highest, and no number to two candidates, and the view
 *    that it knows to be decided never grows older.
 * 5. Commits are ordered: after a later generation has committed a step, one that was replaced
 *    commits at most the step that all of it had begun, and the ranks of an agent that has promised
 *    a higher number do not go on.
 * 6. What is restored is the newest that the members hold.
 * 7. Each view has as many members as there are replicas, or as few as the job allows, once who is
 *    lost was waited for; the first one lacks nobody. Ranks are unique, follow from the base and
 * the members, are as lead_rank says, and each is told the words of all others.
 * 8. Once nothing is broken any more and a quorum is left, the job is done within a bound, and it
 *    does not fail.
 * 9. A member that hears its lead does not follow another, unless that lead can form no view.
 * 10. Only who was told to leaves the others, and the job stops only when too few stay.
 *
 * The attempt is one; attempts are kept apart by codec_scope, which has tests of its own. */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "sim.h"

/* Whom a member followed before it was asked. */
struct judge_before {
    enum member_state state;
    struct identity lead;
    uint64_t promised;
};

void judge_reset(struct sim *sim);

/* A new incarnation has begun at the node: it has answered nobody. */
void judge_born(struct sim *sim, uint32_t node);

/* Notes the first thing that does not hold. */
void judge_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A node sends a message; `to` is NULL when it goes to the witness: 1 to 5. */
void judge_send(struct sim *sim,
                uint32_t node,
                const struct identity *to,
                const struct message *message);

/* A message has come to a node, or an answer of the witness: what its lead knows, for 1 and 6. */
void judge_heard(struct sim *sim, uint32_t node, const struct message *message, bool witness);

/* The witness has kept that it promises, or records, under that number: 1, 3 and 4. */
void judge_witness(struct sim *sim, uint64_t number, bool record, const struct identity *candidate);

/* An elector (SIM_NODES = the witness) has said that it recorded what that candidate sent: 1. */
void judge_recorded(struct sim *sim,
                    uint32_t elector,
                    uint64_t number,
                    const struct identity *candidate);

/* A member has taken a step: 2 and 4. */
void judge_member(struct sim *sim, uint32_t node);

/* A member was asked for a promise by that candidate; before, it was like this: 9. */
void judge_prepared(struct sim *sim,
                    uint32_t node,
                    const struct judge_before *before,
                    const struct identity *candidate);

/* The ranks of a node are told to get ready: 7. */
void judge_place(struct sim *sim, uint32_t node, const struct effect *place);

/* What the rank of that agent tells its peers in that generation. */
struct blob judge_blob(uint64_t generation, const struct identity *id);

/* The ranks of a node are told to go: 2, 6 and 7. */
void judge_start(struct sim *sim, uint32_t node, const struct message *go);

/* The ranks of a node have begun the next step: 5. Returns whether it may be committed: every
 * member of the generation has begun it. */
bool judge_step(struct sim *sim, uint32_t node);

/* A lead has ended the job: 8. Only one whose rank dies at the same step for ever may fail, and it
 * must. */
void judge_end(struct sim *sim, const struct lead *lead);

/* A lead has decided that the job saves and stops because so many leave: 10. */
void judge_stop(struct sim *sim, uint32_t node);

/* A node that was to leave goes: 10. */
void judge_released(struct sim *sim, uint32_t node);

/* Nothing was lost that could not be repaired, and yet the job is not done: 8. */
void judge_stuck(struct sim *sim);

/* Whether too few electors of the newest view are left to ever decide another. */
bool judge_quorum_lost(const struct sim *sim);

#endif
