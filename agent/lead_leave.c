/* lead_leave - members whose pods are to end: they hand over between two steps and the others go
 * on, or, where those are too few, the job saves and stops.
 *
 * A job that runs: the first word opens a time in which others are gathered (LEAVES_GATHER). Then
 * all ranks are asked to agree on a step. After it the lead forms the next generation without those
 * that leave. If the lead itself is one of them, it gives way first: whoever leads next knows why.
 */
#include "agent/lead_private.h"
#include "wire/link.h"

#define LEAVES_GATHER INT64_C(200000000)

static bool stays(const struct lead_peer *peer)
{
    return lead_peer_there(peer) && !peer->leaving;
}

static bool leaves(const struct lead_peer *peer)
{
    return lead_peer_there(peer) && peer->leaving;
}

bool lead_may_part(struct lead *lead)
{
    size_t staying = lead_votes(lead, stays);

    if (lead->stopping)
        return false; /* all of them save */
    if (!lead->base.generation)
        return true; /* nothing was trained yet */
    return staying && view_majority(&lead->base, staying, true);
}

/* Whether nobody who leaves holds a newer state than those that stay. As promises say. */
static bool stayers_hold_newest(const struct lead *lead)
{
    int64_t newest[2] = {-1, -1};

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];

        if (peer->promised && peer->committed > newest[peer->leaving])
            newest[peer->leaving] = peer->committed;
    }
    return newest[false] >= newest[true];
}

bool lead_parts(struct lead *lead)
{
    return lead_may_part(lead) && stayers_hold_newest(lead);
}

bool lead_is_leaving(const struct lead *lead)
{
    return lead->peers[lead->self.slot].leaving;
}

void lead_give_way(struct lead *lead, struct effects *effects)
{
    lead->state = LEAD_ASLEEP;
    lead->repairing = false;
    effects_timer(effects, LEAD_NEVER);
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        if (lead_peer_there(&lead->peers[slot]))
            effects_send(effects, &lead->peers[slot].id, MESSAGE_LEAVE, lead->number);
    }
}

void lead_release(struct lead *lead, struct effects *effects)
{
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        struct lead_peer *peer = &lead->peers[slot];

        if (!leaves(peer) || slot == lead->self.slot)
            continue;
        peer->lost = true;
        peer->promised = false;
        effects_send(effects, &peer->id, MESSAGE_FINISH, lead->number)->outcome = OUTCOME_DRAINED;
    }
}

void lead_leave_late(struct lead *lead, struct effects *effects)
{
    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        if (stays(&lead->peers[slot]))
            return;
    }
    if (lead_is_leaving(lead))
        lead_finish(lead,
                    OUTCOME_STOPPED,
                    "all pods are to end and a member is missing: nothing newer than the newest "
                    "checkpoint was saved",
                    effects);
}

/* How long the one who must go first can stay. */
static int64_t patience(const struct lead *lead, int64_t now)
{
    int64_t least = LEAD_NEVER;

    for (uint32_t slot = 0; slot < lead->peer_count; slot++) {
        const struct lead_peer *peer = &lead->peers[slot];

        if (leaves(peer) && peer->leave_by - now < least)
            least = peer->leave_by - now;
    }
    return least > 0 ? least : 0;
}

/* Forms the next generation without those that leave, or lets another one do it. */
void lead_regroup(struct lead *lead, int64_t now, struct effects *effects)
{
    const struct fault fault = {.cause = CAUSE_DRAIN, .age = now - lead->asked_at};

    lead->parting = LEAD_TOGETHER;
    if (lead_is_leaving(lead) && lead_may_part(lead)) {
        lead_give_way(lead, effects);
        return;
    }
    for (uint32_t i = 0; i < lead->base.count; i++) {
        const struct lead_peer *peer = lead_peer_of(lead, &lead->base.members[i]);

        if (!peer || !leaves(peer))
            continue;
        lead_blame(
            lead, &(struct lead_fault){&peer->id, &fault, "its pod is to end"}, now, effects);
        break;
    }
    lead_gather(lead, now, effects);
}

