/* Who of an attempt is there, whom a newcomer follows, and when no majority can come back. */
#include "controller/enrolment.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "support/check.h"

#define LEAD_UNKNOWN 99

/* The agent of a slot in its life number `life`. */
static struct enrolled agent_of(uint8_t life)
{
    struct enrolled agent = {.address = "127.0.0.1:1", .node = "node", .ranks = 2};

    memset(agent.life, life, sizeof agent.life);
    return agent;
}

static void enrolment_release(struct enrolment **enrolment)
{
    enrolment_done(*enrolment);
    free(*enrolment);
}

CLEANUP_DEFINE(enrolment, struct enrolment *, enrolment_release)

static struct enrolment *enrolment_with(uint32_t replicas, uint32_t spares)
{
    struct enrolment *enrolment = memory_get(1, sizeof *enrolment);

    enrolment_init(enrolment, replicas, spares);
    return enrolment;
}

static struct enrolment *enrolment_of(uint32_t replicas)
{
    return enrolment_with(replicas, 0);
}

static void enroll(struct enrolment *enrolment, uint32_t slot, uint8_t life)
{
    struct enrolled agent = agent_of(life);

    CU_ASSERT(enrolment_enroll(enrolment, slot, &agent) == 0);
}

static void led(struct enrolment *enrolment, uint32_t slot, uint8_t life)
{
    struct enrolled agent = agent_of(life);

    enrolment_led(enrolment, slot, agent.life);
}

static void answer_is(const struct enrolment *enrolment,
                      uint32_t slot,
                      enum enrolment_answer wanted,
                      uint32_t wanted_lead)
{
    uint32_t lead = LEAD_UNKNOWN;

    CU_ASSERT(enrolment_answer(enrolment, slot, &lead) == wanted);
    CU_ASSERT(lead == wanted_lead);
}

static void all_wait_until_the_last_has_come(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(3);
    static const uint32_t order[] = {2, 0, 1};

    for (size_t i = 0; i < 3; i++) {
        for (uint32_t slot = 0; slot < 3; slot++)
            answer_is(enrolment, slot, ENROLMENT_WAIT, LEAD_UNKNOWN);
        enroll(enrolment, order[i], 1);
    }
    answer_is(enrolment, 0, ENROLMENT_STAND, 0);
    answer_is(enrolment, 1, ENROLMENT_FOLLOW, 0);
    answer_is(enrolment, 2, ENROLMENT_FOLLOW, 0);
}

/* Slots have no role: a spare's is as good as any. */
static void any_of_replicas_and_spares_that_are_enough_begin(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_with(2, 2);
    struct enrolled agent = agent_of(1);

    CU_ASSERT(enrolment_enroll(enrolment, 4, &agent) == 1);
    enroll(enrolment, 3, 1);
    answer_is(enrolment, 3, ENROLMENT_WAIT, LEAD_UNKNOWN);
    enroll(enrolment, 1, 1);
    answer_is(enrolment, 1, ENROLMENT_STAND, 1);
    answer_is(enrolment, 3, ENROLMENT_FOLLOW, 1);
}

static void who_begins_is_not_replaced_by_who_comes_later(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_with(2, 1);

    enroll(enrolment, 2, 1);
    enroll(enrolment, 1, 1);
    enroll(enrolment, 0, 1);
    answer_is(enrolment, 0, ENROLMENT_FOLLOW, 1);
    answer_is(enrolment, 1, ENROLMENT_STAND, 1);
    /* Others that are lost or come again make no difference. */
    enrolment_gone(enrolment, 0, NULL);
    enrolment_gone(enrolment, 2, NULL);
    enroll(enrolment, 2, 2);
    answer_is(enrolment, 2, ENROLMENT_FOLLOW, 1);
    enroll(enrolment, 0, 2);
    enroll(enrolment, 1, 2);
    answer_is(enrolment, 1, ENROLMENT_STAND, 1);
    /* Only when it is gone, the lowest of those who are there begins. */
    enrolment_gone(enrolment, 1, NULL);
    answer_is(enrolment, 0, ENROLMENT_WAIT, LEAD_UNKNOWN);
    enroll(enrolment, 1, 3);
    answer_is(enrolment, 1, ENROLMENT_FOLLOW, 0);
    answer_is(enrolment, 0, ENROLMENT_STAND, 0);
}

