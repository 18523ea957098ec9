/* directory - the directory of a simulated job. */
#include <stdio.h>
#include <string.h>

#include "parts.h"

/* The directory. */

static struct enrolled enrolled_of(const struct identity *id)
{
    struct enrolled agent = {.ranks = 1};

    memcpy(agent.life, id->life, ENROLMENT_LIFE);
    snprintf(agent.address, sizeof agent.address, "127.0.0.1:%u", 1000 + id->slot);
    return agent;
}

static void view_take(struct sim *sim, const struct view *view)
{
    if (!enrolment_view_is_new(&sim->enrolment, view->generation))
        return;
    enrolment_view_begin(&sim->enrolment, view->generation);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct identity *member = &view->members[i];
        struct enrolled agent = enrolled_of(member);

        enrolment_learn(&sim->enrolment, member->slot, &agent);
        enrolment_view_add(&sim->enrolment, member->slot, agent.life);
    }
}

void sim_on_enroll(struct sim *sim, const struct sim_event *event)
{
    uint32_t node = event->node;
    struct enrolled agent = enrolled_of(&sim->node[node].id);
    struct sim_event reply = sim_event_for(sim, node, SIM_ENROLLED, sim_between(sim, MS(1), MS(5)));
    enum enrolment_answer answer;
    uint32_t lead;

    if (sim->node[node].member.state != MEMBER_OUTSIDE)
        return;
    if (!sim_reaches_directory(sim, node)) {
        sim_later(sim, node, SIM_ENROLL, MS(50));
        return;
    }
    enrolment_enroll(&sim->enrolment, node, &agent);
    view_take(sim, &sim->node[node].member.base);
    answer = enrolment_answer(&sim->enrolment, node, &lead);
    reply.number = answer;
    if (answer == ENROLMENT_FOLLOW) {
        reply.id.slot = lead;
        memcpy(reply.id.life, sim->enrolment.slots[lead].life, ENROLMENT_LIFE);
    }
    sim_put(sim, reply);
}

/* What the directory knows of the newest decided view. */
static void reported_view(const struct enrolment *enrolment, struct view *view)
{
    view->count = 0;
    view->generation = enrolment->view.generation;
    for (uint32_t i = 0; i < enrolment->view.count; i++) {
        const struct enrolment_member *member = &enrolment->view.members[i];
        struct identity id = {.slot = member->slot};

        memcpy(id.life, member->life, ENROLMENT_LIFE);
        view_add(view, &id);
    }
}

void sim_on_enrolled(struct sim *sim, const struct sim_event *event)
{
    struct book_entry entry = {.id = event->id, .address = "127.0.0.1:1"};
    struct member_event enrolled = {
        .kind = MEMBER_ENROLLED, .identity = event->id, .stand = event->number == ENROLMENT_STAND};

    if (event->id.slot != event->node)
        book_learn(&sim->node[event->node].book, &entry);
    if (event->number == ENROLMENT_WAIT) {
        reported_view(&sim->enrolment, &sim->incoming->decided);
        sim->incoming->message = (struct message){.decided = &sim->incoming->decided};
        enrolled.kind = MEMBER_LEARNED;
        enrolled.message = &sim->incoming->message;
    }
    sim_member(sim, event->node, &enrolled);
}

void sim_on_reported(struct sim *sim, const struct sim_event *event)
{
    reported_view(&sim->enrolment, &sim->incoming->decided);
    sim->incoming->message = (struct message){.decided = &sim->incoming->decided};
    sim_lead(sim,
             event->node,
             &(struct lead_event){.kind = LEAD_LEARNED, .message = &sim->incoming->message});
}

void sim_on_report(struct sim *sim, const struct sim_event *event)
{
    const struct lead *lead = &sim->node[event->node].lead;
    struct enrolled self = enrolled_of(&lead->self);

    if (event->number) /* the one that comes again */
        sim_later_number(sim, event->node, SIM_REPORT, MS(100), 1);
    if (!sim_reaches_directory(sim, event->node) || lead->state == LEAD_ASLEEP)
        return;
    sim_later(sim, event->node, SIM_REPORTED, sim_between(sim, MS(1), MS(5)));
    view_take(sim, &lead->base);
    if (lead->base.generation == sim->enrolment.view.generation)
        enrolment_learn(&sim->enrolment, event->node, &self);
    enrolment_led(&sim->enrolment, event->node, self.life);
}
