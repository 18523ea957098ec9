/* lead - the machine that forms generations, as a table of states and events.
 *
 * Rules are numbered as in docs/rendezvous.md. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lead_private.h"

typedef void (*lead_handler)(struct lead *lead,
                             const struct lead_event *event,
                             int64_t now,
                             struct effects *effects);

void lead_init(struct lead *lead, const struct identity *self, const struct lead_settings *settings)
{
    memset(lead, 0, sizeof *lead);
    lead->self = *self;
    lead->settings = *settings;
    lead->restore = -1;
    lead->rank_budget.count = settings->rank_budget;
    lead->rank_budget.window = settings->rank_window;
    lead->pod_budget.count = settings->pod_budget;
    lead->pod_budget.window = settings->pod_window;
}

void lead_done(struct lead *lead)
{
    free(lead->blobs);
    lead->blobs = NULL;
}

const char *lead_state_name(enum lead_state state)
{
    static const char *const names[] = {"asleep", "gather", "form", "record", "run", "ended"};

    _Static_assert(sizeof names / sizeof *names == LEAD_STATES, "one name a state");
    return names[state];
}

uint32_t lead_rank(const struct lead *lead, uint32_t place)
{
    return place * lead->settings.ranks;
}

uint32_t lead_missing(const struct lead *lead, uint32_t slots[VIEW_MEMBERS])
{
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < lead->settings.slots && slot < VIEW_MEMBERS; slot++) {
        if (!identity_known(&lead->peers[slot].id) || lead->peers[slot].lost)
            slots[count++] = slot;
    }
    return count;
}

/* Peers. */

bool lead_peer_there(const struct lead_peer *peer)
{
    return identity_known(&peer->id) && !peer->lost;
}

/* The peer that is exactly this incarnation, or NULL. */
struct lead_peer *lead_peer_of(struct lead *lead, const struct identity *id)
{
    struct lead_peer *peer;

    if (id->slot >= VIEW_MEMBERS)
        return NULL;
    peer = &lead->peers[id->slot];
    return identity_equal(&peer->id, id) ? peer : NULL;
}

struct lead_peer *lead_peer_add(struct lead *lead, const struct identity *id)
{
    struct lead_peer *peer = &lead->peers[id->slot];

    *peer = (struct lead_peer){.id = *id, .committed = -1};
    if (id->slot >= lead->peer_count)
        lead->peer_count = id->slot + 1;
    return peer;
}

/* Ending. */

static void finish_send(struct lead *lead, const struct identity *to, struct effects *effects)
{
    struct message *message = effects_send(effects, to, MESSAGE_FINISH, lead->number);

    message->outcome = lead->outcome;
    message->text = lead->result;
}

void lead_finish(struct lead *lead, enum outcome outcome, const char *text, struct effects *effects)
{
    lead->state = LEAD_ENDED;
    lead->outcome = outcome;
    if (text)
        snprintf(lead->result, sizeof lead->result, "%s", text);
    effects_timer(effects, LEAD_NEVER);
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        /* The own agent is told in any case: it may be the one that was late. */
        if (lead_peer_there(&lead->peers[slot]) || slot == lead->self.slot)
            finish_send(lead, &lead->peers[slot].id, effects);
    }
}

/* Goes back to being led. Whoever promised this candidate something is told that it has given up,
 * and whom to follow, where that is known. */
static void sleep_again(struct lead *lead, const struct identity *followed, struct effects *effects)
{
    lead->state = LEAD_ASLEEP;
    lead->repairing = false;
    effects_timer(effects, LEAD_NEVER);
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];
        struct message *message;

        if (!lead_peer_there(peer) || slot == lead->self.slot)
            continue;
        message = effects_send(effects, &peer->id, MESSAGE_REFUSE, lead->number);
        message->decided = &lead->base;
        message->lead = *followed;
        message->text = "gave up";
    }
}

/* Faults and losses. */

static bool concerned(struct lead *lead, const struct identity *id)
{
    if (lead->state == LEAD_RUN)
        return view_find(&lead->base, id) >= 0;
    return view_find(&lead->base, id) >= 0 || view_find(&lead->view, id) >= 0;
}

/* Whether it has no part in what is run or formed. Before the first view everybody has. */
static bool outsider(struct lead *lead, const struct identity *id)
{
    return lead->base.generation && !concerned(lead, id);
}

