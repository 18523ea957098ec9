/* sim - one schedule from its seed to its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"

/* The play. */

#define SETTLED MS(10000) /* after the last fault: what was under way has arrived */
#define BOUND   MS(20000) /* after the last fault the job is done within it */
#define LEASE   MS(1800)  /* and the probe after it */
#define EVENTS  1000000   /* in one schedule: more are a livelock */

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
    [SIM_CRASH] = sim_on_crash,
    [SIM_FREEZE] = sim_on_freeze,
    [SIM_APART] = sim_on_apart,
    [SIM_EXPIRE] = sim_on_expire,
    [SIM_WITNESS] = sim_on_witness,
    [SIM_WRITE] = sim_on_write,
    [SIM_READ] = sim_on_read,
    [SIM_WITNESSED] = sim_on_witnessed,
    [SIM_REPORT] = sim_on_report,
    [SIM_REPORTED] = sim_on_reported,
    [SIM_HUNG] = sim_on_hung,
    [SIM_HEALED] = sim_on_healed,
};

/* In half of the jobs views may be smaller: every number of members down to one of them, or some.
 * Most lost ones are back before they were waited for long enough, but not all. */
static void sizes_draw(struct sim *sim)
{
    sim->size_count = 0;
    sim->replace = sim_between(sim, MS(10), MS(200));
    if (sim->cursed < SIM_NODES || sim_chance(sim, 50))
        return;
    for (uint32_t size = 1; size < sim->replicas; size++) {
        if (sim_chance(sim, 60))
            sim->sizes[sim->size_count++] = (uint16_t)size;
    }
}

/* How many there are of everything, and how bad it is. */
static void scene_draw(struct sim *sim)
{
    uint32_t spares = (uint32_t)random_below(&sim->random, SIM_NODES - SIM_MEMBERS + 1);

    sim->replicas = 1 + (uint32_t)random_below(&sim->random, SIM_MEMBERS);
    sim->nodes = sim->replicas + spares;
    sim->gone = 0;
    enrolment_done(&sim->enrolment);
    enrolment_init(&sim->enrolment, sim->replicas, spares);
    sim->slow = sim_chance(sim, 20) ? 20 : 3;
    sim->astray = sim_chance(sim, 20) ? 10 : 1;
    sim->faults_left = 1 + (int)random_below(&sim->random, 12);
    sim->cursed = SIM_NODES;
    if (sim_chance(sim, 3))
        sim->cursed = (uint32_t)random_below(&sim->random, sim->replicas);
    sim->curse = sim_chance(sim, 50) ? CAUSE_RANK_CRASH : CAUSE_RANK_KILLED;
    sizes_draw(sim);
}

static void sim_begin(struct sim *sim, uint64_t seed, bool trace)
{
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
    sim->directory_down = sim->over = sim->looked = sim->stopping = false;
    sim->agreed = 0;
    sim->apart = sim->remote = 0;
    sim->calm = sim->started = 0;
    sim->events = 0;
    sim->failure[0] = '\0';
    memset(sim->last_delivery, 0, sizeof sim->last_delivery);
    sim->scope = (struct codec_scope){.job = "sim", .attempt = 1};
    sim_controllers_begin(sim);
    scene_draw(sim);
    for (uint32_t i = 0; i < sim->nodes; i++)
        sim_node_start(sim, i);
    sim_later(sim, 0, SIM_FAULT, sim_between(sim, 0, MS(300)));
}

/* Whether it happens to the directory, even if who asked is gone. */
static bool for_directory(const struct sim_event *event)
{
    return event->kind == SIM_WITNESS || event->kind == SIM_WRITE || event->kind == SIM_READ;
}

/* Whether an event still has somebody to happen to. */
static bool concerns(const struct sim *sim, const struct sim_event *event)
{
    const struct sim_node *node = &sim->node[event->node];

    if (for_directory(event))
        return true;
    if (!node->alive || node->left || node->id.life[0] != event->life)
        return false;
    return event->kind != SIM_MESSAGE || event->bytes.size;
}

static void happen(struct sim *sim, const struct sim_event *event)
{
    sim->now = event->at;
    if (event->kind == SIM_FAULT)
        sim_on_fault(sim);
    else if (event->kind == SIM_HEAL)
        sim_on_heal(sim);
    else if (event->kind == SIM_RESTART)
        sim_node_start(sim, event->node);
    else if (concerns(sim, event))
        handlers[event->kind](sim, event);
}

/* What is to happen to a node that stands still waits, in order. Returns whether it does. */
static bool wait(struct sim *sim, struct sim_event *event)
{
    int64_t frozen = sim->node[event->node].frozen;

    if (event->kind == SIM_FAULT || event->kind == SIM_HEAL || event->kind == SIM_RESTART ||
        for_directory(event) || event->at >= frozen || !concerns(sim, event))
        return false;
    if (event->silent) { /* the silence was its own: the lease begins anew */
        event->number += (uint64_t)(frozen + LEASE - event->at);
        event->at = frozen + LEASE;
    } else {
        event->at = frozen;
    }
    sim_put(sim, *event);
    return true;
}

bool sim_calm_for(const struct sim *sim, int64_t time)
{
    return sim->faults_left <= 0 && sim->now > sim->calm + time;
}

static enum sim_outcome play(struct sim *sim)
{
    while (sim->queue_count && !sim->failure[0] && !sim->over && !sim_calm_for(sim, BOUND)) {
        struct sim_event event = sim_take(sim);

        if (wait(sim, &event))
            continue;
        happen(sim, &event);
        text_done(&event.bytes);
        if (++sim->events > EVENTS)
            judge_fail(sim, "it does not come to rest");
        if (sim_calm_for(sim, SETTLED) && !sim->looked) {
            sim->looked = true;
            if (judge_quorum_lost(sim))
                return SIM_QUORUM_LOST;
        }
    }
    if (!sim->failure[0] && !sim->over)
        judge_stuck(sim);
    return sim->failure[0] ? SIM_BROKEN : SIM_DONE;
}

enum sim_outcome sim_play(struct sim *sim, uint64_t seed, bool trace)
{
    enum sim_outcome outcome;

    sim_begin(sim, seed, trace);
    outcome = play(sim);
    if (outcome == SIM_DONE && sim->faults_left <= 0 &&
        sim->started - sim->calm > sim->counts.longest) {
        sim->counts.longest = sim->started - sim->calm;
        sim->counts.longest_seed = seed;
    }
    return outcome;
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
