/* judge - the invariants of membership. */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parts.h"

/* Views and votes are judged by the words of docs/rendezvous.md, not by the code on trial. */

static bool same_view(const struct view *a, const struct view *b)
{
    if (a->generation != b->generation || a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!sim_same(&a->members[i], &b->members[i]))
            return false;
    }
    return true;
}

static int place_in(const struct view *view, const struct identity *id)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (sim_same(&view->members[i], id))
            return (int)i;
    }
    return -1;
}

static bool majority(const struct view *view, size_t votes, bool witness)
{
    size_t all = view->count;

    if (view->count % 2 == 0) {
        all++;
        votes += witness;
    }
    return votes > all / 2;
}

void judge_reset(struct sim *sim)
{
    sim->truth->ballot_count = 0;
    sim->truth->decided_count = 1;
    sim->truth->decided[0].generation = 0;
    sim->truth->decided[0].count = 0;
    memset(sim->truth->highest, 0, sizeof sim->truth->highest);
    memset(sim->truth->base, 0, sizeof sim->truth->base);
}

void judge_born(struct sim *sim, uint32_t node)
{
    sim->truth->highest[node] = (struct ballot){0};
    sim->truth->base[node] = 0;
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
        if (ballot->number == number && sim_same(&ballot->candidate, candidate))
            return ballot;
    }
    if (truth->ballot_count == SIM_BALLOTS) {
        judge_fail(sim, "more than %d ballots", SIM_BALLOTS);
        truth->ballot_count--;
    }
    ballot = &truth->ballots[truth->ballot_count++];
    memset(ballot, 0, sizeof *ballot);
    ballot->number = number;
    ballot->candidate = *candidate;
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
        if (!same_view(&truth->decided[place + 1], view))
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
    truth->decided_at[truth->decided_count] = sim->now;
    view_copy(&truth->decided[truth->decided_count++], view);
    sim->counts.views++;
    sim->counts.smaller += view->count < base->count;
    sim->counts.larger += view->count > base->count && base->count;
}

/* An elector (SIM_NODES = the witness) answers a candidate under that number. */
static void judge_answer(struct sim *sim,
                         uint32_t elector,
                         uint64_t number,
                         const struct identity *candidate)
{
    struct ballot *highest = &sim->truth->highest[elector];

    if (number < highest->number)
        judge_fail(sim,
                   "elector %u answers %llu after %llu",
                   elector,
                   (unsigned long long)number,
                   (unsigned long long)highest->number);
    if (number == highest->number && !sim_same(candidate, &highest->candidate))
        judge_fail(
            sim, "elector %u answers %llu to two candidates", elector, (unsigned long long)number);
    highest->number = number;
    highest->candidate = *candidate;
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
    if (majority(base, votes, ballot->recorders >> SIM_NODES & 1))
        decide(sim, base, &ballot->recorded);
}

static int slot_in(const struct view *view, uint32_t slot)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->members[i].slot == slot)
            return (int)i;
    }
    return -1;
}

/* Whether members and the next lives of members have the rank of the base. The ranks that are left
 * go first to members whose rank there is no more, in its order, then to the others, in the order
 * of their slots. */
static bool ranks_follow(const struct view *base, const struct view *view)
{
    int64_t last = -1;

    for (uint32_t i = 0; i < view->count; i++) {
        const struct identity *member = &view->members[i];
        int64_t turn = slot_in(base, member->slot);

        if (turn >= 0 && turn < view->count) {
            if (turn != (int)i)
                return false;
            continue;
        }
        if (place_in(base, member) < 0)
            turn = SIM_NODES + (int64_t)member->slot;
        if (turn < last)
            return false;
        last = turn;
    }
    return true;
}

/* A view lacks nobody, or is smaller by so many as the job allows, but for the first one; one that
 * is smaller than its base follows only after the lost members were waited for. */
static void judge_size(struct sim *sim, const struct view *base, const struct view *view)
{
    const struct view *decided = decided_of(sim->truth, base->generation);
    bool allowed = view->count == sim->replicas;

    for (uint32_t i = 0; i < sim->size_count && base->generation; i++)
        allowed |= view->count == sim->sizes[i];
    if (!allowed)
        judge_fail(sim, "a view of %u of %u members", view->count, sim->replicas);
    if (decided && view->count < base->count &&
        sim->now - sim->truth->decided_at[decided - sim->truth->decided] < sim->replace)
        judge_fail(sim, "a view of %u members follows one of %u early", view->count, base->count);
}