static LEAD_HANDLER(faulted)
{
    const struct message *message = event->message;
    struct lead_peer *peer = lead_peer_of(lead, &message->from);
    const struct lead_fault what = {&message->from, &message->fault, message->text};
    bool current = message->number == lead->number;

    if (!peer)
        return;
    /* Rule 17: a spare that is of no use stops nothing. */
    if (message->fault.final && outsider(lead, &peer->id)) {
        peer->unfit = message->fault.cause;
        if (lead->state == LEAD_GATHER)
            lead_gather_check(lead, now, effects);
        if (lead->state == LEAD_RUN)
            lead_size_watch(lead, now, effects);
        return;
    }
    if (lead->state == LEAD_RUN &&
        (outsider(lead, &peer->id) || (!current && !message->fault.final)))
        return; /* a spare's, or of a generation that is over */
    /* It gives up its pod, and leaves. When it leads, others will. */
    if (cause_rung(message->fault.cause) == 4) {
        if (!peer->lost && !identity_equal(&peer->id, &lead->self))
            lead_peer_gone(lead, peer, message->fault.cause, message->text, now, effects);
        return;
    }
    if (!lead_blame(lead, &what, now, effects))
        return;
    /* A fault that was sent before the promise is contained in it. */
    if (current)
        lead_gather(lead, now, effects);
}

void lead_peer_gone(struct lead *lead,
                    struct lead_peer *peer,
                    enum cause cause,
                    const char *text,
                    int64_t now,
                    struct effects *effects)
{
    const struct identity id = peer->id;
    const struct fault fault = {.cause = peer->leaving ? CAUSE_DRAIN : cause};
    const struct lead_fault what = {&id, &fault, text};
    bool majority = lead_majority_there(lead);

    peer->lost = true;
    peer->promised = peer->ready = peer->recorded = false;
    if (!concerned(lead, &peer->id)) {
        if (lead->state == LEAD_GATHER)
            lead_gather_check(lead, now, effects);
        if (lead->state == LEAD_RUN)
            lead_size_watch(lead, now, effects);
        return;
    }
    if (!lead_blame(lead, &what, now, effects))
        return;
    if (lead->state == LEAD_GATHER)
        lead_gather_check(lead, now, effects);
    else
        lead_gather(lead, now, effects);
    /* So many at once: more likely the lead itself was away, and another leads. */
    if (majority && !lead_majority_there(lead))
        lead_gather_lost(lead, effects);
}

static LEAD_HANDLER(peer_lost)
{
    struct lead_peer *peer = lead_peer_of(lead, &event->identity);

    if (peer && !peer->lost)
        lead_peer_gone(lead,
                       peer,
                       CAUSE_AGENT_LOST,
                       event->silent ? "nothing is heard of it" : "",
                       now,
                       effects);
}

/* One rank that is behind is ended by its agent, which then tells of it as of a crash. Where nobody
 * is behind, all leave the generation: who cannot is found by that. */
static LEAD_HANDLER(hung)
{
    struct fault fault = {.cause = CAUSE_HANG, .local_rank = event->local_rank};
    const struct lead_fault what = {&lead->base.members[0], &fault, event->text};
    struct message *message;

    if (identity_known(&event->identity)) {
        message = effects_send(effects, &event->identity, MESSAGE_KILL, lead->number);
        message->fault = fault;
        message->text = event->text;
        return;
    }
    fault.cause = CAUSE_COMMUNICATOR;
    if (lead_blame(lead, &what, now, effects))
        lead_gather(lead, now, effects);
}

/* Rule 10. */
static void out_send(const struct lead *lead, const struct identity *to, struct effects *effects)
{
    effects_send(effects, to, MESSAGE_OUT, lead->number)->decided = &lead->base;
}

/* Who says hello has no place: also a member that lost its session and came back, or another
 * incarnation in a member's slot. Then the generation that counts on it is over. Anybody else is a
 * spare while one runs. */
static LEAD_HANDLER(hello)
{
    const struct identity *from = &event->message->from;
    struct fault fault = {.cause = CAUSE_AGENT_LOST};
    struct lead_peer before;
    const struct lead_fault what = {&before.id, &fault, ""};

    if (from->slot >= VIEW_MEMBERS)
        return;
    before = lead->peers[from->slot];
    if (identity_known(&before.id) && !identity_equal(&before.id, from)) {
        fault.cause = before.leaving ? CAUSE_DRAIN : CAUSE_AGENT_NEW;
        /* It may be the newer one, and the hello late. Then it lives, and says hello again. */
        if (!before.lost)
            effects_add(effects, EFFECT_CUT)->to = before.id;
    }
    lead_peer_add(lead, from);
    if (lead->state == LEAD_GATHER) {
        lead_prepare(lead, from, effects);
    } else if (lead_peer_there(&before) && concerned(lead, &before.id)) {
        if (lead_blame(lead, &what, now, effects))
            lead_gather(lead, now, effects);
    } else if (lead->state == LEAD_RUN) {
        out_send(lead, from, effects);
        lead_tell_spares(lead, effects);
        lead_size_watch(lead, now, effects);
    }
}

