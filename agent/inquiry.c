/* inquiry - enrolling, reporting, asking the witness. */
#include "agent/inquiry.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "wire/rpc_ask.h"

#define PATIENCE CLOCK_SECONDS(15) /* the directory holds a patient question for 10 */

enum question_kind { ENROLL, REPORT, WITNESS, QUESTIONS };

struct question {
    struct inquiry *inquiry;
    struct rpc_ask *ask; /* NULL = none open */
};

struct inquiry {
    struct rpc *rpc;
    struct rpc_channel *channel;
    char *secret;
    char *token; /* NULL = none: enrolling shows the secret, too */
    const struct inquiry_events *events;
    void *context;
    struct question questions[QUESTIONS];
};

struct inquiry *inquiry_new(struct rpc *rpc,
                            const char *address,
                            const char *secret,
                            const struct inquiry_events *events,
                            void *context)
{
    struct inquiry *inquiry = memory_get(1, sizeof *inquiry);

    inquiry->rpc = rpc;
    inquiry->channel = rpc_dial(rpc, address, secret);
    inquiry->secret = memory_text(secret);
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
    for (int i = 0; i < QUESTIONS; i++)
        rpc_ask_drop(inquiry->questions[i].ask);
    rpc_hang_up(inquiry->channel);
    secret_forget(inquiry->secret);
    secret_forget(inquiry->token);
    free(inquiry);
}

void inquiry_secret(struct inquiry *inquiry, const char *secret)
{
    secret_forget(inquiry->secret);
    inquiry->secret = memory_text(secret);
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

/* What there is to ask, by question_kind. */
static const struct {
    const char *path;
    const ProtobufCMessageDescriptor *reply;
} subjects[QUESTIONS] = {
    [ENROLL] = {"/muster.Directory/Enroll", &muster__enroll_reply__descriptor},
    [REPORT] = {"/muster.Directory/Report", &muster__report_reply__descriptor},
    [WITNESS] = {"/muster.Directory/Witness", &muster__witness_reply__descriptor},
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
    tell(inquiry, kind, reply, &outcome);
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void ask(struct inquiry *inquiry, enum question_kind kind, const ProtobufCMessage *message)
{
    struct question *question = &inquiry->questions[kind];
    bool token = kind == ENROLL && inquiry->token;
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);
    const struct rpc_question asked = {bytes, size, on_answer, question};

    protobuf_c_message_pack(message, bytes);
    rpc_ask_drop(question->ask);
    rpc_channel_credential(inquiry->channel, token ? inquiry->token : inquiry->secret);
    question->ask = rpc_ask(inquiry->channel, subjects[kind].path, clock_now() + PATIENCE, &asked);
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