static void a_slot_that_the_job_does_not_have_is_refused(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(2);
    CLEAN(enrolment) struct enrolment *large = enrolment_of(ENROLMENT_SLOTS);
    struct enrolled agent = agent_of(1);

    CU_ASSERT(enrolment_enroll(enrolment, 2, &agent) == 1);
    CU_ASSERT(enrolment_enroll(enrolment, UINT32_MAX, &agent) == 1);
    CU_ASSERT(enrolment_enroll(large, ENROLMENT_SLOTS, &agent) == 1);
    CU_ASSERT(enrolment_enroll(large, ENROLMENT_SLOTS - 1, &agent) == 0);
    enrolment_gone(large, ENROLMENT_SLOTS, NULL);
    CU_ASSERT(large->slots[ENROLMENT_SLOTS - 1].there);
}

static void a_newcomer_follows_whoever_reports(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(3);

    for (uint32_t slot = 0; slot < 3; slot++)
        enroll(enrolment, slot, 1);
    led(enrolment, 2, 1);
    answer_is(enrolment, 0, ENROLMENT_FOLLOW, 2);
    enroll(enrolment, 0, 2);
    answer_is(enrolment, 0, ENROLMENT_FOLLOW, 2);
    led(enrolment, 1, 1);
    answer_is(enrolment, 0, ENROLMENT_FOLLOW, 1);
}

static void only_who_is_there_leads(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(3);

    enroll(enrolment, 0, 1);
    led(enrolment, 1, 1); /* has not enrolled */
    led(enrolment, 0, 2); /* another life */
    led(enrolment, 3, 1); /* no slot of the job */
    led(enrolment, ENROLMENT_SLOTS, 1);
    CU_ASSERT(!enrolment->led);
    answer_is(enrolment, 0, ENROLMENT_WAIT, LEAD_UNKNOWN);
    led(enrolment, 0, 1);
    CU_ASSERT(enrolment->led && enrolment->lead_slot == 0);
}

static void a_lead_that_is_gone_is_followed_by_nobody(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(2);

    enroll(enrolment, 0, 1);
    enroll(enrolment, 1, 1);
    led(enrolment, 1, 1);
    enrolment_gone(enrolment, 0, NULL);
    answer_is(enrolment, 0, ENROLMENT_FOLLOW, 1);
    enrolment_gone(enrolment, 1, NULL);
    answer_is(enrolment, 0, ENROLMENT_WAIT, LEAD_UNKNOWN);
    /* A lead that asks whom to follow, restarted or not, leads no more. */
    enroll(enrolment, 0, 1);
    enroll(enrolment, 1, 1);
    led(enrolment, 1, 1);
    enroll(enrolment, 1, 1);
    answer_is(enrolment, 1, ENROLMENT_FOLLOW, 0);
    answer_is(enrolment, 0, ENROLMENT_STAND, 0);
}

static void only_that_life_is_gone(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(1);
    struct enrolled first = agent_of(1);
    struct enrolled second = agent_of(2);

    enroll(enrolment, 0, 2);
    enrolment_gone(enrolment, 0, first.life);
    CU_ASSERT(enrolment->slots[0].there);
    enrolment_gone(enrolment, 0, second.life);
    CU_ASSERT(!enrolment->slots[0].there);
    enrolment_gone(enrolment, 0, second.life);
    CU_ASSERT(!enrolment->slots[0].there);
}

static void nobody_stands_once_there_was_a_view(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(2);

    enroll(enrolment, 0, 1);
    enroll(enrolment, 1, 1);
    CU_ASSERT(enrolment_view_is_new(enrolment, 1));
    CU_ASSERT(!enrolment_view_is_new(enrolment, 0));
    enrolment_view_begin(enrolment, 7);
    CU_ASSERT(!enrolment_view_is_new(enrolment, 7) && enrolment_view_is_new(enrolment, 8));
    /* Who forms the next view is the agents' business; a first one would begin everything anew. */
    answer_is(enrolment, 0, ENROLMENT_WAIT, LEAD_UNKNOWN);
    answer_is(enrolment, 1, ENROLMENT_WAIT, LEAD_UNKNOWN);
}

/* Puts the first `count` slots into the view as they are. */
static void view_take(struct enrolment *enrolment, uint32_t count)
{
    enrolment_view_begin(enrolment, enrolment->view.generation + 1);
    for (uint32_t slot = 0; slot < count; slot++)
        enrolment_view_add(enrolment, slot, enrolment->slots[slot].life);
}

