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

static void ask(struct inquiry *inquiry,
                enum question_kind kind,
                const char *path,
                const ProtobufCMessage *message,
                rpc_answer answer)
{
    struct question *question = &inquiry->questions[kind];
    bool token = kind == ENROLL && inquiry->token;
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);
    const struct rpc_question asked = {bytes, size, answer, question};

    protobuf_c_message_pack(message, bytes);
    rpc_ask_drop(question->ask);
    rpc_channel_credential(inquiry->channel, token ? inquiry->token : inquiry->secret);
    question->ask = rpc_ask(inquiry->channel, path, clock_now() + PATIENCE, &asked);
}

/* What is told of a call that ended so; its answer could be read or not. */
static struct inquiry_outcome outcome_of(int status, const char *reason, bool readable)
{
    if (status == RPC_OK && !readable)
        return (struct inquiry_outcome){RPC_REFUSED, "malformed answer"};
    return (struct inquiry_outcome){status, reason};
}

static void on_enrolled(
    void *context, int status, const char *reason, const void *data, size_t size)
{
    struct question *question = context;
    struct inquiry *inquiry = question->inquiry;
    Muster__EnrollReply *reply = status ? NULL : muster__enroll_reply__unpack(NULL, size, data);
    const struct inquiry_outcome outcome = outcome_of(status, reason, reply != NULL);

    question->ask = NULL;
    inquiry->events->enrolled(inquiry->context, reply, &outcome);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
}

static void on_reported(
    void *context, int status, const char *reason, const void *data, size_t size)
{
    struct question *question = context;
    struct inquiry *inquiry = question->inquiry;
    Muster__ReportReply *reply = status ? NULL : muster__report_reply__unpack(NULL, size, data);
    const struct inquiry_outcome outcome = outcome_of(status, reason, reply != NULL);

    question->ask = NULL;
    inquiry->events->reported(inquiry->context, reply, &outcome);
    if (reply)
        muster__report_reply__free_unpacked(reply, NULL);
}

static void on_witnessed(
    void *context, int status, const char *reason, const void *data, size_t size)
{
    struct question *question = context;
    struct inquiry *inquiry = question->inquiry;
    Muster__WitnessReply *reply = status ? NULL : muster__witness_reply__unpack(NULL, size, data);
    const struct inquiry_outcome outcome = outcome_of(status, reason, reply != NULL);

    question->ask = NULL;
    inquiry->events->witnessed(inquiry->context, reply, &outcome);
    if (reply)
        muster__witness_reply__free_unpacked(reply, NULL);
}

void inquiry_enroll(struct inquiry *inquiry, const Muster__EnrollRequest *request)
{
    ask(inquiry, ENROLL, "/muster.Directory/Enroll", &request->base, on_enrolled);
}

void inquiry_report(struct inquiry *inquiry, const Muster__Report *report)
{
    ask(inquiry, REPORT, "/muster.Directory/Report", &report->base, on_reported);
}

void inquiry_witness(struct inquiry *inquiry, const Muster__WitnessRequest *request)
{
    ask(inquiry, WITNESS, "/muster.Directory/Witness", &request->base, on_witnessed);
}
