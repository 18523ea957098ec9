/* inquiry - enrolling, reporting, asking the witness. */
#include "agent/inquiry.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "wire/rpc_ask.h"

enum question_kind { ENROLL, REPORT, WITNESS, QUESTIONS };

/* Each kind has a channel of its own, so that one can be replaced while another is in use. The
 * directory ends connections that are not used. */
struct question {
    struct inquiry *inquiry;
    struct rpc_ask *ask; /* NULL = none open */
    struct rpc_channel *channel;
    unsigned renewals; /* how many there had been when it was dialled */
    bool mute;         /* nothing came over it in time: the other end may not know of it any more */
};

struct inquiry {
    struct rpc *rpc;
    char *address;
    const struct papers *papers;
    char *token; /* NULL = none is shown */
    unsigned renewals;
    const struct inquiry_events *events;
    void *context;
    struct question questions[QUESTIONS];
};

struct inquiry *inquiry_new(struct rpc *rpc,
                            const char *address,
                            const struct papers *papers,
                            const struct inquiry_events *events,
                            void *context)
{
    struct inquiry *inquiry = memory_get(1, sizeof *inquiry);

    inquiry->rpc = rpc;
    inquiry->address = memory_text(address);
    inquiry->papers = papers;
    inquiry->events = events;
    inquiry->context = context;
    for (int i = 0; i < QUESTIONS; i++)
        inquiry->questions[i].inquiry = inquiry;
    return inquiry;
}

void inquiry_free(struct inquiry *inquiry)
{
    if (!inquiry)
        return;
    for (int i = 0; i < QUESTIONS; i++) {
        rpc_ask_drop(inquiry->questions[i].ask);
        rpc_hang_up(inquiry->questions[i].channel);
    }
    free(inquiry->address);
    secret_forget(inquiry->token);
    free(inquiry);
}

void inquiry_renewed(struct inquiry *inquiry)
{
    inquiry->renewals++;
}

void inquiry_token(struct inquiry *inquiry, const char *token)
{
    secret_forget(inquiry->token);
    inquiry->token = memory_text(token);
}

bool inquiry_reporting(const struct inquiry *inquiry)
{
    return inquiry->questions[REPORT].ask;
}

/* What there is to ask, by question_kind, and how long the answer may take: the directory holds who
 * enrols for 10 s; a candidate asks the witness again after as long. */
static const struct {
    const char *path;
    const ProtobufCMessageDescriptor *reply;
    int64_t patience;
} subjects[QUESTIONS] = {
    [ENROLL] = {"/muster.Directory/Enroll", &muster__enroll_reply__descriptor, CLOCK_SECONDS(15)},
    [REPORT] = {"/muster.Directory/Report", &muster__report_reply__descriptor, CLOCK_SECONDS(5)},
    [WITNESS] = {"/muster.Directory/Witness", &muster__witness_reply__descriptor, CLOCK_SECONDS(8)},
};

/* `reply` is the message of subjects[kind], or NULL. */
static void tell(const struct inquiry *inquiry,
                 enum question_kind kind,
                 const void *reply,
                 const struct inquiry_outcome *outcome)
{
    if (kind == ENROLL)
        inquiry->events->enrolled(inquiry->context, reply, outcome);
    else if (kind == REPORT)
        inquiry->events->reported(inquiry->context, reply, outcome);
    else
        inquiry->events->witnessed(inquiry->context, reply, outcome);
}

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct question *question = context;
    const struct inquiry *inquiry = question->inquiry;
    enum question_kind kind = (enum question_kind)(question - inquiry->questions);
    struct inquiry_outcome outcome = {status, reason};
    ProtobufCMessage *reply = NULL;

    if (status == RPC_OK) {
        reply = protobuf_c_message_unpack(subjects[kind].reply, NULL, size, data);
        if (!reply)
            outcome = (struct inquiry_outcome){RPC_REFUSED, "malformed answer"};
    }
    question->ask = NULL;
    question->mute = status == RPC_DEADLINE;
    tell(inquiry, kind, reply, &outcome);
    protobuf_c_message_free_unpacked(reply, NULL);
}

/* Dials with the papers as they are now, unless that was done already. A connection that was lost
 * without a word would be believed in for as long as TCP tries to send: some 15 minutes. */
static void question_dial(struct question *question, bool enrols)
{
    struct inquiry *inquiry = question->inquiry;
    const struct papers *papers = inquiry->papers;

    if (question->channel && question->renewals == inquiry->renewals && !question->mute)
        return;
    rpc_hang_up(question->channel);
    question->mute = false;
    question->renewals = inquiry->renewals;
    question->channel = rpc_dial(inquiry->rpc,
                                 inquiry->address,
                                 MEMBER_NAME_DIRECTORY,
                                 enrols ? &papers->none : &papers->own);
}

static void ask(struct inquiry *inquiry, enum question_kind kind, const ProtobufCMessage *message)
{
    struct question *question = &inquiry->questions[kind];
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);
    const struct rpc_question asked = {bytes, size, on_answer, question};

    protobuf_c_message_pack(message, bytes);
    rpc_ask_drop(question->ask);
    question_dial(question, kind == ENROLL);
    if (kind == ENROLL && inquiry->token)
        rpc_channel_credential(question->channel, inquiry->token);
    question->ask = rpc_ask(
        question->channel, subjects[kind].path, clock_now() + subjects[kind].patience, &asked);
}

void inquiry_enroll(struct inquiry *inquiry, const Muster__EnrollRequest *request)
{
    ask(inquiry, ENROLL, &request->base);
}

void inquiry_report(struct inquiry *inquiry, const Muster__Report *report)
{
    ask(inquiry, REPORT, &report->base);
}

void inquiry_witness(struct inquiry *inquiry, const Muster__WitnessRequest *request)
{
    ask(inquiry, WITNESS, &request->base);
}
