/* lead_form - from a fault to a running generation: gather, form, record, run.
 *
 * Rules are numbered as in docs/rendezvous.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lead_private.h"
#include "agent/lineup.h"
#include "base/memory.h"

size_t lead_votes(struct lead *lead, bool (*has)(const struct lead_peer *peer))
{
    size_t count = 0;

    for (uint32_t i = 0; i < lead->base.count; i++) {
        struct lead_peer *peer = lead_peer_of(lead, &lead->base.members[i]);

        if (peer && has(peer))
            count++;
    }
    return count;
}

static bool has_promised(const struct lead_peer *peer)
{
    return peer->promised;
}

static bool has_recorded(const struct lead_peer *peer)
{
    return peer->recorded;
}

static bool may_record(const struct lead_peer *peer)
{
    return peer->promised && !peer->lost;
}

/* Gathering. */

void lead_prepare(struct lead *lead, const struct identity *to, struct effects *effects)
{
    effects_send(effects, to, MESSAGE_PREPARE, lead->number)->decided = &lead->base;
}

/* Who has not answered by then is asked again. */
static void answers_await(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->answer_due = now + lead->settings.answer;
    effects_timer(effects, lead->answer_due);
}

void lead_gather(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->state = LEAD_GATHER;
    lead->parting = LEAD_TOGETHER;
    lead->number = ++lead->seen;
    lead->next_number = 0;
    lead->adopting = false;
    lead->witness_asked = lead->witness_promised = lead->witness_recorded = false;
    answers_await(lead, now, effects);
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        struct lead_peer *peer = &lead->peers[slot];

        peer->promised = peer->ready = peer->recorded = peer->done = false;
        if (lead_peer_there(peer))
            lead_prepare(lead, &peer->id, effects);
    }
    lead_gather_check(lead, now, effects);
}

bool lead_majority_there(struct lead *lead)
{
    return view_majority(&lead->base, lead_votes(lead, lead_peer_there), true);
}

void lead_gather_lost(struct lead *lead, struct effects *effects)
{
    for (uint32_t i = 0; i < lead->base.count; i++) {
        const struct lead_peer *peer = lead_peer_of(lead, &lead->base.members[i]);

        if (peer && peer->lost)
            lead_prepare(lead, &peer->id, effects);
    }
}

/* Asks the witness for the vote of this phase, once until the timer. */
static void witness_ask(struct lead *lead, int64_t now, struct effects *effects)
{
    struct message *message;

    if (lead->witness_asked)
        return;
    lead->witness_asked = true;
    message = &effects_add(effects, EFFECT_WITNESS)->message;
    message->kind = lead->state == LEAD_RECORD ? MESSAGE_RECORD : MESSAGE_PREPARE;
    message->number = lead->number;
    message->decided = &lead->base;
    message->view = lead->state == LEAD_RECORD ? &lead->view : NULL;
    answers_await(lead, now, effects);
}

/* Whether the electors of the base who have promised are a majority. Where the witness's vote would
 * make them one, it is asked. */
static bool majority_promised(struct lead *lead, int64_t now, struct effects *effects)
{
    size_t count = lead_votes(lead, has_promised);

    if (view_majority(&lead->base, count, lead->witness_promised))
        return true;
    if (view_majority(&lead->base, count, true))
        witness_ask(lead, now, effects);
    return false;
}

/* Makes room for those of all ranks of the view. */
static void blobs_clear(struct lead *lead)
{
    free(lead->blobs);
    lead->blob_count = lead->view.count * lead->settings.ranks;
    lead->blobs = memory_get(lead->blob_count, sizeof *lead->blobs);
}

static void form(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->state = LEAD_FORM;
    lead->view.generation = lead->number;
    blobs_clear(lead);
    effects_timer(effects, now + lead->settings.start);
    for (uint32_t i = 0; i < lead->view.count; i++) {
        struct message *message =
            effects_send(effects, &lead->view.members[i], MESSAGE_ASSIGN, lead->number);

        message->decided = &lead->base;
        message->view = &lead->view;
    }
}

static void record(struct lead *lead, int64_t now, struct effects *effects);