static LEAD_HANDLER(hello_ended)
{
    (void)now;
    finish_send(lead, &event->message->from, effects);
}

/* Outbid: one number above the other at once, then a pause. Where the refuser follows a lead that
 * lives, that one is followed; an earlier life of the own slot does not live. */
LEAD_HANDLER(lead_refused)
{
    const struct message *message = event->message;
    bool led = identity_known(&message->lead) && message->lead.slot != lead->self.slot;

    if (lead->state == LEAD_RUN && message->number <= lead->number)
        return; /* what it refused is over */
    if (!led && message->number < lead->number)
        return; /* a candidate with a lower number has given up */
    if (message->number > lead->seen)
        lead->seen = message->number;
    if (!led && message->number >= lead->number && !lead->outbid++) {
        lead_gather(lead, now, effects);
        return;
    }
    sleep_again(lead, &message->lead, effects);
    effects_add(effects, EFFECT_CUT)->to = lead->self;
    if (led)
        effects_add(effects, EFFECT_FOLLOW)->to = message->lead;
}

static LEAD_HANDLER(done)
{
    const struct message *message = event->message;
    struct lead_peer *peer = lead_peer_of(lead, &message->from);
    int place = view_find(&lead->base, &message->from);

    if (!peer || place < 0 || message->number != lead->base.generation)
        return;
    peer->done = true;
    if (place == 0) {
        lead->outcome = message->outcome;
        snprintf(lead->result, sizeof lead->result, "%s", message->text ? message->text : "");
    }
    for (uint32_t i = 0; i < lead->base.count; i++) {
        if (!lead->peers[lead->base.members[i].slot].done)
            return;
    }
    if (lead->parting == LEAD_HANDS_OVER && lead->outcome == OUTCOME_STOPPED)
        lead_regroup(lead, now, effects);
    else
        lead_finish(lead, lead->outcome, NULL, effects);
}

static LEAD_HANDLER(stepped)
{
    if (!lead->repairing)
        return;
    lead->incident.restored = event->restored;
    lead->incident.stepped = event->stepped;
    lead->repairing = false;
    effects_add(effects, EFFECT_INCIDENT);
    lead_size_watch(lead, now, effects);
}

static LEAD_HANDLER(fenced)
{
    (void)now;
    lead_finish(lead, OUTCOME_FAILED, event->text, effects);
}

static LEAD_HANDLER(yield)
{
    (void)now;
    sleep_again(lead, &event->identity, effects);
}

static LEAD_HANDLER(stand)
{
    view_copy(&lead->base, event->view);
    if (event->number > lead->seen)
        lead->seen = event->number;
    memset(lead->peers, 0, sizeof lead->peers);
    lead->peer_count = 0;
    lead->short_since = lead->larger_since = 0;
    lead->outbid = 0;
    lead_peer_add(lead, &lead->self);
    for (uint32_t i = 0; i < event->roster->count; i++)
        lead_peer_add(lead, &event->roster->members[i]);
    for (uint32_t i = 0; i < lead->base.count; i++) {
        const struct identity *member = &lead->base.members[i];

        if (!identity_known(&lead->peers[member->slot].id))
            lead_peer_add(lead, member)->lost = true; /* tried again later */
    }
    if (identity_known(&event->identity)) {
        const struct fault fault = {.cause = event->left ? CAUSE_DRAIN : CAUSE_AGENT_LOST,
                                    .age = now - event->since};
        const struct lead_fault what = {&event->identity, &fault, "it was the lead"};
        struct lead_peer *peer = lead_peer_of(lead, &event->identity);

        if (peer)
            peer->leaving = event->left;
        if (!lead_blame(lead, &what, now, effects))
            return;
    }
    lead_gather(lead, now, effects);
}

/* A larger view has been possible for long enough: it is formed as after a fault, but costs no
 * budget. */
static void grow(struct lead *lead, int64_t now, struct effects *effects)
{
    const struct fault fault = {.cause = CAUSE_RESIZED};
    char text[64];
    const struct lead_fault what = {&lead->self, &fault, text};

    snprintf(text,
             sizeof text,
             "from %u to %u replicas",
             (unsigned)lead->base.count,
             (unsigned)lead_size_larger(lead));
    if (lead_blame(lead, &what, now, effects))
        lead_gather(lead, now, effects);
}

