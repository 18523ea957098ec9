/* desk - a Directory for tests. */
#include "desk.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"

#define PATIENT CLOCK_SECONDS(20)

static void served(
    void *context, enum desk_kind kind, struct rpc_call *call, const void *data, size_t size)
{
    struct desk *desk = context;

    text_clear(&desk->asked[kind]);
    text_add_bytes(&desk->asked[kind], data, size);
    desk->count[kind]++;
    if (desk->silent) {
        loop_stop(&desk->loop);
        return;
    }
    rpc_send(call, desk->answer[kind].data, desk->answer[kind].size);
    rpc_end(call, RPC_OK, "");
}

static void enroll_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, DESK_ENROLL, call, data, size);
}

static void report_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, DESK_REPORT, call, data, size);
}

static void witness_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    served(context, DESK_WITNESS, call, data, size);
}

static void ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static const struct rpc_events events[DESK_KINDS] = {
    {enroll_message, ended}, {report_message, ended}, {witness_message, ended}};

static void enroll_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[DESK_ENROLL], context);
}

static void report_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[DESK_REPORT], context);
}

static void witness_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &events[DESK_WITNESS], context);
}

static const struct rpc_method methods[DESK_KINDS] = {
    {"/muster.Directory/Enroll", enroll_opened},
    {"/muster.Directory/Report", report_opened},
    {"/muster.Directory/Witness", witness_opened}};

static void on_guard(void *context)
{
    struct desk *desk = context;

    CU_FAIL("what was waited for did not come");
    loop_stop(&desk->loop);
}

void desk_open(struct desk *desk)
{
    const struct rpc_service service = {methods, DESK_KINDS, desk};

    CU_ASSERT_FATAL(loop_init(&desk->loop, NULL) == 0);
    desk->rpc = rpc_new(&desk->loop, NULL);
    CU_ASSERT_FATAL(desk->rpc != NULL);
    desk->server = rpc_serve(desk->rpc, "127.0.0.1:0", DESK_SECRET, &service, NULL);
    CU_ASSERT_FATAL(desk->server != NULL);
    snprintf(desk->address, sizeof desk->address, "127.0.0.1:%d", rpc_port(desk->server));
    desk->guard = (struct timer){.call = on_guard, .context = desk};
}

void desk_close(struct desk *desk)
{
    rpc_stop(desk->server);
    rpc_free(desk->rpc);
    loop_done(&desk->loop);
    for (int i = 0; i < DESK_KINDS; i++) {
        text_done(&desk->asked[i]);
        text_done(&desk->answer[i]);
    }
}

void desk_answer(struct desk *desk, enum desk_kind kind, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);

    protobuf_c_message_pack(message, bytes);
    text_clear(&desk->answer[kind]);
    text_add_bytes(&desk->answer[kind], bytes, size);
}

void desk_run(struct desk *desk)
{
    loop_timer(&desk->loop, &desk->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&desk->loop, NULL) == 0);
    loop_cancel(&desk->loop, &desk->guard);
}
