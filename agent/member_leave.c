/* member_leave - an agent whose pod is to end: it tells its lead, stays as long as others count on
 * it, and goes.
 *
 * Whoever leaves never stands and never says hello again: its slot may have another life already.
 * It can still be asked, and answers as an elector. */
#include "agent/member_private.h"

#define UNLED INT64_C(5000000000) /* that an elector without a lead waits to be asked */

void member_tell_leaving(const struct member *member, int64_t now, struct effects *effects)
{
    struct message *message;

    if (!member->leaving || !identity_known(&member->lead))
        return;
    message = effects_send(effects, &member->lead, MESSAGE_LEAVE, member->promised.number);
    message->patience = member->leave_by > now ? member->leave_by - now : 0;
}

void member_go_away(struct member *member, struct effects *effects)
{
    member->state = MEMBER_ENDED;
    effects_add(effects, EFFECT_LEAVE)->outcome = OUTCOME_DRAINED;
    effects_timer(effects, MEMBER_NEVER);
}

/* Whether a decision, or a generation, may need it. */
static bool needed(const struct member *member)
{
    static const bool engaged[MEMBER_STATES] = {[MEMBER_QUIETING] = true,
                                                [MEMBER_PROMISED] = true,
                                                [MEMBER_FORMING] = true,
                                                [MEMBER_READY] = true,
                                                [MEMBER_RUNNING] = true};

    return engaged[member->state] || view_find(&member->base, &member->self) >= 0;
}

MEMBER_HANDLER(member_drain)
{
    if (member->leaving)
        return;
    member->leaving = true;
    member->leave_by = now + event->message->patience;
    member_tell_leaving(member, now, effects);
    if (!needed(member))
        member_go_away(member, effects);
    else if (member->state == MEMBER_ORPHAN)
        member_unled(member, now, effects);
}

void member_unled(struct member *member, int64_t now, struct effects *effects)
{
    member->lead = (struct identity){0};
    if (view_find(&member->base, &member->self) < 0) {
        member_go_away(member, effects);
        return;
    }
    member->state = MEMBER_ORPHAN;
    effects_timer(effects, now + UNLED);
}

/* Its lead gives way: another one is to lead. */
MEMBER_HANDLER(member_lead_leaves)
{
    struct member_event lost = {.kind = MEMBER_LOST, .identity = event->message->from};

    if (!identity_equal(&lost.identity, &member->lead))
        return;
    member_lost(member, &lost, now, effects);
    member->gone_left = true;
}