/* Which is about those that leave, or about a larger view. */
static LEAD_HANDLER(run_late)
{
    if (lead->parting != LEAD_TOGETHER)
        lead_run_late(lead, event, now, effects);
    else if (lead->larger_since)
        grow(lead, now, effects);
}

/* A phase takes too long. */

static LEAD_HANDLER(form_late)
{
    char reason[256];

    (void)event;
    (void)now;
    for (uint32_t i = 0; i < lead->view.count; i++) {
        uint32_t slot = lead->view.members[i].slot;

        if (lead->peers[slot].ready)
            continue;
        snprintf(reason,
                 sizeof reason,
                 "slot %u: its ranks were not ready within %lld s (deadlines.startSeconds)",
                 (unsigned)slot,
                 (long long)(lead->settings.start / INT64_C(1000000000)));
        lead_finish(lead, OUTCOME_FAILED, reason, effects);
        return;
    }
}

/* An empty cell: the event says nothing new in that state and is passed over. */
static const lead_handler table[LEAD_STATES][LEAD_EVENTS] = {
    [LEAD_ASLEEP] = {[LEAD_STAND] = stand},
    [LEAD_GATHER] = {[LEAD_HELLO] = hello,
                     [LEAD_LEAVE] = lead_leave_gathering,
                     [LEAD_PROMISE] = lead_promised,
                     [LEAD_REFUSE] = lead_refused,
                     [LEAD_FAULT] = faulted,
                     [LEAD_WITNESSED] = lead_witnessed,
                     [LEAD_LEARNED] = lead_learned,
                     [LEAD_LOST] = peer_lost,
                     [LEAD_DRAIN] = lead_drain_forming,
                     [LEAD_YIELD] = yield,
                     [LEAD_TIMER] = lead_gather_late},
    [LEAD_FORM] = {[LEAD_HELLO] = hello,
                   [LEAD_LEAVE] = lead_leave_forming,
                   [LEAD_REFUSE] = lead_refused,
                   [LEAD_READY] = lead_ready,
                   [LEAD_FAULT] = faulted,
                   [LEAD_LOST] = peer_lost,
                   [LEAD_DRAIN] = lead_drain_forming,
                   [LEAD_YIELD] = yield,
                   [LEAD_TIMER] = form_late},
    [LEAD_RECORD] = {[LEAD_HELLO] = hello,
                     [LEAD_LEAVE] = lead_leave_noted,
                     [LEAD_REFUSE] = lead_refused,
                     [LEAD_RECORDED] = lead_recorded,
                     [LEAD_FAULT] = faulted,
                     [LEAD_WITNESSED] = lead_witnessed,
                     [LEAD_LOST] = peer_lost,
                     [LEAD_DRAIN] = lead_drain_forming,
                     [LEAD_YIELD] = yield,
                     [LEAD_TIMER] = lead_record_late},
    [LEAD_RUN] = {[LEAD_HELLO] = hello,
                  [LEAD_LEAVE] = lead_leave_running,
                  [LEAD_REFUSE] = lead_refused,
                  [LEAD_FAULT] = faulted,
                  [LEAD_DONE] = done,
                  [LEAD_LOST] = peer_lost,
                  [LEAD_HUNG] = hung,
                  [LEAD_STEPPED] = stepped,
                  [LEAD_FENCED] = fenced,
                  [LEAD_DRAIN] = lead_drain_running,
                  [LEAD_YIELD] = yield,
                  [LEAD_TIMER] = run_late},
    [LEAD_ENDED] = {[LEAD_HELLO] = hello_ended},
};

bool lead_hears(enum lead_state state, enum lead_event_kind kind)
{
    return table[state][kind] != NULL;
}

/* What must be true after every step. */
static void lead_invariant(const struct lead *lead, uint64_t number_before)
{
    assert(lead->number >= number_before);
    assert(lead->seen >= lead->number);
    assert(lead->state != LEAD_FORM || lead->view.generation == lead->number);
    assert(lead->state != LEAD_RUN || lead->base.generation == lead->number);
    /* Who ends the job as soon as it stands has no number of its own yet. */
    assert(lead->base.generation <= lead->number || lead->state == LEAD_ASLEEP ||
           lead->state == LEAD_ENDED);
    (void)lead;
    (void)number_before;
}

LEAD_HANDLER(lead_step)
{
    lead_handler handler = table[lead->state][event->kind];
    uint64_t number_before = lead->number;

    if (handler)
        handler(lead, event, now, effects);
    lead_invariant(lead, number_before);
}
