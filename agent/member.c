/* member - the machine of every agent, as a table of states and events.
 *
 * Rules are numbered as in docs/rendezvous.md. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "agent/member_private.h"

typedef void (*member_handler)(struct member *member,
                               const struct member_event *event,
                               int64_t now,
                               struct effects *effects);

void member_init(struct member *member, const struct identity *self, uint64_t seed)
{
    memset(member, 0, sizeof *member);
    member->self = *self;
    member->quiet = true;
    member->committed = -1;
    member->patience = MEMBER_PATIENCE;
    member->form_patience = MEMBER_PATIENCE;
    member->random = seed;
}

const char *member_state_name(enum member_state state)
{
    static const char *const names[] = {"outside",
                                        "waiting",
                                        "quieting",
                                        "promised",
                                        "forming",
                                        "ready",
                                        "running",
                                        "orphan",
                                        "ended"};

    _Static_assert(sizeof names / sizeof *names == MEMBER_STATES, "one name a state");
    return names[state];
}

static bool ballot_equal(const struct ballot *a, const struct ballot *b)
{
    return a->number == b->number && identity_equal(&a->candidate, &b->candidate);
}

static struct ballot ballot_of(const struct message *message)
{
    return (struct ballot){message->number, message->from};
}

void member_learn(struct member *member, const struct view *decided)
{
    if (decided->generation <= member->base.generation)
        return;
    view_copy(&member->base, decided);
    member->next_number = 0;
    if (decided->generation > member->seen)
        member->seen = decided->generation;
}

static void refuse(const struct member *member,
                   const struct identity *to,
                   const char *why,
                   struct effects *effects)
{
    struct message *message = effects_send(effects, to, MESSAGE_REFUSE, member->promised.number);

    message->decided = &member->base;
    message->lead = member->lead;
    message->text = why;
}

void member_tell_verdict(const struct member *member, struct effects *effects)
{
    struct message *message;

    if (!member->verdict.final || !identity_known(&member->lead))
        return;
    message = effects_send(effects, &member->lead, MESSAGE_FAULT, member->promised.number);
    message->fault = member->verdict;
    message->text = member->verdict_text;
}

static void promise(struct member *member, int64_t now, struct effects *effects)
{
    struct message *message;

    member->promised = member->asked;
    member->lead = member->asked.candidate;
    member->state = MEMBER_PROMISED;
    member_tell_verdict(member, effects); /* before it is chosen for what it cannot do */
    member_tell_leaving(member, now, effects);
    message = effects_send(effects, &member->lead, MESSAGE_PROMISE, member->promised.number);
    message->decided = &member->base;
    message->next_number = member->next_number;
    message->next = member->next_number ? &member->next : NULL;
    message->committed = member->committed;
    message->begun = member->begun;
    effects_timer(effects, now + member->patience);
}

/* Whether it has promised a candidate, and waits for what comes of it or runs what came. */
static bool engaged(const struct member *member)
{
    return member->state == MEMBER_PROMISED || member->state == MEMBER_FORMING ||
           member->state == MEMBER_READY || member->state == MEMBER_RUNNING;
}

/* Rule 14: a member that hears its lead does not listen to others, unless it has heard that a later
 * view than its lead can form is decided already. */
static bool follows_another(const struct member *member, const struct identity *candidate)
{
    if (member->base.generation > member->promised.number)
        return false;
    return engaged(member) && !identity_equal(&member->lead, candidate);
}

/* Rules 1 and 2. */
static MEMBER_HANDLER(prepare)
{
    const struct message *message = event->message;
    struct ballot asked = ballot_of(message);

    member_learn(member, message->decided);
    if (message->number > member->seen)
        member->seen = message->number;
    if (message->number < member->promised.number ||
        (message->number == member->promised.number && !ballot_equal(&asked, &member->promised))) {
        refuse(member, &message->from, "a higher number is promised", effects);
        return;
    }
    if (follows_another(member, &message->from)) {
        refuse(member, &message->from, "the lead is alive", effects);
        return;
    }
    if (member->state == MEMBER_QUIETING && message->number < member->asked.number)
        return;
    member->asked = asked;
    member->lead = asked.candidate;
    if (member->quiet) {
        promise(member, now, effects);
        return;
    }
    member->state = MEMBER_QUIETING;
    effects_add(effects, EFFECT_REVOKE)->number = message->number;
    effects_timer(effects, MEMBER_NEVER);
}

