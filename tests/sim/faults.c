/* faults - what goes wrong in a simulated job. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"

/* Faults. */

void sim_node_start(struct sim *sim, uint32_t slot)
{
    struct sim_node *node = &sim->node[slot];
    struct lead_settings settings = {.replicas = sim->replicas,
                                     .slots = sim->nodes,
                                     .ranks = 1,
                                     .start = MS(60000),
                                     .answer = MS(2000),
                                     .replace = sim->replace,
                                     .settle = sim->replace / 2,
                                     .rank_budget = sim->cursed < SIM_NODES ? 5 : 1000,
                                     .rank_window = MS(1000000),
                                     .pod_budget = 1000,
                                     .pod_window = MS(1000)};
    struct book_entry entry = {.id = {.slot = slot}, .ranks = 1};

    settings.size_count = sim->size_count;
    memcpy(settings.sizes, sim->sizes, sim->size_count * sizeof *sim->sizes);
    lead_done(&node->lead);
    /* The machines clear themselves; of the book only a few slots are ever used. */
    memset(node->book.entries, 0, SIM_NODES * sizeof *node->book.entries);
    node->ranks = (struct sim_ranks){0};
    memset(node->heard, 0, sizeof node->heard);
    memset(node->ended, 0, sizeof node->ended);
    memset(node->broken, 0, sizeof node->broken);
    memset(node->deaf, 0, sizeof node->deaf);
    memset(node->unheard, 0, sizeof node->unheard);
    for (uint32_t i = 0; i < SIM_NODES; i++) /* that was another life */
        sim->node[i].broken[slot].noticed = sim->node[i].deaf[slot] = 0;
    node->left = node->drained = false;
    node->frozen = 0;
    node->member_timer = node->lead_timer = node->questions = 0;
    node->alive = true;
    judge_born(sim, slot);
    node->id.slot = slot;
    node->id.life[0] = random_next(&sim->random) | 1;
    node->id.life[1] = slot;
    node->ranks.committed = -1;
    node->ranks.born = sim->now + sim_between(sim, MS(20), MS(120));
    member_init(&node->member, &node->id, random_next(&sim->random));
    node->member.patience = MS(6000);
    node->member.form_patience = MS(70000);
    lead_init(&node->lead, &node->id, &settings);
    entry.id = node->id;
    snprintf(entry.address, sizeof entry.address, "127.0.0.1:%u", 1000 + slot);
    book_learn(&node->book, &entry);
    sim_later(sim, slot, SIM_ENROLL, sim_between(sim, MS(10), MS(40)));
    sim_later_number(sim, slot, SIM_REPORT, MS(100), 1);
}

static void lose(struct sim *sim, uint32_t who, const struct identity *whom, int64_t delay)
{
    struct sim_event event = sim_event_for(sim, who, SIM_LOST, delay);

    event.id = *whom;
    if (sim_current(sim, whom))
        event.number = (uint64_t)sim->now; /* it lives, and may come back on a newer session */
    sim_put(sim, event);
}

/* Messages between two nodes that are still under way are lost with their session. */
static void drop(struct sim *sim, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < sim->queue_count; i++) {
        struct sim_event *event = &sim->queue[i];
        Muster__Envelope *envelope;

        if (event->kind != SIM_MESSAGE || (event->node != a && event->node != b) ||
            !event->bytes.size)
            continue;
        envelope =
            muster__envelope__unpack(NULL, event->bytes.size, (const uint8_t *)event->bytes.data);
        if (envelope->sender->slot == (event->node == a ? b : a) && a != b)
            text_done(&event->bytes);
        muster__envelope__free_unpacked(envelope, NULL);
    }
}

/* Whether a view can still be formed without one more. The first one lacks nobody, and follows as
 * long as the directory has heard of none. */
static bool spared(const struct sim *sim)
{
    bool first = !sim->enrolment.view.generation;
    uint32_t least = first || !sim->size_count ? sim->replicas : sim->sizes[0];

    return least + sim->gone < sim->nodes;
}

