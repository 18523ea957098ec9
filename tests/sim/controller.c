/* controller - the witness of a simulated job: the API server that keeps its record, and two
 * controllers, each of which believes to lead.
 *
 * Either of them is asked. It decides about what it has read last, writes under the version of
 * that, reads, and decides again. Writes and what they lead to are late or lost; a controller that
 * starts anew has read what is kept, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "parts.h"

static const char *const mutants[SIM_MUTANTS] = {[SIM_FAITHFUL] = "none",
                                                 [SIM_FORGETS] = "forgets",
                                                 [SIM_HASTY] = "hasty",
                                                 [SIM_BLIND] = "blind"};

int sim_mutant(const char *name, enum sim_mutant *mutant)
{
    for (unsigned i = 0; i < SIM_MUTANTS; i++) {
        if (!strcmp(mutants[i], name)) {
            *mutant = i;
            return 0;
        }
    }
    return 1;
}

/* Beginning and end. */

static void record_set(struct witness_record *record, const struct witness_record *from)
{
    witness_record_done(record);
    witness_record_copy(record, from);
}

static void controller_read(struct sim *sim, struct sim_controller *controller)
{
    record_set(&controller->seen, &sim->kept);
    controller->version = sim->version;
}

void sim_controllers_begin(struct sim *sim)
{
    sim->version = 1;
    for (uint32_t i = 0; i < SIM_CONTROLLERS; i++) {
        sim->controllers[i].version = sim->version;
        sim->controllers[i].away_until = 0;
    }
}

void sim_controllers_done(struct sim *sim)
{
    witness_record_done(&sim->kept);
    for (uint32_t i = 0; i < SIM_CONTROLLERS; i++)
        witness_record_done(&sim->controllers[i].seen);
}

void sim_controller_restart(struct sim *sim, uint32_t which)
{
    const struct witness_record nothing = {0};
    struct sim_controller *controller = &sim->controllers[which];

    controller->life++;
    controller->away_until = sim->now + sim_between(sim, MS(1), MS(200));
    if (sim->mutant == SIM_FORGETS) {
        record_set(&sim->kept, &nothing);
        sim->version++;
    }
    controller_read(sim, controller);
    if (sim->trace)
        printf("%9.3f  controller %u starts anew\n", (double)sim->now / 1e6, which);
}

/* Questions. */

/* One question, taken apart. */
struct question {
    const struct sim_event *event;
    Muster__Envelope *envelope;
    Muster__WitnessRequest request;
};

static void question_open(struct question *question, const struct sim_event *event)
{
    Muster__Envelope *envelope =
        muster__envelope__unpack(NULL, event->bytes.size, (const uint8_t *)event->bytes.data);

    question->event = event;
    question->envelope = envelope;
    muster__witness_request__init(&question->request);
    question->request.candidate = envelope->sender;
    question->request.record = envelope->kind == MUSTER__ENVELOPE__KIND__RECORD;
    question->request.number = envelope->number;
    question->request.decided = envelope->decided;
    question->request.view = envelope->view;
}

static void question_done(struct question *question)
{
    muster__envelope__free_unpacked(question->envelope, NULL);
}

CLEANUP_DEFINE(question, struct question, question_done)

/* What the witness replies, as the lead machine hears it. */
static void answer_send(struct sim *sim,
                        const struct question *question,
                        const Muster__WitnessReply *reply)
{
    const struct sim_event *asked = question->event;
    struct sim_event event =
        sim_event_for(sim, asked->id.slot, SIM_WITNESSED, sim_between(sim, MS(1), MS(5)));
    struct message message = {.kind = question->request.record ? MESSAGE_RECORDED : MESSAGE_PROMISE,
                              .number = question->request.number,
                              .committed = -1};
    struct codec_message *out = sim->incoming;

    if (!reply->granted) {
        message.kind = MESSAGE_REFUSE;
        message.number = reply->promised;
    }
    out->decided.count = 0;
    out->decided.generation = 0;
    if (reply->decided)
        codec_unpack_view(reply->decided, &out->decided);
    message.decided = &out->decided;
    if (reply->next_number) {
        codec_unpack_view(reply->next, &out->next);
        message.next = &out->next;
        message.next_number = reply->next_number;
    }
    event.life = asked->id.life[0];
    event.question = asked->question;
    codec_pack(&message, &sim->scope, &asked->id, &sim->node[asked->id.slot].book, &event.bytes);
    sim_put(sim, event);
}

static void answer(struct sim *sim,
                   const struct question *question,
                   const Muster__WitnessReply *reply)
{
    const struct sim_event *event = question->event;

    if (reply->granted && question->request.record)
        judge_recorded(sim, SIM_NODES, question->request.number, &event->id);
    answer_send(sim, question, reply);
}