static MEMBER_HANDLER(quieted)
{
    member->quiet = true;
    member->committed = event->message->committed;
    member->begun = event->message->begun;
    if (member->state == MEMBER_QUIETING)
        promise(member, now, effects);
}

/* Rule 6, and only for the number that is promised: every member is asked for a promise first. */
static MEMBER_HANDLER(assign)
{
    const struct message *message = event->message;
    struct ballot from = ballot_of(message);
    struct effect *place;

    if (!ballot_equal(&from, &member->promised) || !member->quiet ||
        message->decided->generation < member->base.generation ||
        view_find(message->view, &member->self) < 0) {
        refuse(member, &message->from, "not for me", effects);
        return;
    }
    member_learn(member, message->decided);
    view_copy(&member->assigned, message->view);
    member->quiet = false;
    member->lead = message->from;
    member->state = MEMBER_FORMING;
    place = effects_add(effects, EFFECT_PLACE);
    place->number = message->number;
    place->view = &member->assigned;
    effects_timer(effects, now + member->form_patience);
}

static MEMBER_HANDLER(ranks_set)
{
    struct message *message;

    if (event->message->number != member->assigned.generation)
        return;
    member->state = MEMBER_READY;
    message = effects_send(effects, &member->lead, MESSAGE_READY, event->message->number);
    message->blobs = event->message->blobs;
    message->blob_count = event->message->blob_count;
    effects_timer(effects, now + member->form_patience);
}

/* Rule 7, and only for the number that is promised. */
static MEMBER_HANDLER(record)
{
    const struct message *message = event->message;
    struct ballot from = ballot_of(message);
    struct message *answer;

    (void)now;
    if (!ballot_equal(&from, &member->promised) ||
        message->decided->generation < member->base.generation ||
        view_find(message->decided, &member->self) < 0) {
        refuse(member, &message->from, "not an elector of this number", effects);
        return;
    }
    member_learn(member, message->decided);
    view_copy(&member->next, message->view);
    member->next_number = message->number;
    answer = effects_send(effects, &message->from, MESSAGE_RECORDED, message->number);
    answer->decided = &member->base;
}

/* Rule 8. A view is not run any more once a later one is known to be decided. */
static MEMBER_HANDLER(go)
{
    const struct message *message = event->message;
    struct ballot from = ballot_of(message);

    (void)now;
    if (!ballot_equal(&from, &member->promised) || member->assigned.generation != message->number ||
        member->base.generation > message->number)
        return;
    member_learn(member, &member->assigned);
    member->state = MEMBER_RUNNING;
    member->stands = 0;
    effects_add(effects, EFFECT_START)->message = *message;
    effects_timer(effects, MEMBER_NEVER);
}

/* The number that it waits for something about, or runs; 0 = none. */
static uint64_t engagement(const struct member *member)
{
    if (member->state == MEMBER_QUIETING)
        return member->asked.number;
    return engaged(member) ? member->promised.number : 0;
}

/* Rule 10: a view without this agent is decided. One that came late says nothing about a later
 * number. */
static MEMBER_HANDLER(out)
{
    const struct message *message = event->message;
    bool quieting = member->state == MEMBER_QUIETING;

    (void)now;
    if (message->decided->generation < member->base.generation)
        return;
    member_learn(member, message->decided);
    if (view_find(&member->base, &member->self) >= 0 || message->number < engagement(member))
        return;
    if (member->leaving) {
        member_go_away(member, effects);
        return;
    }
    member->lead = message->from;
    member->state = MEMBER_WAITING;
    if (!member->quiet && !quieting)
        effects_add(effects, EFFECT_REVOKE)->number = member->base.generation;
    effects_timer(effects, MEMBER_NEVER);
}