static void judge_assign(struct sim *sim, struct sim_ballot *ballot, const struct message *message)
{
    if (message->view->generation != message->number)
        judge_fail(sim, "a view carries another number than its candidate");
    if (ballot->assigned.count && !same_view(&ballot->assigned, message->view))
        judge_fail(sim, "number %llu is used for two views", (unsigned long long)message->number);
    view_copy(&ballot->assigned, message->view);
    judge_size(sim, message->decided, message->view);
    if (!ranks_follow(message->decided, message->view))
        judge_fail(sim, "the ranks of view %llu are mixed up", (unsigned long long)message->number);
}

static void judge_record(struct sim *sim, struct sim_ballot *ballot, const struct message *message)
{
    if (ballot->recorded.count && (!same_view(&ballot->recorded, message->view) ||
                                   ballot->base != message->decided->generation))
        judge_fail(sim, "number %llu records two things", (unsigned long long)message->number);
    if (!decided_of(sim->truth, message->decided->generation))
        judge_fail(sim,
                   "view %llu is taken for decided and is not",
                   (unsigned long long)message->decided->generation);
    if (ballot->told_number && ballot->told_base == message->decided->generation &&
        !same_view(&ballot->told, message->view))
        judge_fail(sim,
                   "number %llu does not adopt view %llu, recorded under %llu",
                   (unsigned long long)message->number,
                   (unsigned long long)ballot->told.generation,
                   (unsigned long long)ballot->told_number);
    view_copy(&ballot->recorded, message->view);
    ballot->base = message->decided->generation;
}

/* What an elector knows to be decided. */
static void judge_base(struct sim *sim, uint32_t elector, uint64_t generation)
{
    if (generation < sim->truth->base[elector])
        judge_fail(sim,
                   "elector %u goes back from view %llu to %llu",
                   elector,
                   (unsigned long long)sim->truth->base[elector],
                   (unsigned long long)generation);
    sim->truth->base[elector] = generation;
}

void judge_witness(struct sim *sim, uint64_t number, bool record, const struct identity *candidate)
{
    sim->counts.votes++;
    judge_base(sim, SIM_NODES, sim->kept.base.generation);
    judge_answer(sim, SIM_NODES, number, candidate);
    if (record)
        judge_recorded(sim, SIM_NODES, number, candidate);
}

/* Rule 2: nobody promises while its ranks are at work, or with a state that they do not hold. */
static void judge_promise(struct sim *sim, uint32_t node, const struct message *message)
{
    const struct sim_ranks *ranks = &sim->node[node].ranks;

    if (ranks->running || ranks->placed)
        judge_fail(sim,
                   "slot %u promises %llu while its ranks are at work",
                   node,
                   (unsigned long long)message->number);
    if (ranks->committed != message->committed)
        judge_fail(sim,
                   "slot %u holds step %lld and says %lld",
                   node,
                   (long long)ranks->committed,
                   (long long)message->committed);
}

/* A promise tells what was recorded about a base: the newest base counts, and the highest number.
 */
static void told(struct sim_ballot *ballot, const struct message *message)
{
    if (message->decided->generation > ballot->told_base) {
        ballot->told_base = message->decided->generation;
        ballot->told_number = 0;
    }
    if (message->decided->generation == ballot->told_base && message->next &&
        message->next_number > ballot->told_number) {
        view_copy(&ballot->told, message->next);
        ballot->told_number = message->next_number;
    }
}

void judge_heard(struct sim *sim, uint32_t node, const struct message *message, bool witness)
{
    const struct lead *lead = &sim->node[node].lead;
    uint32_t from = message->from.slot;
    struct sim_ballot *ballot;

    if (message->kind != MESSAGE_PROMISE || lead->state != LEAD_GATHER ||
        message->number != lead->number)
        return;
    ballot = ballot_of(sim, message->number, &sim->node[node].id);
    if (witness ||
        (identity_known(&lead->peers[from].id) && sim_same(&lead->peers[from].id, &message->from)))
        told(ballot, message);
    if (!witness)
        ballot->held[from] = message->committed;
}

void judge_send(struct sim *sim,
                uint32_t node,
                const struct identity *to,
                const struct message *message)
{
    const struct sim_node *sender = &sim->node[node];
    const struct ballot *promised = &sender->member.promised;

    if (message->kind == MESSAGE_ASSIGN)
        judge_assign(sim, ballot_of(sim, message->number, &sender->id), message);
    if (message->kind == MESSAGE_RECORD)
        judge_record(sim, ballot_of(sim, message->number, &sender->id), message);
    if (message->kind == MESSAGE_PROMISE)
        judge_promise(sim, node, message);
    if (message->kind == MESSAGE_PROMISE || message->kind == MESSAGE_RECORDED)
        judge_answer(sim, node, message->number, to);
    if (message->kind == MESSAGE_RECORDED)
        judge_recorded(sim, node, message->number, to);
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

    if (!ballot->assigned.count || !decided || !same_view(decided, &ballot->assigned))
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

        if (place_in(&ballot->assigned, &sim->node[node].id) >= 0)
            ballot->promised[node] = promised->number == ballot->number &&
                                     sim_same(&promised->candidate, &ballot->candidate);
        alive += live(truth, ballot);
    }
    if (alive > 1)
        judge_fail(sim, "%d views are live together", alive);
    judge_base(sim, node, sim->node[node].member.base.generation);
}