void sim_on_witnessed(struct sim *sim, const struct sim_event *event)
{
    struct sim_node *node = &sim->node[event->node];
    struct message *message = &sim->incoming->message;
    struct error error = {""};

    if (event->question != node->questions || !sim_reaches_directory(sim, event->node))
        return; /* a later question has ended this one */
    if (codec_unpack(event->bytes.data,
                     event->bytes.size,
                     &sim->scope,
                     &node->book,
                     sim->incoming,
                     &error)) {
        judge_fail(sim, "an answer of the witness was not understood: %s", error.text);
        return;
    }
    if (sim->trace)
        printf("%9.3f  %u <- witness %s %llu, base %llu, next %llu\n",
               (double)sim->now / 1e6,
               event->node,
               message_name(message->kind),
               (unsigned long long)message->number,
               (unsigned long long)message->decided->generation,
               (unsigned long long)message->next_number);
    judge_heard(sim, event->node, message, true);
    sim_lead(sim, event->node, &(struct lead_event){.kind = LEAD_WITNESSED, .message = message});
}

/* The same question at its next stage; while something is broken, now and then very late, now and
 * then never. */
static void question_pass(struct sim *sim, const struct sim_event *event, enum sim_kind kind)
{
    struct sim_event next = *event;
    bool calm = sim_calm_for(sim, 0);

    if (!calm && sim_chance(sim, 3))
        return;
    next.kind = kind;
    next.at = sim->now + sim_between(sim, MS(1), !calm && sim_chance(sim, 5) ? MS(3000) : MS(10));
    next.bytes = (struct text){0};
    text_add_bytes(&next.bytes, event->bytes.data, event->bytes.size);
    sim_put(sim, next);
}

/* What a record becomes by a question; a copy when it stays what it is. Returns whether it changes,
 * which only what is granted does. */
static bool record_after(const struct witness_record *record,
                         const struct question *question,
                         struct witness_record *after)
{
    Muster__WitnessReply *reply = memory_get(1, sizeof *reply);
    bool granted;

    muster__witness_reply__init(reply);
    granted = witness_decide(record, &question->request, after, reply) == WITNESS_KEEP;
    if (!granted)
        witness_record_copy(after, record);
    muster__witness_reply__free_unpacked(reply, NULL);
    return granted;
}

/* Decides about what was read last: there is an answer, or something to be written before. */
static void decide(struct sim *sim,
                   const struct question *question,
                   const struct witness_record *seen)
{
    Muster__WitnessReply *reply = memory_get(1, sizeof *reply);
    struct witness_record after;
    struct sim_event event = *question->event;

    muster__witness_reply__init(reply);
    event.number = sim->controllers[event.controller].version;
    switch (witness_decide(seen, &question->request, &after, reply)) {
    case WITNESS_ANSWER:
        answer(sim, question, reply);
        break;
    case WITNESS_KEEP:
        question_pass(sim, &event, SIM_WRITE);
        if (sim->mutant == SIM_HASTY && sim->controllers[event.controller].life == event.life)
            decide(sim, question, &after);
        witness_record_done(&after);
        break;
    default:
        judge_fail(sim, "the witness is asked something malformed");
    }
    muster__witness_reply__free_unpacked(reply, NULL);
}

void sim_on_witness(struct sim *sim, const struct sim_event *event)
{
    struct sim_event taken = *event;
    struct sim_controller *controller;
    CLEAN(question) struct question question = {.event = event};

    taken.controller = (uint32_t)sim_between(sim, 0, SIM_CONTROLLERS - 1);
    controller = &sim->controllers[taken.controller];
    taken.life = controller->life;
    question_open(&question, &taken);
    if (sim_reaches_directory(sim, event->node) && sim->now >= controller->away_until)
        decide(sim, &question, &controller->seen);
}

/* The API server does what it is asked to, whoever asked and whether it still lives. */
void sim_on_write(struct sim *sim, const struct sim_event *event)
{
    const struct sim_controller *controller = &sim->controllers[event->controller];
    const struct witness_record *from = sim->mutant == SIM_BLIND ? &controller->seen : &sim->kept;
    CLEAN(question) struct question question = {.event = event};
    struct witness_record after;
    bool granted;

    question_open(&question, event);
    if (event->number == sim->version || sim->mutant == SIM_BLIND) {
        granted = record_after(from, &question, &after);
        witness_record_done(&sim->kept);
        sim->kept = after;
        sim->version++;
        if (granted)
            judge_witness(sim, question.request.number, question.request.record, &event->id);
    } else {
        sim->counts.conflicts++;
    }
    question_pass(sim, event, SIM_READ);
}

/* The newest state has come to the controller that wrote. */
void sim_on_read(struct sim *sim, const struct sim_event *event)
{
    struct sim_controller *controller = &sim->controllers[event->controller];
    CLEAN(question) struct question question = {.event = event};

    if (controller->life != event->life)
        return;
    question_open(&question, event);
    controller_read(sim, controller);
    decide(sim, &question, &controller->seen);
}