void sim_node_end(struct sim *sim, uint32_t victim)
{
    int64_t silence = sim_chance(sim, 20) ? MS(1500) : 0;
    int64_t away = sim_between(sim, MS(5), sim_chance(sim, 20) ? MS(3000) : MS(60));

    sim->node[victim].alive = false;
    if (sim->trace)
        printf("%9.3f  END of %u\n", (double)sim->now / 1e6, victim);
    sim->counts.crashes++;
    for (uint32_t i = 0; i < sim->nodes; i++) {
        if (i == victim || !sim->node[i].alive)
            continue;
        if (sim_chance(sim, 30))
            drop(sim, victim, i);
        lose(sim, i, &sim->node[victim].id, silence + sim_between(sim, MS(1), MS(5)));
        if (sim->node[victim].ranks.running)
            sim_later_number(
                sim, i, SIM_BREAK, sim_between(sim, 0, MS(3)), sim->node[victim].ranks.running);
    }
    sim_broken_until(sim, sim->now + (away > silence ? away : silence));
    if (spared(sim) && sim_chance(sim, 30)) {
        sim->gone++;
        enrolment_gone(&sim->enrolment, victim, NULL); /* whoever owns the pods has seen it */
        return;
    }
    sim_later(sim, victim, SIM_RESTART, away);
}

void sim_rank_dies(struct sim *sim, uint32_t victim, enum cause cause)
{
    struct sim_ranks *ranks = &sim->node[victim].ranks;
    struct message message = {.fault = {.cause = cause}, .text = "signal 9"};
    uint64_t running = ranks->running;

    ranks->committed = -1;
    ranks->running = 0;
    ranks->hung = false;
    ranks->born = sim->now + sim_between(sim, MS(30), MS(100));
    for (uint32_t i = 0; i < sim->nodes && running; i++)
        sim_later_number(sim, i, SIM_BREAK, sim_between(sim, 0, MS(3)), running);
    sim_rank_message(sim, victim, MEMBER_FAULT, &message);
}

/* The node is told to leave, and must be gone in time. */
static void fault_drain(struct sim *sim, uint32_t victim)
{
    struct message message = {.patience = sim_between(sim, MS(500), MS(10000))};

    if (sim->node[victim].drained)
        return;
    sim->counts.drains++;
    sim->node[victim].drained = true;
    sim_broken_until(sim, sim->now + message.patience);
    sim_later(sim, victim, SIM_EXPIRE, message.patience);
    sim_member(sim, victim, &(struct member_event){.kind = MEMBER_DRAIN, .message = &message});
}

void sim_on_expire(struct sim *sim, const struct sim_event *event)
{
    sim_node_end(sim, event->node);
}

/* Its lead, whoever that is by then, sees it, or sees only that nobody gets on. */
static void fault_hang(struct sim *sim, uint32_t victim)
{
    struct sim_ranks *ranks = &sim->node[victim].ranks;
    bool seen = sim_chance(sim, 70);

    if (!ranks->running)
        return;
    ranks->hung = true;
    sim_broken_until(sim, sim->now + MS(3300) + MS(5000)); /* seen, and killed at last */
    for (uint32_t i = 0; i < sim->nodes; i++) {
        struct sim_event event =
            sim_event_for(sim, i, SIM_HUNG, sim_between(sim, MS(3000), MS(3300)));

        event.number = ranks->running;
        if (seen)
            event.id = sim->node[victim].id;
        sim_put(sim, event);
    }
}

void sim_on_hung(struct sim *sim, const struct sim_event *event)
{
    const struct lead *lead = &sim->node[event->node].lead;

    if (lead->state == LEAD_RUN && lead->base.generation == event->number)
        sim_lead(sim,
                 event->node,
                 &(struct lead_event){
                     .kind = LEAD_HUNG, .identity = event->id, .text = "nobody got on"});
}

static void notice(struct sim *sim, uint32_t who, uint32_t whom)
{
    int64_t delay = sim_between(sim, MS(1), MS(50));

    sim->node[who].broken[whom].since = sim->now;
    sim->node[who].broken[whom].noticed = sim->now + delay;
    lose(sim, who, &sim->node[whom].id, delay);
}