/* Whether the agent's answer is waited for: a member's of the base always; anybody's before there
 * is one, so that the lowest slots get the lowest ranks, and when the view is to grow. Else a spare
 * is taken when it has answered. */
static bool waited_for(const struct lead *lead, const struct lead_peer *peer)
{
    bool grows = lead->repairing && lead->incident.cause == CAUSE_RESIZED;

    return lead_peer_there(peer) && !peer->promised &&
           (!lead->base.generation || grows || view_find(&lead->base, &peer->id) >= 0);
}

/* Chooses the members of the next view; who can never take part is passed over, and who leaves,
 * where they part. Returns whether there are enough; else the timer is set to when fewer will be.
 */
static bool members_choose(struct lead *lead, bool parts, int64_t now, struct effects *effects)
{
    struct lineup_candidate candidates[VIEW_MEMBERS];
    uint32_t count = 0;
    uint32_t size;
    int64_t due;

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];

        if (peer->promised && !peer->unfit && !(parts && peer->leaving))
            candidates[count++] =
                (struct lineup_candidate){peer->id, peer->committed, slot == lead->self.slot};
    }
    size = lead_size(lead, count, now);
    if (size)
        return !lineup_choose(&lead->base, candidates, count, size, &lead->view);
    due = lead_size_due(lead, count);
    if (due < lead->answer_due)
        effects_timer(effects, due);
    return false;
}

/* Ends the job when so many can never take part that waiting for the missing slots is of no use. */
static void unfit_check(struct lead *lead, struct effects *effects)
{
    const struct lead_peer *unfit = NULL;
    uint32_t count = 0;
    char reason[128];

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        if (!lead_peer_there(&lead->peers[slot]) || !lead->peers[slot].unfit)
            continue;
        unfit = &lead->peers[slot];
        count++;
    }
    if (!unfit || lead->settings.slots >= lead_size_least(lead) + count)
        return;
    snprintf(reason,
             sizeof reason,
             "slot %u is needed and cannot take part: %s (cannot be repaired)",
             (unsigned)unfit->id.slot,
             cause_name(unfit->unfit));
    lead_finish(lead, OUTCOME_FAILED, reason, effects);
}

/* Rules 4 and 5: with a majority, settles what may be decided already; else chooses the members. */
void lead_gather_check(struct lead *lead, int64_t now, struct effects *effects)
{
    bool parts;

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        if (waited_for(lead, &lead->peers[slot]))
            return;
    }
    if (lead->repairing && !lead->incident.revoked)
        lead->incident.revoked = now;
    if (!majority_promised(lead, now, effects))
        return;
    if (lead->next_number) {
        lead->adopting = true;
        view_copy(&lead->view, &lead->next);
        record(lead, now, effects);
        return;
    }
    parts = lead_parts(lead);
    if (parts && lead_is_leaving(lead)) {
        lead_give_way(lead, effects);
        return;
    }
    lead->view.count = 0;
    if (members_choose(lead, parts, now, effects)) {
        form(lead, now, effects);
        return;
    }
    /* The missing ones will say hello; meanwhile the timer keeps the others patient. */
    if (parts)
        lead_release(lead, effects);
    unfit_check(lead, effects);
}

/* A newer view is decided: it is the base from now on, and its members must be asked. A life that
 * it names takes the place of one that is lost. */
static void base_take(struct lead *lead, const struct view *decided)
{
    view_copy(&lead->base, decided);
    lead->next_number = 0;
    lead->short_since = lead->larger_since = 0;
    if (decided->generation > lead->seen)
        lead->seen = decided->generation;
    for (uint32_t i = 0; i < lead->base.count; i++) {
        const struct identity *member = &lead->base.members[i];

        if (!lead_peer_there(&lead->peers[member->slot]) && !lead_peer_of(lead, member))
            lead_peer_add(lead, member);
    }
}

/* Takes in what a promise says about decided views. A newer base starts the count again: whoever is
 * new then is asked, whoever has promised this number already has. A base above this number needs a
 * higher one. Returns whether the current number goes on. */