/* All ranks stop together, after they have saved. A foreign trainer saves when it is asked to end.
 */
static void stop(struct lead *lead, struct effects *effects)
{
    lead->stopping = true;
    lead->parting = LEAD_TOGETHER;
    lead->larger_since = 0;
    if (lead->settings.foreign) {
        lead_finish(lead, OUTCOME_STOPPED, "", effects);
        return;
    }
    effects_timer(effects, LEAD_NEVER);
    effects_add(effects, EFFECT_DRAIN)->number = LINK_DRAIN_STOP;
}

/* Those that leave have been gathered, or were given their time to hand over. */
LEAD_HANDLER(lead_run_late)
{
    (void)event;
    if (lead->parting == LEAD_GATHERS_LEAVES && !lead_may_part(lead)) {
        stop(lead, effects);
    } else if (lead->parting == LEAD_GATHERS_LEAVES && !lead->settings.foreign) {
        lead->parting = LEAD_HANDS_OVER;
        effects_timer(effects, now + patience(lead, now) / 2);
        effects_add(effects, EFFECT_DRAIN)->number = LINK_DRAIN_HAND_OVER;
    } else {
        lead_regroup(lead, now, effects);
    }
}

static void leaves_gather(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->parting = LEAD_GATHERS_LEAVES;
    lead->larger_since = 0;
    lead->asked_at = now;
    effects_timer(effects, now + LEAVES_GATHER);
}

void lead_run_begins(struct lead *lead, int64_t now, struct effects *effects)
{
    lead->parting = LEAD_TOGETHER;
    if (lead->stopping)
        stop(lead, effects);
    else if (lead_votes(lead, leaves))
        leaves_gather(lead, now, effects);
    else
        effects_timer(effects, LEAD_NEVER);
}

/* Takes note of one that leaves. Returns it, or NULL when it is nobody's business. */
static struct lead_peer *note(struct lead *lead, const struct lead_event *event, int64_t now)
{
    struct lead_peer *peer = lead_peer_of(lead, &event->message->from);

    if (!peer)
        return NULL;
    peer->leaving = true;
    peer->leave_by = now + event->message->patience;
    return peer;
}

LEAD_HANDLER(lead_leave_noted)
{
    (void)effects;
    note(lead, event, now);
}

LEAD_HANDLER(lead_leave_gathering)
{
    if (note(lead, event, now))
        lead_gather_check(lead, now, effects);
}

/* Nothing is lost yet by beginning again. */
LEAD_HANDLER(lead_leave_forming)
{
    const struct lead_peer *peer = note(lead, event, now);

    if (peer && view_find(&lead->view, &peer->id) >= 0)
        lead_gather(lead, now, effects);
}

LEAD_HANDLER(lead_leave_running)
{
    const struct lead_peer *peer = note(lead, event, now);

    if (peer && view_find(&lead->base, &peer->id) >= 0 && !lead->stopping &&
        lead->parting == LEAD_TOGETHER)
        leaves_gather(lead, now, effects);
}

/* Asked to stop while no generation runs: where nothing was trained, nothing is to be saved. Else
 * the next generation stops as soon as it runs. */
LEAD_HANDLER(lead_drain_forming)
{
    (void)event;
    (void)now;
    if (lead->settings.foreign || !lead->base.generation)
        lead_finish(lead, OUTCOME_STOPPED, "", effects);
    else
        lead->stopping = true;
}

/* A hand-over that has begun is finished first: ranks that have agreed on it have not saved. */
LEAD_HANDLER(lead_drain_running)
{
    (void)event;
    (void)now;
    if (lead->parting == LEAD_HANDS_OVER && !lead->settings.foreign)
        lead->stopping = true;
    else
        stop(lead, effects);
}