void judge_prepared(struct sim *sim,
                    uint32_t node,
                    const struct judge_before *before,
                    const struct identity *candidate)
{
    const struct member *member = &sim->node[node].member;
    bool heard = before->state >= MEMBER_PROMISED && before->state <= MEMBER_RUNNING;

    if (heard && !sim_same(&before->lead, candidate) && sim_same(&member->lead, candidate) &&
        member->base.generation <= before->promised)
        judge_fail(sim, "slot %u follows slot %u and hears its lead", node, candidate->slot);
}

void judge_place(struct sim *sim, uint32_t node, const struct effect *place)
{
    const struct ballot *promised = &sim->node[node].member.promised;
    const struct sim_ballot *ballot = ballot_of(sim, place->number, &promised->candidate);

    if (!same_view(&ballot->assigned, place->view))
        judge_fail(sim, "slot %u takes a place in a view that was not assigned", node);
    if (place_in(place->view, &sim->node[node].id) < 0)
        judge_fail(sim, "slot %u takes a place in a view without it", node);
}

struct blob judge_blob(uint64_t generation, const struct identity *id)
{
    const uint64_t words[] = {generation, id->slot, id->life[0], id->life[1]};
    struct blob blob = {.size = sizeof words};

    memcpy(blob.bytes, words, sizeof words);
    return blob;
}

static bool same_blob(const struct blob *a, const struct blob *b)
{
    return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

/* Each rank is where its member stands in the view, and nobody else has it. */
static void judge_ranks(struct sim *sim, const struct sim_ballot *ballot, const struct message *go)
{
    const struct lead *lead = &sim->node[ballot->candidate.slot].lead;

    if (go->blob_count != ballot->assigned.count)
        judge_fail(sim, "%u ranks in a view of %u", go->blob_count, ballot->assigned.count);
    for (uint32_t i = 0; i < ballot->assigned.count && i < go->blob_count; i++) {
        struct blob blob = judge_blob(go->number, &ballot->assigned.members[i]);
        uint32_t rank = lead_rank(lead, i);

        if (rank >= go->blob_count || !same_blob(&go->blobs[rank], &blob))
            judge_fail(sim, "the member at place %u does not have rank %u", i, rank);
    }
}

/* The newest of what the members said they hold. */
static void judge_restore(struct sim *sim, const struct sim_ballot *ballot, int64_t restored)
{
    int64_t newest = -1;

    for (uint32_t i = 0; i < ballot->assigned.count; i++) {
        int64_t held = ballot->held[ballot->assigned.members[i].slot];

        if (held > newest)
            newest = held;
    }
    if (restored != newest)
        judge_fail(sim,
                   "step %lld is restored and step %lld is the newest",
                   (long long)restored,
                   (long long)newest);
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
    judge_ranks(sim, ballot, go);
    judge_restore(sim, ballot, go->committed);
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

    if (ballot->number != sim->node[node].member.promised.number) {
        judge_fail(sim,
                   "generation %llu goes on at slot %u, which has promised another",
                   (unsigned long long)ballot->number,
                   node);
        return false;
    }
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

        if (node->alive && !node->left && sim_same(&node->id, &base->members[i]))
            alive++;
    }
    return alive;
}

bool judge_quorum_lost(const struct sim *sim)
{
    const struct view *base = known_base(sim);

    if (!base->count) /* the first view lacks nobody */
        return sim->nodes - sim->gone < sim->replicas;
    return !majority(base, electors_alive(sim, base), true);
}

void judge_stop(struct sim *sim, uint32_t node)
{
    const struct view *base = decided_of(sim->truth, sim->node[node].lead.base.generation);
    size_t staying = 0;

    for (uint32_t i = 0; base && i < base->count; i++) {
        const struct sim_node *member = &sim->node[base->members[i].slot];

        if (member->alive && !member->drained && sim_same(&member->id, &base->members[i]))
            staying++;
    }
    if (!base || (staying && majority(base, staying, true)))
        judge_fail(sim, "the job stops although %zu of %u stay", staying, sim->replicas);
}

void judge_stuck(struct sim *sim)
{
    const struct view *base = known_base(sim);

    judge_fail(sim,
               "not done %.0f s after the last fault; view %llu has %zu of %u electors left",
               (double)(sim->now - sim->calm) / 1e9,
               (unsigned long long)base->generation,
               electors_alive(sim, base),
               base->count);
}