static MEMBER_HANDLER(finish)
{
    struct effect *leave = effects_add(effects, EFFECT_LEAVE);

    (void)now;
    member->state = MEMBER_ENDED;
    leave->outcome = event->message->outcome;
    leave->text = event->message->text;
    effects_timer(effects, MEMBER_NEVER);
}

static MEMBER_HANDLER(fault)
{
    struct message *message;

    (void)now;
    if (member->quiet) {
        member->committed = event->message->committed;
        member->begun = event->message->begun;
    }
    if (event->message->fault.final && !member->verdict.final) {
        member->verdict = event->message->fault;
        snprintf(member->verdict_text,
                 sizeof member->verdict_text,
                 "%s",
                 event->message->text ? event->message->text : "");
    }
    if (!identity_known(&member->lead))
        return;
    message = effects_send(effects, &member->lead, MESSAGE_FAULT, member->promised.number);
    message->fault = event->message->fault;
    message->text = event->message->text;
}

static MEMBER_HANDLER(rank_hangs)
{
    const struct message *message = event->message;
    struct effect *kill;

    (void)now;
    if (!identity_equal(&message->from, &member->lead) ||
        message->number != member->assigned.generation)
        return;
    kill = effects_add(effects, EFFECT_KILL);
    kill->number = message->fault.local_rank;
    kill->text = message->text;
}

static MEMBER_HANDLER(done)
{
    struct message *message =
        effects_send(effects, &member->lead, MESSAGE_DONE, member->assigned.generation);

    (void)now;
    message->outcome = event->message->outcome;
    message->text = event->message->text;
}

static MEMBER_HANDLER(hello)
{
    (void)now;
    refuse(member, &event->message->from, "not the lead", effects);
}

