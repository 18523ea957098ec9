/* enrolment - who of an attempt is there. */
#include "controller/enrolment.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void enrolment_init(struct enrolment *enrolment, uint32_t replicas, uint32_t spares)
{
    *enrolment = (struct enrolment){.replicas = replicas, .slot_count = replicas + spares};
    enrolment->slots = memory_get(enrolment->slot_count, sizeof *enrolment->slots);
    enrolment->view.members = memory_get(replicas, sizeof *enrolment->view.members);
}

void enrolment_done(struct enrolment *enrolment)
{
    free(enrolment->slots);
    free(enrolment->view.members);
    *enrolment = (struct enrolment){0};
}

static bool is(const struct enrolled *agent, const uint8_t *life)
{
    return agent->there && !memcmp(agent->life, life, ENROLMENT_LIFE);
}

/* If there are enough for a view, the lowest slot that is there is to form it. */
static void begin(struct enrolment *enrolment)
{
    uint32_t count = 0;

    for (uint32_t slot = enrolment->slot_count; slot-- > 0;) {
        if (!enrolment->slots[slot].there)
            continue;
        enrolment->first = slot;
        count++;
    }
    enrolment->begun = count >= enrolment->replicas;
}

static void leads_no_more(struct enrolment *enrolment, uint32_t slot)
{
    if (enrolment->led && enrolment->lead_slot == slot)
        enrolment->led = false;
}

int enrolment_enroll(struct enrolment *enrolment, uint32_t slot, const struct enrolled *agent)
{
    if (slot >= enrolment->slot_count)
        return 1;
    leads_no_more(enrolment, slot); /* neither if it was restarted nor if it only asks */
    enrolment->slots[slot] = *agent;
    enrolment->slots[slot].there = true;
    enrolment->slots[slot].known = true;
    enrolment->slots[slot].heard = false;
    if (!enrolment->begun)
        begin(enrolment);
    return 0;
}

void enrolment_learn(struct enrolment *enrolment, uint32_t slot, const struct enrolled *agent)
{
    const struct enrolled *known = slot < enrolment->slot_count ? &enrolment->slots[slot] : NULL;

    if (!known || (known->known && !known->heard) || is(known, agent->life))
        return;
    enrolment_enroll(enrolment, slot, agent);
    enrolment->slots[slot].heard = true;
}

enum enrolment_answer enrolment_answer(const struct enrolment *enrolment,
                                       uint32_t slot,
                                       uint32_t *lead)
{
    if (enrolment->led) {
        *lead = enrolment->lead_slot;
        return ENROLMENT_FOLLOW;
    }
    if (enrolment->view.generation || !enrolment->begun)
        return ENROLMENT_WAIT;
    *lead = enrolment->first;
    return slot == enrolment->first ? ENROLMENT_STAND : ENROLMENT_FOLLOW;
}

void enrolment_led(struct enrolment *enrolment, uint32_t slot, const uint8_t *life)
{
    if (slot >= enrolment->slot_count || !is(&enrolment->slots[slot], life))
        return;
    enrolment->led = true;
    enrolment->lead_slot = slot;
    memcpy(enrolment->lead_life, life, ENROLMENT_LIFE);
}

bool enrolment_view_is_new(const struct enrolment *enrolment, uint64_t generation)
{
    return generation > enrolment->view.generation;
}

void enrolment_view_begin(struct enrolment *enrolment, uint64_t generation)
{
    enrolment->view.generation = generation;
    enrolment->view.count = 0;
}

void enrolment_view_add(struct enrolment *enrolment, uint32_t slot, const uint8_t *life)
{
    struct enrolment_member *member = &enrolment->view.members[enrolment->view.count];

    if (slot >= enrolment->slot_count || enrolment->view.count == enrolment->replicas)
        return;
    member->slot = slot;
    memcpy(member->life, life, ENROLMENT_LIFE);
    enrolment->view.count++;
}

void enrolment_gone(struct enrolment *enrolment, uint32_t slot, const uint8_t *life)
{
    if (slot >= enrolment->slot_count || (life && !is(&enrolment->slots[slot], life)))
        return;
    enrolment->slots[slot].there = false;
    enrolment->slots[slot].known = true;
    enrolment->slots[slot].heard = false;
    leads_no_more(enrolment, slot);
    if (enrolment->begun && enrolment->first == slot)
        enrolment->begun = false;
}

bool enrolment_quorum_lost(const struct enrolment *enrolment)
{
    uint32_t there = 0;

    for (uint32_t i = 0; i < enrolment->view.count; i++) {
        const struct enrolment_member *member = &enrolment->view.members[i];

        there += is(&enrolment->slots[member->slot], member->life);
    }
    if (!enrolment->view.count)
        return false;
    if (enrolment->view.count % 2 == 0)
        return 2 * (there + 1) <= enrolment->view.count + 1;
    return 2 * there <= enrolment->view.count;
}
