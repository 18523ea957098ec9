/* enrolment - who of an attempt is there. */
#include "controller/enrolment.h"

#include <string.h>

static bool is(const struct enrolled *agent, const uint8_t *life)
{
    return agent->there && !memcmp(agent->life, life, ENROLMENT_LIFE);
}

int enrolment_enroll(struct enrolment *enrolment, uint32_t slot, const struct enrolled *agent)
{
    if (slot >= ENROLMENT_SLOTS || slot >= enrolment->replicas)
        return 1;
    /* A restarted agent leads nobody, and neither does one that asks whom to follow. */
    enrolment_gone(enrolment, slot, NULL);
    enrolment->slots[slot] = *agent;
    enrolment->slots[slot].there = true;
    return 0;
}

static bool complete(const struct enrolment *enrolment)
{
    for (uint32_t slot = 0; slot < enrolment->replicas; slot++) {
        if (!enrolment->slots[slot].there)
            return false;
    }
    return true;
}

enum enrolment_answer enrolment_answer(const struct enrolment *enrolment,
                                       uint32_t slot,
                                       uint32_t *lead)
{
    if (enrolment->led) {
        *lead = enrolment->lead_slot;
        return ENROLMENT_FOLLOW;
    }
    if (enrolment->view.generation || !complete(enrolment))
        return ENROLMENT_WAIT;
    *lead = 0;
    return slot == 0 ? ENROLMENT_STAND : ENROLMENT_FOLLOW;
}

void enrolment_led(struct enrolment *enrolment, uint32_t slot, const uint8_t *life)
{
    if (slot >= enrolment->replicas || !is(&enrolment->slots[slot], life))
        return;
    enrolment->led = true;
    enrolment->lead_slot = slot;
    memcpy(enrolment->lead_life, life, ENROLMENT_LIFE);
}

bool enrolment_view_is_new(const struct enrolment *enrolment, uint64_t generation)
{
    return generation > enrolment->view.generation;
}

void enrolment_gone(struct enrolment *enrolment, uint32_t slot, const uint8_t *life)
{
    if (slot >= ENROLMENT_SLOTS || (life && !is(&enrolment->slots[slot], life)))
        return;
    enrolment->slots[slot].there = false;
    if (enrolment->led && enrolment->lead_slot == slot)
        enrolment->led = false;
}

bool enrolment_quorum_lost(const struct enrolment *enrolment)
{
    uint32_t there = 0;

    for (uint32_t i = 0; i < enrolment->view.count; i++) {
        if (is(&enrolment->slots[enrolment->view.slots[i]], enrolment->view.lives[i]))
            there++;
    }
    if (!enrolment->view.count)
        return false;
    if (enrolment->view.count % 2 == 0)
        return 2 * (there + 1) <= enrolment->view.count + 1;
    return 2 * there <= enrolment->view.count;
}