/* An empty cell: the event says nothing new in that state and is passed over. */
static const member_handler table[MEMBER_STATES][MEMBER_EVENTS] = {
    [MEMBER_OUTSIDE] = {[MEMBER_HELLO] = hello,
                        [MEMBER_DRAIN] = member_drain,
                        [MEMBER_ASSIGN] = assign,
                        [MEMBER_RECORD] = record,
                        [MEMBER_ENROLLED] = member_enrolled,
                        [MEMBER_LEARNED] = member_learned,
                        [MEMBER_PREPARE] = prepare,
                        [MEMBER_OUT] = out,
                        [MEMBER_FINISH] = finish,
                        [MEMBER_QUIET] = quieted,
                        [MEMBER_FAULT] = fault,
                        [MEMBER_TIMER] = member_enroll_again},
    [MEMBER_WAITING] = {[MEMBER_HELLO] = hello,
                        [MEMBER_DRAIN] = member_drain,
                        [MEMBER_LEAVE] = member_lead_leaves,
                        [MEMBER_ASSIGN] = assign,
                        [MEMBER_RECORD] = record,
                        [MEMBER_PREPARE] = prepare,
                        [MEMBER_OUT] = out,
                        [MEMBER_FINISH] = finish,
                        [MEMBER_REFUSED] = member_refused,
                        [MEMBER_QUIET] = quieted,
                        [MEMBER_FAULT] = fault,
                        [MEMBER_LOST] = member_lost,
                        [MEMBER_TIMER] = member_enroll_again},
    [MEMBER_QUIETING] = {[MEMBER_HELLO] = hello,
                         [MEMBER_DRAIN] = member_drain,
                         [MEMBER_LEAVE] = member_lead_leaves,
                         [MEMBER_ASSIGN] = assign,
                         [MEMBER_RECORD] = record,
                         [MEMBER_REFUSED] = member_refused,
                         [MEMBER_PREPARE] = prepare,
                         [MEMBER_OUT] = out,
                         [MEMBER_FINISH] = finish,
                         [MEMBER_QUIET] = quieted,
                         [MEMBER_FAULT] = fault,
                         [MEMBER_LOST] = member_lost},
    [MEMBER_PROMISED] = {[MEMBER_HELLO] = hello,
                         [MEMBER_DRAIN] = member_drain,
                         [MEMBER_LEAVE] = member_lead_leaves,
                         [MEMBER_REFUSED] = member_refused,
                         [MEMBER_PREPARE] = prepare,
                         [MEMBER_ASSIGN] = assign,
                         [MEMBER_RECORD] = record,
                         [MEMBER_OUT] = out,
                         [MEMBER_FINISH] = finish,
                         [MEMBER_FAULT] = fault,
                         [MEMBER_LOST] = member_lost,
                         [MEMBER_TIMER] = member_late},
    [MEMBER_FORMING] = {[MEMBER_HELLO] = hello,
                        [MEMBER_DRAIN] = member_drain,
                        [MEMBER_LEAVE] = member_lead_leaves,
                        [MEMBER_REFUSED] = member_refused,
                        [MEMBER_PREPARE] = prepare,
                        [MEMBER_SET] = ranks_set,
                        [MEMBER_RECORD] = record,
                        [MEMBER_OUT] = out,
                        [MEMBER_FINISH] = finish,
                        [MEMBER_FAULT] = fault,
                        [MEMBER_LOST] = member_lost,
                        [MEMBER_TIMER] = member_late},
    [MEMBER_READY] = {[MEMBER_HELLO] = hello,
                      [MEMBER_DRAIN] = member_drain,
                      [MEMBER_LEAVE] = member_lead_leaves,
                      [MEMBER_REFUSED] = member_refused,
                      [MEMBER_PREPARE] = prepare,
                      [MEMBER_RECORD] = record,
                      [MEMBER_GO] = go,
                      [MEMBER_OUT] = out,
                      [MEMBER_FINISH] = finish,
                      [MEMBER_FAULT] = fault,
                      [MEMBER_LOST] = member_lost,
                      [MEMBER_TIMER] = member_late},
    [MEMBER_RUNNING] = {[MEMBER_HELLO] = hello,
                        [MEMBER_DRAIN] = member_drain,
                        [MEMBER_LEAVE] = member_lead_leaves,
                        [MEMBER_PREPARE] = prepare,
                        [MEMBER_OUT] = out,
                        [MEMBER_FINISH] = finish,
                        [MEMBER_FAULT] = fault,
                        [MEMBER_KILL] = rank_hangs,
                        [MEMBER_DONE] = done,
                        [MEMBER_LOST] = member_lost},
    [MEMBER_ORPHAN] = {[MEMBER_HELLO] = hello,
                       [MEMBER_DRAIN] = member_drain,
                       [MEMBER_ASSIGN] = assign,
                       [MEMBER_RECORD] = record,
                       [MEMBER_ENROLLED] = member_enrolled,
                       [MEMBER_PREPARE] = prepare,
                       [MEMBER_OUT] = out,
                       [MEMBER_FINISH] = finish,
                       [MEMBER_QUIET] = quieted,
                       [MEMBER_FAULT] = fault,
                       [MEMBER_TIMER] = member_stand},
};

bool member_hears(enum member_state state, enum member_event_kind kind)
{
    return table[state][kind] != NULL;
}

/* What must be true after every step. */
static void member_invariant(const struct member *member, uint64_t promised_before)
{
    assert(member->promised.number >= promised_before);
    assert(member->seen >= member->promised.number);
    assert(member->next_number <= member->promised.number);
    assert(member->state != MEMBER_PROMISED || member->quiet);
    assert(member->state != MEMBER_RUNNING ||
           member->assigned.generation == member->promised.number);
    assert(member->state != MEMBER_RUNNING ||
           member->base.generation >= member->assigned.generation);
    (void)member;
    (void)promised_before;
}

void member_step(struct member *member,
                 const struct member_event *event,
                 int64_t now,
                 struct effects *effects)
{
    member_handler handler = table[member->state][event->kind];
    uint64_t promised_before = member->promised.number;

    if (handler)
        handler(member, event, now, effects);
    member_invariant(member, promised_before);
}