void sim_session_end(struct sim *sim, uint32_t a, uint32_t b)
{
    drop(sim, a, b);
    notice(sim, a, b);
    notice(sim, b, a);
}

void sim_session_give_up(struct sim *sim, uint32_t node, const struct identity *silent)
{
    if (!sim_current(sim, silent))
        return;
    drop(sim, node, silent->slot);
    lose(sim, silent->slot, &sim->node[node].id, sim_between(sim, MS(1), MS(5)));
}

static void fault_session(struct sim *sim, uint32_t a, uint32_t b)
{
    if (a == b || !sim->node[a].alive || !sim->node[b].alive)
        return;
    sim_session_end(sim, a, b);
}

/* What the directory knew of the agents is gone, too. */
static void fault_controller(struct sim *sim)
{
    sim_controller_restart(sim, (uint32_t)random_below(&sim->random, SIM_CONTROLLERS));
    enrolment_done(&sim->enrolment);
    enrolment_init(&sim->enrolment, sim->replicas, sim->nodes - sim->replicas);
    sim->counts.restarts++;
}

/* A lease that ends, and the probe after it. */
static int64_t silence(struct sim *sim)
{
    return sim_between(sim, MS(1800), MS(2100));
}

static void lose_silent(struct sim *sim, uint32_t who, const struct identity *whom, int64_t delay)
{
    struct sim_event event = sim_event_for(sim, who, SIM_LOST, delay);

    event.id = *whom;
    event.silent = true;
    event.number = (uint64_t)(event.at - MS(1500)); /* unless it was heard of since */
    sim_put(sim, event);
}

/* The node stands still, and so do its ranks. Who does not hear of it for long enough ends the
 * session, which it learns when it goes on. */
static void fault_freeze(struct sim *sim, uint32_t victim)
{
    int64_t length = sim_between(sim, MS(5), sim_chance(sim, 30) ? MS(20000) : MS(3000));

    if (sim->now < sim->node[victim].frozen)
        return;
    sim->node[victim].frozen = sim->now + length;
    sim_broken_until(sim, sim->now + length);
    for (uint32_t i = 0; i < sim->nodes; i++) {
        int64_t noticed = silence(sim);

        if (i == victim || !sim->node[i].alive || noticed >= length)
            continue;
        lose_silent(sim, i, &sim->node[victim].id, noticed);
        lose(sim, victim, &sim->node[i].id, length);
    }
}

/* Two nodes do not hear each other any more. A new session works or does not; where it works, the
 * old one is missed only by whoever has said something on it. */
static void fault_half_open(struct sim *sim, uint32_t a, uint32_t b)
{
    int64_t length = silence(sim);
    bool works = sim_chance(sim, 50);

    if (a == b || !sim->node[a].alive || !sim->node[b].alive || sim->now < sim->node[a].deaf[b])
        return;
    sim_broken_until(sim, sim->now + length + MS(300));
    sim->node[a].deaf[b] = sim->node[b].deaf[a] = sim->now + length;
    sim->node[a].unheard[b] = sim->node[b].unheard[a] = false;
    if (works) {
        struct sim_event healed = sim_event_for(sim, a, SIM_HEALED, length);

        healed.id = sim->node[b].id;
        sim_put(sim, healed);
        return;
    }
    lose_silent(sim, a, &sim->node[b].id, length);
    lose_silent(sim, b, &sim->node[a].id, length + sim_between(sim, 0, MS(300)));
}

void sim_on_healed(struct sim *sim, const struct sim_event *event)
{
    uint32_t a = event->node;
    uint32_t b = event->id.slot;

    if (!sim_current(sim, &event->id) || (!sim->node[a].unheard[b] && !sim->node[b].unheard[a]))
        return;
    lose(sim, a, &sim->node[b].id, 0);
    lose(sim, b, &sim->node[a].id, sim_between(sim, MS(1), MS(5)));
}

