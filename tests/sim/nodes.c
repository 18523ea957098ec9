/* nodes - the machines of a simulated agent, its ranks, and the network between them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"
#include "wire/link.h"

/* Machines and their effects. */

/* Whether its session to the other node has ended and it does not know yet. A message of that node
 * since then came by a newer one. */
static bool speaks_to_nobody(const struct sim *sim, uint32_t from, uint32_t to)
{
    const struct sim_node *node = &sim->node[from];

    return sim->now < node->broken[to].noticed && node->heard[to] <= node->broken[to].since;
}

/* When what is said now arrives: in order, unless it goes by another session. */
static int64_t delivery(struct sim *sim, uint32_t from, uint32_t to)
{
    int64_t at = sim->now;

    if (from != to)
        at += sim_between(sim, MS(1), sim_chance(sim, sim->slow) ? MS(300) : MS(4));
    if (from != to && sim_chance(sim, sim->astray))
        return at;
    if (at < sim->last_delivery[from][to])
        at = sim->last_delivery[from][to];
    return sim->last_delivery[from][to] = at;
}

static void send(struct sim *sim, uint32_t from, const struct effect *effect)
{
    uint32_t to = effect->to.slot;
    struct sim_event event = {.kind = SIM_MESSAGE, .node = to, .life = effect->to.life[0]};

    judge_send(sim, from, &effect->to, &effect->message);
    if (sim_current(sim, &effect->to) && speaks_to_nobody(sim, from, to))
        return;
    if (!sim_current(sim, &effect->to) || !sim_reaches(sim, from, to)) {
        event = sim_event_for(sim, from, SIM_LOST, sim_between(sim, MS(1), MS(5)));
        event.id = effect->to;
        sim_put(sim, event);
        return;
    }
    if (from != to && sim->now < sim->node[from].deaf[to]) {
        sim->node[from].unheard[to] = true;
        return;
    }
    codec_pack(
        &effect->message, &sim->scope, &sim->node[from].id, &sim->node[from].book, &event.bytes);
    event.at = delivery(sim, from, to);
    sim_put(sim, event);
    sim_on_sent(sim, from, effect->message.kind);
}

static void witness_send(struct sim *sim, uint32_t from, const struct message *message)
{
    struct sim_event event = sim_event_for(sim, from, SIM_WITNESS, sim_between(sim, MS(1), MS(10)));

    judge_send(sim, from, NULL, message);
    codec_pack(message, &sim->scope, &sim->node[from].id, &sim->node[from].book, &event.bytes);
    event.id = sim->node[from].id;
    event.question = ++sim->node[from].questions;
    sim_put(sim, event);
    sim_on_sent(sim, from, message->kind);
}

static void ranks_revoke(struct sim *sim, uint32_t node)
{
    struct sim_ranks *ranks = &sim->node[node].ranks;

    ranks->leaving = true;
    if (ranks->hung)
        sim_later(sim, node, SIM_QUIET, MS(5000)); /* it does not leave, and is killed */
    else
        sim_later(sim, node, SIM_QUIET, ranks->placed ? sim_between(sim, MS(1), MS(20)) : 0);
}

static void ranks_place(struct sim *sim, uint32_t node, const struct effect *effect)
{
    struct sim_ranks *ranks = &sim->node[node].ranks;
    int64_t ready = sim->now + sim_between(sim, MS(2), MS(10));

    judge_place(sim, node, effect);
    ranks->placed = effect->number;
    ranks->running = 0;
    if (ready < ranks->born)
        ready = ranks->born;
    sim_later_number(sim, node, SIM_SET, ready - sim->now, effect->number);
}

static void ranks_start(struct sim *sim, uint32_t node, const struct message *go)
{
    struct sim_ranks *ranks = &sim->node[node].ranks;

    judge_start(sim, node, go);
    ranks->running = go->number;
    ranks->committed = go->committed < 0 ? 0 : go->committed;
    sim->started = sim->now;
    sim_later_number(sim, node, SIM_STEP, sim_between(sim, MS(5), MS(20)), go->number);
}

static void timer_set(struct sim *sim, uint32_t node, enum sim_kind kind, int64_t due)
{
    uint64_t *version =
        kind == SIM_LEAD_TIMER ? &sim->node[node].lead_timer : &sim->node[node].member_timer;

    ++*version;
    if (due != NEVER)
        sim_later_number(sim, node, kind, due > sim->now ? due - sim->now : 0, *version);
}

/* A machine ends the session to another agent, or stops following itself. */
static void cut(struct sim *sim, uint32_t node, const struct identity *to)
{
    struct sim_event event = sim_event_for(sim, node, SIM_LOST, 0);

    if (to->slot != node) {
        if (sim_current(sim, to))
            sim_session_end(sim, node, to->slot);
        return;
    }
    event.id = *to;
    sim_put(sim, event);
}