static void a_view_holds_no_more_than_the_job(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_with(2, 1);
    struct enrolled agent = agent_of(1);

    enrolment_view_begin(enrolment, 1);
    enrolment_view_add(enrolment, 3, agent.life);
    enrolment_view_add(enrolment, UINT32_MAX, agent.life);
    CU_ASSERT(enrolment->view.count == 0);
    for (int i = 0; i < 4; i++)
        enrolment_view_add(enrolment, 1, agent.life);
    CU_ASSERT(enrolment->view.count == 2);
}

/* An elector is every member, and the witness where their number is even; the witness is always
 * there. */
static void of_a_reported_view_only_unknown_slots_are_learnt(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(4);
    struct enrolled agent = agent_of(1);

    enroll(enrolment, 1, 2);
    enrolment_gone(enrolment, 2, NULL);
    for (uint32_t slot = 0; slot <= 4; slot++)
        enrolment_learn(enrolment, slot, &agent);
    CU_ASSERT(enrolment->slots[0].there && enrolment->slots[3].there);
    CU_ASSERT(enrolment->slots[1].life[0] == 2 && !enrolment->slots[2].there);
    enroll(enrolment, 0, 2);
    enrolment_learn(enrolment, 0, &agent);
    CU_ASSERT(enrolment->slots[0].life[0] == 2);
}

static void what_is_heard_later_counts_more_and_who_enrols_most(void)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(2);
    const struct enrolled lives[] = {agent_of(0), agent_of(1), agent_of(2), agent_of(3)};

    enrolment_learn(enrolment, 1, &lives[1]);
    enrolment_learn(enrolment, 1, &lives[2]); /* of a newer view */
    CU_ASSERT(enrolment->slots[1].life[0] == 2);
    led(enrolment, 1, 2);
    enrolment_learn(enrolment, 1, &lives[2]); /* the same again does not end its lead */
    CU_ASSERT(enrolment->led);
    enroll(enrolment, 1, 3);
    enrolment_learn(enrolment, 1, &lives[2]);
    CU_ASSERT(enrolment->slots[1].life[0] == 3 && !enrolment->led);
    enrolment_learn(enrolment, 0, &lives[1]);
    enrolment_gone(enrolment, 0, NULL);
    enrolment_learn(enrolment, 0, &lives[2]);
    CU_ASSERT(!enrolment->slots[0].there);
}

static bool majority(uint32_t members, uint32_t there)
{
    uint32_t electors = members + (members % 2 == 0);
    uint32_t votes = there + (members % 2 == 0);

    return votes > electors / 2;
}

/* Loses the members of a view one by one. */
static void members_go(uint32_t members)
{
    CLEAN(enrolment) struct enrolment *enrolment = enrolment_of(members);

    for (uint32_t slot = 0; slot < members; slot++)
        enroll(enrolment, slot, 1);
    CU_ASSERT(!enrolment_quorum_lost(enrolment)); /* no view yet */
    view_take(enrolment, members);
    for (uint32_t there = members; there > 0; there--) {
        CU_ASSERT(enrolment_quorum_lost(enrolment) == !majority(members, there));
        /* A member that was replaced is as lost as one that is gone. */
        if (there % 2)
            enroll(enrolment, there - 1, 2);
        else
            enrolment_gone(enrolment, there - 1, NULL);
    }
    CU_ASSERT(enrolment_quorum_lost(enrolment));
}

static void a_quorum_is_lost_exactly_when_no_majority_is_left(void)
{
    for (uint32_t members = 1; members <= 9; members++)
        members_go(members);
}

SUITE("controller enrolment",
      {"all wait until the last has come", all_wait_until_the_last_has_come},
      {"any of replicas and spares that are enough begin",
       any_of_replicas_and_spares_that_are_enough_begin},
      {"who begins is not replaced by who comes later",
       who_begins_is_not_replaced_by_who_comes_later},
      {"a slot that the job does not have is refused",
       a_slot_that_the_job_does_not_have_is_refused},
      {"a newcomer follows whoever reports", a_newcomer_follows_whoever_reports},
      {"only who is there leads", only_who_is_there_leads},
      {"a lead that is gone is followed by nobody", a_lead_that_is_gone_is_followed_by_nobody},
      {"only that life is gone", only_that_life_is_gone},
      {"nobody stands once there was a view", nobody_stands_once_there_was_a_view},
      {"of a reported view only unknown slots are learnt",
       of_a_reported_view_only_unknown_slots_are_learnt},
      {"what is heard later counts more and who enrols most",
       what_is_heard_later_counts_more_and_who_enrols_most},
      {"a view holds no more than the job", a_view_holds_no_more_than_the_job},
      {"a quorum is lost exactly when no majority is left",
       a_quorum_is_lost_exactly_when_no_majority_is_left})
