/* hear - envelopes of other agents, given to the machine they are for. */
#include <string.h>

#include "agent/agent.h"

/* Which machine a message is for, and as what. */
static const struct {
    enum { FOR_NOBODY, FOR_MEMBER, FOR_LEAD, FOR_EITHER } who; /* either: the lead if it is awake */
    enum member_event_kind member;
    enum lead_event_kind lead;
} table[MESSAGE_KINDS] = {
    [MESSAGE_HELLO] = {FOR_EITHER, MEMBER_HELLO, LEAD_HELLO},
    [MESSAGE_PREPARE] = {FOR_MEMBER, MEMBER_PREPARE, 0},
    [MESSAGE_PROMISE] = {FOR_LEAD, 0, LEAD_PROMISE},
    [MESSAGE_REFUSE] = {FOR_EITHER, MEMBER_REFUSED, LEAD_REFUSE},
    [MESSAGE_ASSIGN] = {FOR_MEMBER, MEMBER_ASSIGN, 0},
    [MESSAGE_READY] = {FOR_LEAD, 0, LEAD_READY},
    [MESSAGE_RECORD] = {FOR_MEMBER, MEMBER_RECORD, 0},
    [MESSAGE_RECORDED] = {FOR_LEAD, 0, LEAD_RECORDED},
    [MESSAGE_GO] = {FOR_MEMBER, MEMBER_GO, 0},
    [MESSAGE_OUT] = {FOR_MEMBER, MEMBER_OUT, 0},
    [MESSAGE_FAULT] = {FOR_LEAD, 0, LEAD_FAULT},
    [MESSAGE_DONE] = {FOR_LEAD, 0, LEAD_DONE},
    [MESSAGE_FINISH] = {FOR_MEMBER, MEMBER_FINISH, 0},
    [MESSAGE_BEAT] = {FOR_NOBODY, 0, 0},
    [MESSAGE_KILL] = {FOR_MEMBER, MEMBER_KILL, 0},
    [MESSAGE_LEAVE] = {FOR_EITHER, MEMBER_LEAVE, LEAD_LEAVE},
    [MESSAGE_MEASURE] = {FOR_NOBODY, 0, 0},
    [MESSAGE_MEASURED] = {FOR_NOBODY, 0, 0},
    [MESSAGE_SPARES] = {FOR_NOBODY, 0, 0}, /* reading it has filled the book */
};

static void dispatch(struct agent *agent, const struct message *message)
{
    bool awake = agent->lead.state != LEAD_ASLEEP;

    if (table[message->kind].who == FOR_LEAD || (table[message->kind].who == FOR_EITHER && awake))
        act_lead(agent,
                 &(struct lead_event){.kind = table[message->kind].lead, .message = message});
    else if (table[message->kind].who != FOR_NOBODY)
        act_member(agent,
                   &(struct member_event){.kind = table[message->kind].member, .message = message});
}

struct peers_heard hear_envelope(struct agent *agent, const void *data, size_t size)
{
    struct peers_heard heard = {0};
    const struct message *message = &agent->incoming.message;
    struct error error;
    int outcome = codec_unpack(data, size, &agent->scope, &agent->book, &agent->incoming, &error);

    if (outcome) {
        log_warning(
            &agent->log, "%s", outcome > 0 ? "a message of another job or attempt" : error.text);
        return heard;
    }
    heard.from = message->from;
    heard.beat = message->kind == MESSAGE_BEAT;
    if (heard.beat)
        heard.confirmed = message->number;
    else
        log_debug(&agent->log,
                  "from slot %u: %s %llu",
                  (unsigned)message->from.slot,
                  message_name(message->kind),
                  (unsigned long long)message->number);
    return heard;
}

void hear_beat(struct agent *agent, const struct identity *to, uint64_t received, struct text *out)
{
    struct message beat = {.kind = MESSAGE_BEAT, .number = received};

    if (identity_equal(to, &agent->member.lead)) {
        beat.progress_count = vigil_look(agent, &beat.progress);
        beat.text = agent->unsaved;
    }
    codec_pack(&beat, &agent->scope, &agent->self, &agent->book, out);
}

void hear_serve(struct agent *agent)
{
    const struct message *message = &agent->incoming.message;

    if (message->kind == MESSAGE_BEAT) {
        vigil_heard(agent, message);
        report_heard(agent, message);
    } else if (message->kind == MESSAGE_MEASURE) {
        slowness_measure(agent, message);
    } else if (message->kind == MESSAGE_MEASURED) {
        slowness_measured(agent, message);
    } else if (!agent->leaving) {
        dispatch(agent, message);
    }
}