/* The ranks of the node's generation agree on the step after the one that its own have begun:
 * nobody can have committed it yet. */
static void ranks_drain(struct sim *sim, uint32_t node, bool stop)
{
    const struct sim_node *self = &sim->node[node];

    if (stop && !sim->stopping)
        judge_stop(sim, node);
    sim->stopping |= stop;
    sim->agreed = self->lead.base.generation;
    sim->agreed_step = (self->ranks.begun > 0 ? self->ranks.begun : 0) + 1;
}

/* It alone, and its pod is made anew; or because its verdict is seen, and the directory ends the
 * others. */
static void node_leaves(struct sim *sim, uint32_t node, enum outcome outcome)
{
    if (outcome == OUTCOME_DRAINED) {
        judge_released(sim, node);
        sim_node_end(sim, node);
        return;
    }
    sim->node[node].left = true;
    sim->over = true;
}

/* Events that one machine makes for the other go through the queue: a machine's effects point into
 * its state and must all be carried out before its next step. */
static void effect_do(struct sim *sim, uint32_t node, const struct effect *effect, bool lead)
{
    struct sim_event event;

    switch (effect->kind) {
    case EFFECT_SEND:
        send(sim, node, effect);
        break;
    case EFFECT_WITNESS:
        witness_send(sim, node, &effect->message);
        break;
    case EFFECT_CUT:
        cut(sim, node, &effect->to);
        break;
    case EFFECT_FOLLOW:
        event = sim_event_for(sim, node, SIM_ENROLLED, 0);
        event.id = effect->to;
        event.number = ENROLMENT_FOLLOW;
        sim_put(sim, event);
        break;
    case EFFECT_TIMER:
        timer_set(sim, node, lead ? SIM_LEAD_TIMER : SIM_MEMBER_TIMER, effect->due);
        break;
    case EFFECT_ENROLL:
        sim_later(sim, node, SIM_ENROLL, effect->due > sim->now ? effect->due - sim->now : 0);
        break;
    case EFFECT_STAND:
        event = sim_event_for(sim, node, SIM_STAND, 0);
        event.id = effect->to;
        event.number = effect->left;
        sim_put(sim, event);
        break;
    case EFFECT_REVOKE:
        ranks_revoke(sim, node);
        break;
    case EFFECT_PLACE:
        ranks_place(sim, node, effect);
        break;
    case EFFECT_START:
        ranks_start(sim, node, &effect->message);
        break;
    case EFFECT_KILL:
        sim_later(sim, node, SIM_KILL, sim_between(sim, MS(1), MS(10)));
        break;
    case EFFECT_DRAIN:
        ranks_drain(sim, node, effect->number == LINK_DRAIN_STOP);
        break;
    case EFFECT_INCIDENT:
        sim->counts.repairs++;
        break;
    case EFFECT_LEAVE:
        node_leaves(sim, node, effect->outcome);
        break;
    default:
        break;
    }
}

void sim_member(struct sim *sim, uint32_t node, const struct member_event *event)
{
    struct effects effects = {0};
    struct judge_before before = {.state = sim->node[node].member.state,
                                  .lead = sim->node[node].member.lead,
                                  .promised = sim->node[node].member.promised.number};

    member_step(&sim->node[node].member, event, sim->now, &effects);
    if (sim->trace && (effects.count || sim->node[node].member.promised.number != before.promised))
        printf("%9.3f  %u member %s\n",
               (double)sim->now / 1e6,
               node,
               member_state_name(sim->node[node].member.state));
    judge_member(sim, node);
    if (event->kind == MEMBER_PREPARE)
        judge_prepared(sim, node, &before, &event->message->from);
    for (size_t i = 0; i < effects.count; i++)
        effect_do(sim, node, &effects.items[i], false);
    effects_done(&effects);
    if (sim->node[node].lead.state != LEAD_ASLEEP && sim->node[node].lead.state != LEAD_ENDED &&
        sim->node[node].member.promised.number > sim->node[node].lead.number)
        sim_lead(sim,
                 node,
                 &(struct lead_event){.kind = LEAD_YIELD,
                                      .identity = sim->node[node].member.promised.candidate});
}