static bool promise_learn(struct lead *lead,
                          const struct message *message,
                          int64_t now,
                          struct effects *effects)
{
    if (message->decided->generation > lead->base.generation) {
        base_take(lead, message->decided);
        if (lead->base.generation >= lead->number) {
            lead_gather(lead, now, effects);
            return false;
        }
        for (uint32_t i = 0; i < lead->base.count; i++) {
            const struct lead_peer *peer = lead_peer_of(lead, &lead->base.members[i]);

            if (peer && lead_peer_there(peer) && !peer->promised)
                lead_prepare(lead, &peer->id, effects);
        }
    }
    if (message->decided->generation == lead->base.generation && message->next &&
        message->next_number > lead->next_number) {
        view_copy(&lead->next, message->next);
        lead->next_number = message->next_number;
    }
    return true;
}

LEAD_HANDLER(lead_promised)
{
    const struct message *message = event->message;
    struct lead_peer *peer = lead_peer_of(lead, &message->from);

    if (!peer || message->number != lead->number)
        return;
    peer->lost = false;
    peer->promised = true;
    peer->committed = message->committed;
    peer->begun = message->begun;
    if (promise_learn(lead, message, now, effects))
        lead_gather_check(lead, now, effects);
}

/* Forming. */

static void blobs_take(struct lead *lead, uint32_t place, const struct message *message)
{
    uint32_t first = lead_rank(lead, place);

    for (uint32_t i = 0; i < lead->settings.ranks && first + i < lead->blob_count; i++)
        lead->blobs[first + i] =
            i < message->blob_count ? message->blobs[i] : (struct blob){.size = 0};
}

LEAD_HANDLER(lead_ready)
{
    const struct message *message = event->message;
    struct lead_peer *peer = lead_peer_of(lead, &message->from);
    int place = view_find(&lead->view, &message->from);

    if (!peer || place < 0 || message->number != lead->number)
        return;
    peer->ready = true;
    blobs_take(lead, (uint32_t)place, message);
    for (uint32_t i = 0; i < lead->view.count; i++) {
        if (!lead->peers[lead->view.members[i].slot].ready)
            return;
    }
    record(lead, now, effects);
}

/* Recording. */

/* Rule 7: to every elector of the base, also to those that leave. */
static void record(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->state = LEAD_RECORD;
    lead->witness_asked = false;
    effects_timer(effects, now + lead->settings.answer);
    for (uint32_t i = 0; i < lead->base.count; i++) {
        struct lead_peer *peer = lead_peer_of(lead, &lead->base.members[i]);
        struct message *message;

        if (!peer || !may_record(peer))
            continue;
        message = effects_send(effects, &peer->id, MESSAGE_RECORD, lead->number);
        message->decided = &lead->base;
        message->view = &lead->view;
    }
    if (!view_majority(&lead->base, lead_votes(lead, may_record), false))
        witness_ask(lead, now, effects);
}

/* Rule 9: the state to restore is the newest that anybody of the new view holds. */
static void restore_choose(struct lead *lead)
{
    lead->restore = -1;
    lead->begun = 0;
    for (uint32_t i = 0; i < lead->view.count; i++) {
        const struct lead_peer *peer = &lead->peers[lead->view.members[i].slot];

        if (peer->committed > lead->restore)
            lead->restore = peer->committed;
        if (peer->begun > lead->begun)
            lead->begun = peer->begun;
    }
}

void lead_tell_spares(struct lead *lead, struct effects *effects)
{
    lead->spares.generation = lead->base.generation;
    lead->spares.count = 0;
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];

        if (lead_peer_there(peer) && !peer->leaving && view_find(&lead->base, &peer->id) < 0)
            view_add(&lead->spares, &peer->id);
    }
    for (uint32_t i = 0; i < lead->base.count && lead->spares.count; i++) {
        const struct identity *member = &lead->base.members[i];

        if (!identity_equal(member, &lead->self))
            effects_send(effects, member, MESSAGE_SPARES, lead->number)->view = &lead->spares;
    }
}

