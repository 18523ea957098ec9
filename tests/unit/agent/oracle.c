/* oracle - a Directory for tests. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"

#define PATIENT CLOCK_SECONDS(20)

/* Makes a certificate for what is asked for, whoever asks. */
static void vouch(const ProtobufCBinaryData *asked, struct text *chain)
{
    const struct text request = {(char *)asked->data, asked->len, asked->len};
    const struct certificate_grant grant = {ORACLE_NAME, NULL, time(NULL), AUTHORITY_MEMBER};

    if (request.size && authority_certify(passport_authority(), &request, &grant, chain, NULL))
        abort();
}

/* The answer to whoever enrols, with the certificate that was asked for. */
static void certificate_add(struct oracle *oracle)
{
    struct text *bytes = &oracle->answer[ORACLE_ENROLL];
    const struct text *asked = &oracle->asked[ORACLE_ENROLL];
    Muster__EnrollRequest *request =
        muster__enroll_request__unpack(NULL, asked->size, (const uint8_t *)asked->data);
    Muster__EnrollReply *reply =
        muster__enroll_reply__unpack(NULL, bytes->size, (const uint8_t *)bytes->data);
    CLEAN(text) struct text chain = {0};

    if (request && reply) {
        vouch(&request->certificate_request, &chain);
        if (chain.size && !oracle->mute) {
            Muster__EnrollReply vouched = *reply;

            vouched.certificate = chain.data;
            vouched.trust = passport_authority()->certificate.data;
            oracle_answer(oracle, ORACLE_ENROLL, &vouched.base);
        }
    }
    if (request)
        muster__enroll_request__free_unpacked(request, NULL);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
}

static void served(
    void *context, enum oracle_kind kind, struct rpc_call *call, const void *data, size_t size)
{
    struct oracle *oracle = context;

    text_clear(&oracle->asked[kind]);
    text_add_bytes(&oracle->asked[kind], data, size);
    oracle->count[kind]++;
    snprintf(oracle->shown[kind],
             sizeof oracle->shown[kind],
             "%s",
             kind == ORACLE_ENROLL ? rpc_credential(call) : rpc_peer(call));
    if (oracle->silent) {
        loop_stop(&oracle->loop);
        return;
    }
    if (oracle->refusal[kind]) {
        rpc_end(call, oracle->refusal[kind], "not you");
        return;
    }
    if (kind == ORACLE_ENROLL)
        certificate_add(oracle);
    rpc_send(call, oracle->answer[kind].data, oracle->answer[kind].size);
    rpc_end(call, RPC_OK, "");
}

static void enroll_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, ORACLE_ENROLL, call, data, size);
}

static void report_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, ORACLE_REPORT, call, data, size);
}

static void witness_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, ORACLE_WITNESS, call, data, size);
}

static void ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static const struct rpc_events events[ORACLE_KINDS] = {
    {enroll_message, ended}, {report_message, ended}, {witness_message, ended}};

static void enroll_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[ORACLE_ENROLL], context);
}

static void report_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[ORACLE_REPORT], context);
}

static void witness_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[ORACLE_WITNESS], context);
}

static const struct rpc_method methods[ORACLE_KINDS] = {
    {"/muster.Directory/Enroll", enroll_opened},
    {"/muster.Directory/Report", report_opened},
    {"/muster.Directory/Witness", witness_opened}};

static void on_guard(void *context)
{
    struct oracle *oracle = context;

    CU_FAIL("what was waited for did not come");
    loop_stop(&oracle->loop);
}

void oracle_open(struct oracle *oracle)
{
    const struct rpc_service service = {
        .methods = methods, .method_count = ORACLE_KINDS, .context = oracle, .open = true};

    CU_ASSERT_FATAL(loop_init(&oracle->loop, NULL) == 0);
    oracle->rpc = rpc_new(&oracle->loop, NULL);
    CU_ASSERT_FATAL(oracle->rpc != NULL);
    passport_make(&oracle->passport, MEMBER_NAME_DIRECTORY);
    oracle->server =
        rpc_serve(oracle->rpc, "127.0.0.1:0", &oracle->passport.identity, &service, NULL);
    CU_ASSERT_FATAL(oracle->server != NULL);
    snprintf(oracle->address, sizeof oracle->address, "127.0.0.1:%d", rpc_port(oracle->server));
    oracle->guard = (struct timer){.call = on_guard, .context = oracle};
}

void oracle_close(struct oracle *oracle)
{
    rpc_stop(oracle->server);
    rpc_free(oracle->rpc);
    loop_done(&oracle->loop);
    passport_done(&oracle->passport);
    for (int i = 0; i < ORACLE_KINDS; i++) {
        text_done(&oracle->asked[i]);
        text_done(&oracle->answer[i]);
    }
}

void oracle_answer(struct oracle *oracle, enum oracle_kind kind, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);

    protobuf_c_message_pack(message, bytes);
    text_clear(&oracle->answer[kind]);
    text_add_bytes(&oracle->answer[kind], bytes, size);
}

void oracle_papers(struct papers *papers, bool certified)
{
    struct member_name name;
    CLEAN(text) struct text chain = {0};
    const char *trust = passport_authority()->certificate.data;

    if (member_name_read(ORACLE_NAME, &name) || papers_init(papers, &name, trust, NULL))
        abort();
    if (!certified)
        return;
    vouch(&(ProtobufCBinaryData){papers->request.size, (uint8_t *)papers->request.data}, &chain);
    if (papers_take(papers, chain.data, trust, time(NULL)))
        abort();
}

void oracle_run(struct oracle *oracle)
{
    loop_timer(&oracle->loop, &oracle->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&oracle->loop, NULL) == 0);
    loop_cancel(&oracle->loop, &oracle->guard);
}