void sim_lead(struct sim *sim, uint32_t node, const struct lead_event *event)
{
    struct effects effects = {0};
    struct lead *lead = &sim->node[node].lead;
    enum lead_state was = lead->state;

    lead_step(lead, event, sim->now, &effects);
    if (sim->trace && (effects.count || was != lead->state))
        printf("%9.3f  %u LEAD %s number %llu\n",
               (double)sim->now / 1e6,
               node,
               lead_state_name(lead->state),
               (unsigned long long)lead->number);
    if (was != lead->state && lead->state != LEAD_ASLEEP)
        sim_later(sim, node, SIM_REPORT, sim_between(sim, MS(1), MS(5)));
    if (lead->state == LEAD_ENDED && was != LEAD_ENDED)
        judge_end(sim, lead);
    for (size_t i = 0; i < effects.count; i++)
        effect_do(sim, node, &effects.items[i], true);
    effects_done(&effects);
}

void sim_on_stand(struct sim *sim, const struct sim_event *event)
{
    struct sim_node *self = &sim->node[event->node];
    struct view roster = {0};

    for (uint32_t i = 0; i < sim->nodes; i++) {
        if (identity_known(&self->book.entries[i].id) &&
            (event->number || !identity_equal(&self->book.entries[i].id, &event->id)))
            view_add(&roster, &self->book.entries[i].id);
    }
    sim_lead(sim,
             event->node,
             &(struct lead_event){.kind = LEAD_STAND,
                                  .identity = event->id,
                                  .view = &self->member.base,
                                  .roster = &roster,
                                  .number = self->member.seen,
                                  .since = sim->now,
                                  .left = event->number});
}

/* Events. */

/* Whether the sender is dead and its session was lost: nothing comes on it any more. */
static bool is_over(const struct sim *sim, const struct sim_node *node, const struct identity *from)
{
    return !sim_current(sim, from) && sim_same(&node->ended[from->slot], from);
}

void sim_on_message(struct sim *sim, const struct sim_event *event)
{
    static const enum member_event_kind to_member[MESSAGE_KINDS] = {
        [MESSAGE_PREPARE] = MEMBER_PREPARE,
        [MESSAGE_ASSIGN] = MEMBER_ASSIGN,
        [MESSAGE_RECORD] = MEMBER_RECORD,
        [MESSAGE_GO] = MEMBER_GO,
        [MESSAGE_OUT] = MEMBER_OUT,
        [MESSAGE_FINISH] = MEMBER_FINISH,
        [MESSAGE_KILL] = MEMBER_KILL,
        [MESSAGE_LEAVE] = MEMBER_LEAVE};
    static const enum lead_event_kind to_lead[MESSAGE_KINDS] = {[MESSAGE_HELLO] = LEAD_HELLO,
                                                                [MESSAGE_PROMISE] = LEAD_PROMISE,
                                                                [MESSAGE_REFUSE] = LEAD_REFUSE,
                                                                [MESSAGE_READY] = LEAD_READY,
                                                                [MESSAGE_RECORDED] = LEAD_RECORDED,
                                                                [MESSAGE_FAULT] = LEAD_FAULT,
                                                                [MESSAGE_LEAVE] = LEAD_LEAVE,
                                                                [MESSAGE_DONE] = LEAD_DONE};
    struct sim_node *node = &sim->node[event->node];
    struct message *message = &sim->incoming->message;
    struct error error = {""};
    bool asleep = node->lead.state == LEAD_ASLEEP;

    if (codec_unpack(event->bytes.data,
                     event->bytes.size,
                     &sim->scope,
                     &node->book,
                     sim->incoming,
                     &error)) {
        judge_fail(sim, "a message was not understood: %s", error.text);
        return;
    }
    if (is_over(sim, node, &message->from))
        return;
    if (sim->trace)
        printf("%9.3f  %u <- %u %s %llu\n",
               (double)sim->now / 1e6,
               event->node,
               message->from.slot,
               message_name(message->kind),
               (unsigned long long)message->number);
    node->heard[message->from.slot] = sim->now;
    judge_heard(sim, event->node, message, false);
    if (message->kind == MESSAGE_SPARES)
        return; /* reading it has filled the book */
    if (asleep && message->kind == MESSAGE_HELLO)
        sim_member(
            sim, event->node, &(struct member_event){.kind = MEMBER_HELLO, .message = message});
    else if (asleep && message->kind == MESSAGE_REFUSE)
        sim_member(
            sim, event->node, &(struct member_event){.kind = MEMBER_REFUSED, .message = message});
    else if ((to_member[message->kind] || message->kind == MESSAGE_PREPARE) &&
             (asleep || message->kind != MESSAGE_LEAVE))
        sim_member(sim,
                   event->node,
                   &(struct member_event){.kind = to_member[message->kind], .message = message});
    else
        sim_lead(sim,
                 event->node,
                 &(struct lead_event){.kind = to_lead[message->kind], .message = message});
}

void sim_rank_message(struct sim *sim,
                      uint32_t node,
                      enum member_event_kind kind,
                      struct message *message)
{
    const struct sim_ranks *ranks = &sim->node[node].ranks;