/* Some nodes are cut off from the others, and perhaps from the directory. */
static void fault_apart(struct sim *sim)
{
    int64_t time = sim_between(sim, MS(5), sim_chance(sim, 30) ? MS(8000) : MS(300));

    sim->apart = (uint32_t)random_below(&sim->random, 1u << sim->nodes);
    sim->remote = sim_chance(sim, 50) ? sim->apart : 0;
    for (uint32_t a = 0; a < sim->nodes; a++) {
        for (uint32_t b = a + 1; b < sim->nodes; b++) {
            if (!sim_reaches(sim, a, b))
                fault_session(sim, a, b);
        }
    }
    sim_later(sim, 0, SIM_HEAL, time);
    sim_broken_until(sim, sim->now + time);
}

void sim_on_heal(struct sim *sim)
{
    sim->apart = sim->remote = 0;
}

/* Where it matters most: views are being decided. */
void sim_on_sent(struct sim *sim, uint32_t node, enum message_kind kind)
{
    struct sim_event event;
    int chance = (int)random_below(&sim->random, 100);

    if (kind != MESSAGE_RECORD && kind != MESSAGE_RECORDED && kind != MESSAGE_GO)
        return;
    if (sim->faults_left <= 1 || chance >= 5)
        return;
    sim->faults_left--;
    event = sim_event_for(sim, node, SIM_CRASH, sim_between(sim, 0, MS(3)));
    if (chance == 3)
        event.kind = SIM_FREEZE;
    if (chance == 4)
        event.kind = SIM_APART;
    sim_put(sim, event);
}

void sim_on_crash(struct sim *sim, const struct sim_event *event)
{
    sim_node_end(sim, event->node);
}

void sim_on_freeze(struct sim *sim, const struct sim_event *event)
{
    fault_freeze(sim, event->node);
}

void sim_on_apart(struct sim *sim, const struct sim_event *event)
{
    (void)event;
    fault_apart(sim);
}

bool sim_reaches(const struct sim *sim, uint32_t a, uint32_t b)
{
    return ((sim->apart >> a ^ sim->apart >> b) & 1) == 0;
}

bool sim_reaches_directory(const struct sim *sim, uint32_t node)
{
    return !sim->directory_down && !(sim->remote >> node & 1);
}

void sim_broken_until(struct sim *sim, int64_t until)
{
    if (until > sim->calm)
        sim->calm = until;
}

static void fault_of_one(struct sim *sim, int kind, uint32_t victim)
{
    if (!sim->node[victim].alive)
        return;
    if (kind < 20)
        sim_node_end(sim, victim);
    else if (kind < 28)
        fault_drain(sim, victim);
    else if (kind < 33)
        fault_hang(sim, victim);
    else if (kind < 49)
        sim_rank_dies(sim, victim, CAUSE_RANK_KILLED);
    else
        fault_freeze(sim, victim);
}

static void fault_of_some(struct sim *sim, int kind, uint32_t a, uint32_t b)
{
    if (kind < 69)
        fault_session(sim, a, b);
    else if (kind < 78)
        fault_half_open(sim, a, b);
    else if (kind < 86)
        fault_apart(sim);
    else if (kind < 94)
        fault_controller(sim);
    else
        sim->directory_down = !sim->directory_down;
}

void sim_on_fault(struct sim *sim)
{
    uint32_t victim = (uint32_t)random_below(&sim->random, sim->nodes);
    uint32_t other = (uint32_t)random_below(&sim->random, sim->nodes);
    int kind = (int)random_below(&sim->random, 100);

    if (sim->trace)
        printf("%9.3f  FAULT kind %d node %u\n", (double)sim->now / 1e6, kind, victim);
    sim_broken_until(sim, sim->now + MS(50));
    if (kind < 58)
        fault_of_one(sim, kind, victim);
    else
        fault_of_some(sim, kind, victim, other);
    if (--sim->faults_left > 0)
        sim_later(
            sim, 0, SIM_FAULT, sim_between(sim, MS(1), sim_chance(sim, 30) ? MS(20) : MS(400)));
    else
        sim->directory_down = false;
}
