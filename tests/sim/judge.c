/* judge - the invariants of membership. */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/lineup.h"
#include "support/view_equal.h"

void judge_reset(struct sim *sim)
{
    sim->truth->ballot_count = 0;
    sim->truth->decided_count = 1;
    sim->truth->decided[0].generation = 0;
    sim->truth->decided[0].count = 0;
}

void judge_fail(struct sim *sim, const char *format, ...)
{
    va_list arguments;

    if (sim->failure[0])
        return;
    va_start(arguments, format);
    vsnprintf(sim->failure, sizeof sim->failure, format, arguments);
    va_end(arguments);
}

/* The ballot of that number and candidate, made when it is new. */
static struct sim_ballot *ballot_of(struct sim *sim,
                                    uint64_t number,
                                    const struct identity *candidate)
{
    struct sim_truth *truth = sim->truth;
    struct sim_ballot *ballot;

    for (uint32_t i = truth->ballot_count; i-- > 0;) {
        ballot = &truth->ballots[i];
        if (ballot->number == number && identity_equal(&ballot->candidate, candidate))
            return ballot;
    }
    if (truth->ballot_count == SIM_BALLOTS) {
        judge_fail(sim, "more than %d ballots", SIM_BALLOTS);
        truth->ballot_count--;
    }
    ballot = &truth->ballots[truth->ballot_count++];
    *ballot = (struct sim_ballot){.number = number, .candidate = *candidate};
    return ballot;
}

static const struct view *decided_of(const struct sim_truth *truth, uint64_t generation)
{
    for (uint32_t i = 0; i < truth->decided_count; i++) {
        if (truth->decided[i].generation == generation)
            return &truth->decided[i];
    }
    return NULL;
}

/* The view becomes the one that follows the base: the next of the chain, or the one that already
 * is. */
static void decide(struct sim *sim, const struct view *base, const struct view *view)
{
    struct sim_truth *truth = sim->truth;
    uint32_t place = (uint32_t)(base - truth->decided);

    if (view->generation <= base->generation)
        judge_fail(sim, "view %llu follows a later one", (unsigned long long)view->generation);
    if (place + 1 < truth->decided_count) {
        if (!view_equal(&truth->decided[place + 1], view))
            judge_fail(sim,
                       "views %llu and %llu both follow %llu",
                       (unsigned long long)truth->decided[place + 1].generation,
                       (unsigned long long)view->generation,
                       (unsigned long long)base->generation);
        return;
    }
    if (truth->decided_count == SIM_BALLOTS) {
        judge_fail(sim, "more than %d views", SIM_BALLOTS);
        return;
    }
    view_copy(&truth->decided[truth->decided_count++], view);
    sim->generations++;
}

void judge_recorded(struct sim *sim,
                    uint32_t elector,
                    uint64_t number,
                    const struct identity *candidate)
{
    struct sim_ballot *ballot = ballot_of(sim, number, candidate);
    const struct view *base = decided_of(sim->truth, ballot->base);
    size_t votes = 0;

    if (!ballot->recorded.count || !base)
        return;
    ballot->recorders |= 1u << elector;
    for (uint32_t i = 0; i < base->count; i++) {
        if (ballot->recorders >> base->members[i].slot & 1)
            votes++;
    }
    if (view_majority(base, votes, ballot->recorders >> SIM_NODES & 1))
        decide(sim, base, &ballot->recorded);
}

static void judge_assign(struct sim *sim, struct sim_ballot *ballot, const struct message *message)
{
    struct view expected;

    if (message->view->generation != message->number)
        judge_fail(sim, "a view carries another number than its candidate");
    if (ballot->assigned.count && !view_equal(&ballot->assigned, message->view))
        judge_fail(sim, "number %llu is used for two views", (unsigned long long)message->number);
    view_copy(&ballot->assigned, message->view);
    if (message->view->count != sim->replicas)
        judge_fail(sim, "a view of %u of %u members", message->view->count, sim->replicas);
    /* Ranks are a function of the base and the members. */
    lineup_place(message->decided, message->view, &expected);
    expected.generation = message->number;
    if (!view_equal(&expected, message->view))
        judge_fail(sim, "the ranks of view %llu are mixed up", (unsigned long long)message->number);
}

static void judge_record(struct sim *sim, struct sim_ballot *ballot, const struct message *message)
{
    if (ballot->recorded.count && (!view_equal(&ballot->recorded, message->view) ||
                                   ballot->base != message->decided->generation))
        judge_fail(sim, "number %llu records two things", (unsigned long long)message->number);
    if (!decided_of(sim->truth, message->decided->generation))
        judge_fail(sim,
                   "view %llu is taken for decided and is not",
                   (unsigned long long)message->decided->generation);
    view_copy(&ballot->recorded, message->view);
    ballot->base = message->decided->generation;
}

void judge_send(struct sim *sim, uint32_t node, const struct message *message)
{
    const struct sim_node *sender = &sim->node[node];
    const struct ballot *promised = &sender->member.promised;

    if (message->kind == MESSAGE_ASSIGN)
        judge_assign(sim, ballot_of(sim, message->number, &sender->id), message);
    if (message->kind == MESSAGE_RECORD)
        judge_record(sim, ballot_of(sim, message->number, &sender->id), message);
    if (message->kind == MESSAGE_RECORDED)
        judge_recorded(sim, node, message->number, &promised->candidate);
    if (message->kind == MESSAGE_READY)
        ballot_of(sim, message->number, &promised->candidate)->ready[node] = true;
    if (message->kind == MESSAGE_GO && !decided_of(sim->truth, message->number))
        judge_fail(
            sim, "go for view %llu, which is not decided", (unsigned long long)message->number);
}