    message->committed = ranks->committed;
    message->begun = ranks->begun;
    sim_member(sim, node, &(struct member_event){.kind = kind, .message = message});
}

void sim_on_lost(struct sim *sim, const struct sim_event *event)
{
    if (event->number && sim->node[event->node].heard[event->id.slot] > (int64_t)event->number)
        return; /* it has a newer session already */
    sim->node[event->node].ended[event->id.slot] = event->id;
    if (event->silent)
        sim_session_give_up(sim, event->node, &event->id);
    if (sim->trace)
        printf("%9.3f  %u has lost %u%s\n",
               (double)sim->now / 1e6,
               event->node,
               event->id.slot,
               event->silent ? ", which is silent" : "");
    sim_lead(sim,
             event->node,
             &(struct lead_event){LEAD_LOST, .identity = event->id, .silent = event->silent});
    sim_member(sim,
               event->node,
               &(struct member_event){MEMBER_LOST, .identity = event->id, .silent = event->silent});
}

void sim_on_member_timer(struct sim *sim, const struct sim_event *event)
{
    if (event->number == sim->node[event->node].member_timer)
        sim_member(sim, event->node, &(struct member_event){.kind = MEMBER_TIMER});
}

void sim_on_lead_timer(struct sim *sim, const struct sim_event *event)
{
    if (event->number == sim->node[event->node].lead_timer)
        sim_lead(sim, event->node, &(struct lead_event){.kind = LEAD_TIMER});
}

void sim_on_quiet(struct sim *sim, const struct sim_event *event)
{
    struct sim_ranks *ranks = &sim->node[event->node].ranks;

    if (!ranks->leaving)
        return;
    if (ranks->hung) {
        ranks->hung = false;
        ranks->committed = -1;
        ranks->born = sim->now + sim_between(sim, MS(30), MS(100));
    }
    ranks->leaving = false;
    ranks->placed = ranks->running = 0;
    sim_rank_message(sim, event->node, MEMBER_QUIET, &(struct message){0});
}

void sim_on_set(struct sim *sim, const struct sim_event *event)
{
    struct blob blob = judge_blob(event->number, &sim->node[event->node].id);
    struct message message = {.number = event->number, .blobs = &blob, .blob_count = 1};

    if (sim->node[event->node].ranks.placed == event->number &&
        !sim->node[event->node].ranks.leaving)
        sim_rank_message(sim, event->node, MEMBER_SET, &message);
}

/* Whether the rank dies at this step whenever it comes to it. */
static bool cursed(const struct sim *sim, const struct sim_node *node)
{
    return node->ranks.begun == SIM_CURSE &&
           view_find(&node->member.assigned, &node->id) == (int)sim->cursed;
}

/* A rank commits a step when every member of its generation has begun it. */
void sim_on_step(struct sim *sim, const struct sim_event *event)
{
    struct sim_node *node = &sim->node[event->node];
    struct sim_ranks *ranks = &node->ranks;
    struct message message = {.outcome = OUTCOME_SUCCEEDED, .text = "{}"};

    if (ranks->running != event->number || ranks->hung)
        return;
    if (ranks->committed == SIM_STEPS) {
        sim_rank_message(sim, event->node, MEMBER_DONE, &message);
        return;
    }
    if (ranks->running == sim->agreed && ranks->committed >= sim->agreed_step) {
        message.outcome = OUTCOME_STOPPED;
        sim_rank_message(sim, event->node, MEMBER_DONE, &message);
        return;
    }
    ranks->begun = ranks->committed + 1;
    if (cursed(sim, node)) {
        sim_rank_dies(sim, event->node, sim->curse);
        return;
    }
    if (judge_step(sim, event->node)) {
        ranks->committed++;
        if (node->lead.state == LEAD_RUN && node->lead.base.generation == event->number)
            sim_lead(
                sim, event->node, &(struct lead_event){.kind = LEAD_STEPPED, .stepped = sim->now});
    }
    sim_later_number(sim, event->node, SIM_STEP, sim_between(sim, MS(1), MS(6)), event->number);
}

void sim_on_kill(struct sim *sim, const struct sim_event *event)
{
    if (sim->node[event->node].ranks.running)
        sim_rank_dies(sim, event->node, CAUSE_HANG);
}

void sim_on_break(struct sim *sim, const struct sim_event *event)
{
    struct message message = {.fault = {.cause = CAUSE_COMMUNICATOR}, .text = "a peer is gone"};

    if (sim->node[event->node].ranks.running == event->number)
        sim_rank_message(sim, event->node, MEMBER_FAULT, &message);
}
