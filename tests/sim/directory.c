/* directory - the directory and the witness of a simulated job. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"

/* The directory. */

static struct enrolled enrolled_of(const struct sim_node *node)
{
    struct enrolled agent = {.ranks = 1};

    memcpy(agent.life, node->id.life, ENROLMENT_LIFE);
    snprintf(agent.address, sizeof agent.address, "127.0.0.1:%u", 1000 + node->id.slot);
    return agent;
}

void sim_on_enroll(struct sim *sim, const struct sim_event *event)
{
    uint32_t node = event->node;
    struct enrolled agent = enrolled_of(&sim->node[node]);
    struct sim_event reply = sim_event_for(sim, node, SIM_ENROLLED, sim_between(sim, MS(1), MS(5)));
    enum enrolment_answer answer;
    uint32_t lead;

    if (sim->node[node].member.state != MEMBER_OUTSIDE)
        return;
    if (sim->directory_down) {
        sim_later(sim, node, SIM_ENROLL, MS(50));
        return;
    }
    enrolment_enroll(&sim->enrolment, node, &agent);
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

    if (event->number) /* the one that comes again */
        sim_later_number(sim, event->node, SIM_REPORT, MS(100), 1);
    if (sim->directory_down || lead->state == LEAD_ASLEEP)
        return;
    sim_later(sim, event->node, SIM_REPORTED, sim_between(sim, MS(1), MS(5)));
    enrolment_led(&sim->enrolment, event->node, (const uint8_t *)lead->self.life);
    if (!enrolment_view_is_new(&sim->enrolment, lead->base.generation))
        return;
    enrolment_view_begin(&sim->enrolment, lead->base.generation);
    for (uint32_t i = 0; i < lead->base.count; i++)
        enrolment_view_add(&sim->enrolment,
                           lead->base.members[i].slot,
                           (const uint8_t *)lead->base.members[i].life);
}

static void reply_read(const Muster__WitnessRequest *request,
                       const Muster__WitnessReply *reply,
                       struct codec_message *out)
{
    struct message *message = &out->message;

    *message = (struct message){.kind = request->record ? MESSAGE_RECORDED : MESSAGE_PROMISE,
                                .number = request->number,
                                .committed = -1};
    if (!reply->granted) {
        message->kind = MESSAGE_REFUSE;
        message->number = reply->promised;
    }
    out->decided.count = 0;
    out->decided.generation = 0;
    if (reply->decided)
        codec_unpack_view(reply->decided, &out->decided);
    message->decided = &out->decided;
    if (reply->next_number) {
        codec_unpack_view(reply->next, &out->next);
        message->next = &out->next;
        message->next_number = reply->next_number;
    }
}

static enum witness_outcome vote(struct sim *sim,
                                 const Muster__WitnessRequest *request,
                                 Muster__WitnessReply *reply)
{
    struct witness_record after;
    enum witness_outcome outcome = witness_decide(&sim->witness, request, &after, reply);

    if (outcome != WITNESS_KEEP)
        return outcome;
    witness_record_done(&sim->witness);
    sim->witness = after;
    return witness_decide(&sim->witness, request, &after, reply);
}

void sim_on_witness(struct sim *sim, const struct sim_event *event)
{
    Muster__Envelope *envelope =
        muster__envelope__unpack(NULL, event->bytes.size, (const uint8_t *)event->bytes.data);
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;
    Muster__WitnessReply *reply = memory_get(1, sizeof *reply);

    muster__witness_reply__init(reply);
    request.candidate = envelope->sender;
    request.record = envelope->kind == MUSTER__ENVELOPE__KIND__RECORD;
    request.number = envelope->number;
    request.decided = envelope->decided;
    request.view = envelope->view;
    if (!sim->directory_down && vote(sim, &request, reply) == WITNESS_ANSWER) {
        if (reply->granted && request.record)
            judge_recorded(sim, SIM_NODES, request.number, &event->id);
        reply_read(&request, reply, sim->incoming);
        if (sim->trace)
            printf("%9.3f  witness -> %u %s %llu, base %llu, next %llu\n",
                   (double)sim->now / 1e6,
                   event->node,
                   message_name(sim->incoming->message.kind),
                   (unsigned long long)sim->incoming->message.number,
                   (unsigned long long)sim->incoming->decided.generation,
                   (unsigned long long)reply->next_number);
        if (sim_current(sim, &event->id))
            sim_lead(
                sim,
                event->node,
                &(struct lead_event){.kind = LEAD_WITNESSED, .message = &sim->incoming->message});
    }
    muster__witness_reply__free_unpacked(reply, NULL);
    muster__envelope__free_unpacked(envelope, NULL);
}
