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

/* The rank process of the node dies, and its member is told of that cause. */
void sim_rank_dies(struct sim *sim, uint32_t node, enum cause cause);

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
void sim_on_kill(struct sim *sim, const struct sim_event *event);
void sim_on_break(struct sim *sim, const struct sim_event *event);
void sim_on_enroll(struct sim *sim, const struct sim_event *event);
void sim_on_enrolled(struct sim *sim, const struct sim_event *event);
void sim_on_report(struct sim *sim, const struct sim_event *event);
void sim_on_reported(struct sim *sim, const struct sim_event *event);
void sim_on_witness(struct sim *sim, const struct sim_event *event);
void sim_on_write(struct sim *sim, const struct sim_event *event);
void sim_on_read(struct sim *sim, const struct sim_event *event);
void sim_on_hung(struct sim *sim, const struct sim_event *event);
void sim_on_healed(struct sim *sim, const struct sim_event *event);
void sim_on_fault(struct sim *sim);

/* The controllers and what is kept for them; nothing was kept yet. */
void sim_controllers_begin(struct sim *sim);
void sim_controllers_done(struct sim *sim);

/* A controller starts anew: it reads what is kept. */
void sim_controller_restart(struct sim *sim, uint32_t which);

#endif