/* Decided, and every member has promised exactly this ballot and got ready for it. */
static bool live(const struct sim_truth *truth, const struct sim_ballot *ballot)
{
    const struct view *decided = decided_of(truth, ballot->number);

    if (!ballot->assigned.count || !decided || !view_equal(decided, &ballot->assigned))
        return false;
    for (uint32_t i = 0; i < ballot->assigned.count; i++) {
        uint32_t slot = ballot->assigned.members[i].slot;

        if (!ballot->promised[slot] || !ballot->ready[slot])
            return false;
    }
    return true;
}

void judge_member(struct sim *sim, uint32_t node)
{
    struct sim_truth *truth = sim->truth;
    const struct ballot *promised = &sim->node[node].member.promised;
    int alive = 0;

    for (uint32_t i = 0; i < truth->ballot_count; i++) {
        struct sim_ballot *ballot = &truth->ballots[i];

        if (view_find(&ballot->assigned, &sim->node[node].id) >= 0)
            ballot->promised[node] = promised->number == ballot->number &&
                                     identity_equal(&promised->candidate, &ballot->candidate);
        alive += live(truth, ballot);
    }
    if (alive > 1)
        judge_fail(sim, "%d views are live together", alive);
}

void judge_start(struct sim *sim, uint32_t node, const struct message *go)
{
    const struct sim_ranks *ranks = &sim->node[node].ranks;
    struct sim_ballot *ballot =
        ballot_of(sim, go->number, &sim->node[node].member.promised.candidate);

    if (go->committed > ballot->newest)
        ballot->newest = go->committed;
    if (!decided_of(sim->truth, go->number))
        judge_fail(sim, "a view that is not decided is run");
    if (ranks->running || ranks->placed != go->number)
        judge_fail(sim, "ranks are started that were not ready");
    if (ranks->committed > go->committed)
        judge_fail(sim,
                   "step %lld is committed and step %lld is restored",
                   (long long)ranks->committed,
                   (long long)go->committed);
}

/* The generation commits: every earlier one is over. A member of it that stands still may finish
 * one step more, which all had begun, from what has arrived. */
static void overtake(struct sim_truth *truth, uint64_t generation)
{
    for (uint32_t i = 0; i < truth->ballot_count; i++) {
        struct sim_ballot *earlier = &truth->ballots[i];

        if (earlier->number >= generation || earlier->over)
            continue;
        earlier->over = true;
        earlier->last = earlier->newest + 1;
    }
}

bool judge_step(struct sim *sim, uint32_t node)
{
    const struct sim_ranks *ranks = &sim->node[node].ranks;
    struct sim_ballot *ballot =
        ballot_of(sim, ranks->running, &sim->node[node].member.promised.candidate);

    /* A member that has promised a higher number does not step in this generation any more. */
    if (ballot->number != sim->node[node].member.promised.number)
        return false;
    ballot->contributed[node] = ranks->begun;
    for (uint32_t i = 0; i < ballot->assigned.count; i++) {
        if (ballot->contributed[ballot->assigned.members[i].slot] < ranks->begun)
            return false;
    }
    if (ballot->over && ranks->begun > ballot->last)
        judge_fail(sim,
                   "generation %llu commits step %lld after a later one has committed",
                   (unsigned long long)ranks->running,
                   (long long)ranks->begun);
    if (ranks->begun > ballot->newest)
        ballot->newest = ranks->begun;
    overtake(sim->truth, ranks->running);
    return true;
}

/* The newest view that anybody who is left knows to be decided. */
static const struct view *known_base(const struct sim *sim)
{
    const struct view *base = decided_of(sim->truth, sim->kept.base.generation);

    if (sim->enrolment.view.generation > base->generation)
        base = decided_of(sim->truth, sim->enrolment.view.generation);
    for (uint32_t i = 0; i < sim->nodes; i++) {
        const struct view *known = &sim->node[i].member.base;

        if (sim->node[i].alive && !sim->node[i].left && known->generation > base->generation)
            base = known;
    }
    return base;
}

static size_t electors_alive(const struct sim *sim, const struct view *base)
{
    size_t alive = 0;

    for (uint32_t i = 0; i < base->count; i++) {
        const struct sim_node *node = &sim->node[base->members[i].slot];

        if (node->alive && !node->left && identity_equal(&node->id, &base->members[i]))
            alive++;
    }
    return alive;
}

bool judge_quorum_lost(const struct sim *sim)
{
    const struct view *base = known_base(sim);

    return base->count && !view_majority(base, electors_alive(sim, base), true);
}

void judge_stuck(struct sim *sim)
{
    const struct view *base = known_base(sim);

    judge_fail(sim,
               "not done after %.0f s; view %llu has %zu of %u electors left",
               (double)sim->now / 1e9,
               (unsigned long long)base->generation,
               electors_alive(sim, base),
               base->count);
}