/* Rule 8: the view is decided; only now may anybody run. */
static void run(struct lead *lead, int64_t now, struct effects *effects)
{
    bool first = !lead->base.generation;

    base_take(lead, &lead->view);
    restore_choose(lead);
    if (lead_repeats(lead, effects))
        return;
    lead->began = now;
    lead->state = LEAD_RUN;
    lead->outbid = 0;
    lead->incident.generation = lead->base.generation;
    lead->incident.formed = now;
    if (lead->begun > lead->restore && lead->restore >= 0)
        lead->incident.steps_redone = lead->begun - lead->restore;
    lead_run_begins(lead, now, effects);
    if (first)
        effects_add(effects, EFFECT_FENCE)->number = lead->number;
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        struct lead_peer *peer = &lead->peers[slot];
        bool member = view_find(&lead->base, &peer->id) >= 0;
        struct message *message;

        if (!lead_peer_there(peer))
            continue;
        message = effects_send(effects, &peer->id, member ? MESSAGE_GO : MESSAGE_OUT, lead->number);
        message->decided = &lead->base;
        if (!member)
            continue;
        message->committed = lead->restore;
        message->blobs = lead->blobs;
        message->blob_count = lead->blob_count;
    }
    lead_tell_spares(lead, effects);
    lead_size_watch(lead, now, effects);
}

/* The witness was asked together with the others, where they are not enough. */
static void record_check(struct lead *lead, int64_t now, struct effects *effects)
{
    if (!view_majority(&lead->base, lead_votes(lead, has_recorded), lead->witness_recorded))
        return;
    if (!lead->adopting) {
        run(lead, now, effects);
        return;
    }
    base_take(lead, &lead->view); /* decided without go: a base, never run */
    lead_gather(lead, now, effects);
}

LEAD_HANDLER(lead_recorded)
{
    const struct message *message = event->message;
    struct lead_peer *peer = lead_peer_of(lead, &message->from);

    if (!peer || message->number != lead->number)
        return;
    peer->recorded = true;
    record_check(lead, now, effects);
}

/* The witness. */

LEAD_HANDLER(lead_witnessed)
{
    const struct message *message = event->message;

    if (!message)
        return; /* the timer asks again */
    if (message->kind == MESSAGE_REFUSE) {
        lead_refused(lead, event, now, effects);
        return;
    }
    if (message->number != lead->number)
        return;
    if (message->kind == MESSAGE_PROMISE && lead->state == LEAD_GATHER) {
        lead->witness_promised = true;
        if (promise_learn(lead, message, now, effects))
            lead_gather_check(lead, now, effects);
    } else if (message->kind == MESSAGE_RECORDED && lead->state == LEAD_RECORD) {
        lead->witness_recorded = true;
        record_check(lead, now, effects);
    }
}

LEAD_HANDLER(lead_learned)
{
    if (promise_learn(lead, event->message, now, effects))
        lead_gather_check(lead, now, effects);
}

/* Who has not answered is taken for lost; who has is asked again, so that it stays patient; who was
 * lost is tried again, because it may only have been its session, and stays lost until it answers.
 */
static void answers_late(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->witness_asked = false;
    /* A directory that began anew may have told two agents to form the first view. */
    if (!lead->base.generation)
        lead->witness_promised = false;
    answers_await(lead, now, effects);
    for (uint32_t slot = 0; slot < lead->peer_count && lead->state == LEAD_GATHER; slot++) {
        struct lead_peer *peer = &lead->peers[slot];

        if (!identity_known(&peer->id))
            continue;
        if (lead_peer_there(peer) && !peer->promised) {
            effects_add(effects, EFFECT_CUT)->to = peer->id;
            lead_peer_gone(lead, peer, CAUSE_STUCK, "", now, effects);
            continue;
        }
        lead_prepare(lead, &peer->id, effects);
    }
}

LEAD_HANDLER(lead_gather_late)
{
    bool late = now >= lead->answer_due;

    (void)event;
    if (late)
        answers_late(lead, now, effects);
    else
        effects_timer(effects, lead->answer_due);
    if (lead->state == LEAD_GATHER)
        lead_gather_check(lead, now, effects);
    if (late && lead->state == LEAD_GATHER)
        lead_leave_late(lead, effects);
}

LEAD_HANDLER(lead_record_late)
{
    (void)event;
    lead_gather(lead, now, effects);
}
