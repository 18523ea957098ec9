/* sim - one schedule from its seed to its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"

/* The play. */

#define END MS(400000) /* of virtual time: nothing may take longer */

typedef void (*sim_handler)(struct sim *sim, const struct sim_event *event);

/* What an event means for a node that lives. */
static const sim_handler handlers[SIM_KINDS] = {
    [SIM_MESSAGE] = sim_on_message,
    [SIM_LOST] = sim_on_lost,
    [SIM_MEMBER_TIMER] = sim_on_member_timer,
    [SIM_LEAD_TIMER] = sim_on_lead_timer,
    [SIM_QUIET] = sim_on_quiet,
    [SIM_SET] = sim_on_set,
    [SIM_STEP] = sim_on_step,
    [SIM_BREAK] = sim_on_break,
    [SIM_KILL] = sim_on_kill,
    [SIM_ENROLL] = sim_on_enroll,
    [SIM_ENROLLED] = sim_on_enrolled,
    [SIM_STAND] = sim_on_stand,
    [SIM_REPORT] = sim_on_report,
    [SIM_REPORTED] = sim_on_reported,
    [SIM_HUNG] = sim_on_hung,
    [SIM_HEALED] = sim_on_healed,
};

static void sim_begin(struct sim *sim, uint64_t seed, bool trace)
{
    uint32_t spares;

    for (uint32_t i = 0; i < SIM_NODES; i++)
        lead_done(&sim->node[i].lead);
    while (sim->queue_count)
        text_done(&sim->queue[--sim->queue_count].bytes);
    sim_controllers_done(sim);
    if (!sim->truth) {
        sim->truth = memory_get(1, sizeof *sim->truth);
        sim->incoming = memory_get(1, sizeof *sim->incoming);
    }
    judge_reset(sim);
    sim->trace = trace;
    sim->seed = sim->random = seed;
    sim->now = 0;
    sim->directory_down = sim->over = false;
    sim->failure[0] = '\0';
    memset(sim->last_delivery, 0, sizeof sim->last_delivery);
    sim->scope = (struct codec_scope){.job = "sim", .attempt = 1};
    sim->replicas = 1 + (uint32_t)random_below(&sim->random, SIM_MEMBERS);
    spares = (uint32_t)random_below(&sim->random, SIM_NODES - SIM_MEMBERS + 1);
    sim->nodes = sim->replicas + spares;
    sim->gone = 0;
    enrolment_done(&sim->enrolment);
    enrolment_init(&sim->enrolment, sim->replicas, spares);
    sim_controllers_begin(sim);
    sim->faults_left = 1 + (int)random_below(&sim->random, 12);
    for (uint32_t i = 0; i < sim->nodes; i++)
        sim_node_start(sim, i);
    sim_later(sim, 0, SIM_FAULT, sim_between(sim, 0, MS(300)));
}

/* Whether an event still has somebody to happen to. */
static bool concerns(const struct sim *sim, const struct sim_event *event)
{
    const struct sim_node *node = &sim->node[event->node];

    if (!node->alive || node->left || node->id.life[0] != event->life)
        return false;
    return event->kind != SIM_MESSAGE || event->bytes.size;
}

/* What is to happen to a frozen node waits until it is not. */
static bool postponed(struct sim *sim, struct sim_event *event)
{
    int64_t until = sim->node[event->node].frozen;

    if (event->kind == SIM_FAULT || event->kind == SIM_RESTART || event->at >= until ||
        !concerns(sim, event))
        return false;
    event->at = until;
    sim_put(sim, *event);
    return true;
}

static void happen(struct sim *sim, const struct sim_event *event)
{
    sim->now = event->at;
    if (event->kind == SIM_FAULT)
        sim_on_fault(sim);
    else if (event->kind == SIM_RESTART)
        sim_node_start(sim, event->node);
    else if (event->kind == SIM_WITNESS)
        sim_on_witness(sim, event);
    else if (event->kind == SIM_WRITE)
        sim_on_write(sim, event);
    else if (event->kind == SIM_READ)
        sim_on_read(sim, event);
    else if (concerns(sim, event))
        handlers[event->kind](sim, event);
}

enum sim_outcome sim_play(struct sim *sim, uint64_t seed, bool trace)
{
    sim_begin(sim, seed, trace);
    while (sim->queue_count && !sim->failure[0] && !sim->over && sim->now <= END) {
        struct sim_event event = sim_take(sim);

        if (postponed(sim, &event))
            continue;
        happen(sim, &event);
        text_done(&event.bytes);
    }
    if (sim->failure[0])
        return SIM_BROKEN;
    if (sim->over)
        return SIM_DONE;
    if (judge_quorum_lost(sim))
        return SIM_QUORUM_LOST;
    judge_stuck(sim);
    return SIM_BROKEN;
}

void sim_done(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_NODES; i++)
        lead_done(&sim->node[i].lead);
    while (sim->queue_count)
        text_done(&sim->queue[--sim->queue_count].bytes);
    sim_controllers_done(sim);
    free(sim->queue);
    enrolment_done(&sim->enrolment);
    free(sim->truth);
    free(sim->incoming);
}
