/* member_follow - whom an agent follows, and what it does when nobody is left: wait its turn to
 * stand, or ask the directory. */
#include "agent/member_private.h"
#include "base/random.h"

#define MILLISECOND    INT64_C(1000000)
#define STAND_STEP     (100 * MILLISECOND) /* between candidates: more than sessions take */
#define STAND_JITTER   (15 * MILLISECOND)  /* each waits up to so much longer */
#define SILENT_STEP    (300 * MILLISECOND) /* after silence: not all notice it at once */
#define ENROLL_DELAY   (20 * MILLISECOND)  /* before asking the directory again, at least */
#define STAND_PAUSE    (100 * MILLISECOND) /* doubled with each stand in vain */
#define STANDS_MOST    6                   /* doublings */
#define REDIRECTS_MOST 3
#define ENROLL_PAUSE   (200 * MILLISECOND) /* when it did not answer */

static void enroll_later(struct member *member, int64_t due, struct effects *effects)
{
    member->state = MEMBER_OUTSIDE;
    member->lead = (struct identity){0};
    effects_add(effects, EFFECT_ENROLL)->due = due;
    effects_timer(effects, MEMBER_NEVER);
}

/* Liveness: candidates of the base stand one after the other, by slot, so that usually the first
 * one wins before the second one tries; who stood in vain waits longer each time. After silence
 * also the first one waits, so that the others have noticed it. */
static int64_t stand_delay(struct member *member, bool silent)
{
    int64_t step = silent ? SILENT_STEP : STAND_STEP;
    int64_t jitter = silent ? SILENT_STEP / 2 : STAND_JITTER;
    int64_t delay = (int64_t)random_below(&member->random, (uint64_t)jitter);

    if (silent)
        delay += SILENT_STEP / 2;
    for (uint32_t i = 0; i < member->base.count; i++) {
        const struct identity *other = &member->base.members[i];

        if (other->slot < member->self.slot && !identity_equal(other, &member->gone))
            delay += step;
    }
    if (member->stands)
        delay += (int64_t)random_below(
            &member->random,
            (uint64_t)STAND_PAUSE << (member->stands < STANDS_MOST ? member->stands : STANDS_MOST));
    return delay;
}

/* The one it followed is gone. An elector will stand; anybody else asks the directory. */
static void orphan(struct member *member, bool silent, int64_t now, struct effects *effects)
{
    int64_t jitter = (int64_t)random_below(&member->random, ENROLL_DELAY);

    if (member->leaving) {
        member_unled(member, now, effects);
        return;
    }
    if (view_find(&member->base, &member->self) < 0) {
        enroll_later(member, now + ENROLL_DELAY + jitter, effects);
        return;
    }
    member->gone = member->lead;
    member->gone_left = false;
    member->orphaned = now;
    member->lead = (struct identity){0};
    member->state = MEMBER_ORPHAN;
    effects_timer(effects, now + stand_delay(member, silent));
}

MEMBER_HANDLER(member_lost)
{
    if (!identity_equal(&event->identity, &member->lead))
        return;
    if (event->silent)
        member->silent = member->lead;
    orphan(member, event->silent, now, effects);
}

/* Says hello to the lead. */
static void follow(struct member *member, const struct identity *lead, struct effects *effects)
{
    member->state = MEMBER_WAITING;
    member->lead = *lead;
    effects_send(effects, lead, MESSAGE_HELLO, 0);
    member_tell_verdict(member, effects);
    effects_timer(effects, MEMBER_NEVER);
}

/* Whom it said hello to does not lead. It may know who does, unless it names an earlier life of the
 * own slot. */
MEMBER_HANDLER(member_refused)
{
    const struct identity *from = &event->message->from;
    const struct identity *lead = &event->message->lead;

    if (!identity_equal(from, &member->lead))
        return;
    if (identity_known(lead) && !identity_equal(lead, from) && lead->slot != member->self.slot &&
        !member->leaving && member->redirects++ < REDIRECTS_MOST) {
        follow(member, lead, effects);
        return;
    }
    member->lead =
        (struct identity){0}; /* it lives: it is not lost, and is asked like the others */
    orphan(member, false, now, effects);
}

MEMBER_HANDLER(member_late)
{
    (void)event;
    orphan(member, false, now, effects);
}

MEMBER_HANDLER(member_stand)
{
    struct effect *effect;

    (void)event;
    if (member->leaving) {
        member_go_away(member, effects);
        return;
    }
    effect = effects_add(effects, EFFECT_STAND);
    if (identity_known(&member->gone) && !identity_equal(&member->gone, &member->self)) {
        effect->to = member->gone;
        effect->due = member->orphaned;
        effect->left = member->gone_left;
    }
    member->gone = (struct identity){0};
    member->stands++;
    effects_timer(effects, now + member->patience);
}

MEMBER_HANDLER(member_enroll_again)
{
    (void)event;
    enroll_later(member, now + ENROLL_PAUSE, effects);
}

/* Whether it stood in vain because others have not noticed yet that their lead is silent. Believed
 * once: after that the silence was between the two alone. */
static bool stood_early(struct member *member, const struct identity *lead)
{
    if (member->state != MEMBER_ORPHAN || !identity_known(lead) ||
        !identity_equal(lead, &member->silent))
        return false;
    member->silent = (struct identity){0};
    return true;
}

MEMBER_HANDLER(member_enrolled)
{
    if (member->leaving)
        return;
    member->redirects = 0;
    if (!event->stand && stood_early(member, &event->identity)) {
        effects_timer(effects, now + stand_delay(member, true));
        return;
    }
    if (!event->stand) {
        follow(member, &event->identity, effects);
        return;
    }
    member->state = MEMBER_WAITING;
    member_stand(member, event, now, effects);
}

/* An agent whose go was lost with its lead learns that it is an elector after all: it may stand. */
MEMBER_HANDLER(member_learned)
{
    member_learn(member, event->message->decided);
    if (view_find(&member->base, &member->self) >= 0)
        orphan(member, false, now, effects);
    else
        enroll_later(member, now + ENROLL_DELAY, effects);
}
