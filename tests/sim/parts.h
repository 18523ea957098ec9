/* parts - what the files of the simulator share. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include "judge.h"
#include "sim.h"

#define MS(milliseconds) ((int64_t)(milliseconds) * 1000000)
#define NEVER            INT64_MAX

/* Chance: a number within the bounds, or true with that probability in percent. */
int64_t sim_between(struct sim *sim, int64_t low, int64_t high);
bool sim_chance(struct sim *sim, int percent);

/* The queue of events: earliest first, then in order of their making. */
void sim_put(struct sim *sim, struct sim_event event);
struct sim_event sim_take(struct sim *sim);

/* An event for the node as it lives now, so much later. */
struct sim_event sim_event_for(struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay);
void sim_later(struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay);
void sim_later_number(
    struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay, uint64_t number);

/* Whether two identities are the same life of the same slot. */
bool sim_same(const struct identity *a, const struct identity *b);

/* Whether exactly this incarnation is alive. */
bool sim_current(const struct sim *sim, const struct identity *id);

/* Gives an event to a machine of the node and carries out what it wants. */
void sim_member(struct sim *sim, uint32_t node, const struct member_event *event);
void sim_lead(struct sim *sim, uint32_t node, const struct lead_event *event);

/* The ranks of the node tell its member something. */
void sim_rank_message(struct sim *sim,
                      uint32_t node,
                      enum member_event_kind kind,
                      struct message *message);

/* A rank of the node dies of this, and its peers notice. */
void sim_rank_dies(struct sim *sim, uint32_t node, enum cause cause);

/* The node is gone; its sessions end, and another life of it follows, or, with spares, none. */
void sim_node_end(struct sim *sim, uint32_t victim);

/* A new incarnation of the node begins. */
void sim_node_start(struct sim *sim, uint32_t slot);

/* One event each. */
void sim_on_message(struct sim *sim, const struct sim_event *event);
void sim_on_lost(struct sim *sim, const struct sim_event *event);
void sim_on_member_timer(struct sim *sim, const struct sim_event *event);
void sim_on_lead_timer(struct sim *sim, const struct sim_event *event);
void sim_on_stand(struct sim *sim, const struct sim_event *event);
void sim_on_quiet(struct sim *sim, const struct sim_event *event);
void sim_on_set(struct sim *sim, const struct sim_event *event);
void sim_on_step(struct sim *sim, const struct sim_event *event);
void sim_on_break(struct sim *sim, const struct sim_event *event);
void sim_on_enroll(struct sim *sim, const struct sim_event *event);
void sim_on_enrolled(struct sim *sim, const struct sim_event *event);
void sim_on_report(struct sim *sim, const struct sim_event *event);
void sim_on_reported(struct sim *sim, const struct sim_event *event);
void sim_on_witness(struct sim *sim, const struct sim_event *event);
void sim_on_write(struct sim *sim, const struct sim_event *event);
void sim_on_read(struct sim *sim, const struct sim_event *event);
void sim_on_witnessed(struct sim *sim, const struct sim_event *event);
void sim_on_kill(struct sim *sim, const struct sim_event *event);
void sim_on_hung(struct sim *sim, const struct sim_event *event);
void sim_on_healed(struct sim *sim, const struct sim_event *event);
void sim_on_fault(struct sim *sim);

/* A message of that kind has just been sent: perhaps something goes wrong because of it. */
void sim_on_sent(struct sim *sim, uint32_t node, enum message_kind kind);
void sim_on_heal(struct sim *sim);
void sim_on_crash(struct sim *sim, const struct sim_event *event);
void sim_on_freeze(struct sim *sim, const struct sim_event *event);
void sim_on_expire(struct sim *sim, const struct sim_event *event);
void sim_on_apart(struct sim *sim, const struct sim_event *event);

/* A node ends its session to one that is silent, which may hear of it. */
void sim_session_give_up(struct sim *sim, uint32_t node, const struct identity *silent);

/* The session between two nodes ends: what is under way on it is lost, and both hear of it. */
void sim_session_end(struct sim *sim, uint32_t a, uint32_t b);

/* Whether two nodes reach each other, and whether a node reaches the directory. */
bool sim_reaches(const struct sim *sim, uint32_t a, uint32_t b);
bool sim_reaches_directory(const struct sim *sim, uint32_t node);

/* Something is broken until then. */
void sim_broken_until(struct sim *sim, int64_t until);

/* Whether nothing is broken any more and so much time has passed since. */
bool sim_calm_for(const struct sim *sim, int64_t time);

/* The controllers and what is kept for them; nothing was kept yet. */
void sim_controllers_begin(struct sim *sim);
void sim_controllers_done(struct sim *sim);

/* A controller starts anew: it reads what is kept. */
void sim_controller_restart(struct sim *sim, uint32_t which);

#endif
