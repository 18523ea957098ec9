/* standing - what the agent says when the controller asks whether it trains. */
#include "agent/standing.h"

#include <string.h>

#include "agent/agent.h"
#include "base/cleanup.h"
#include "base/memory.h"

bool standing_runs(const struct member *member)
{
    return !member->quiet && member->state != MEMBER_ENDED && member->assigned.generation &&
           member->assigned.generation == member->base.generation;
}

static void answer(const struct agent *agent, struct rpc_call *call)
{
    Muster__StandingReply reply = MUSTER__STANDING_REPLY__INIT;
    CLEAN_FREE uint8_t *bytes = NULL;
    size_t size;

    reply.running = standing_runs(&agent->member);
    reply.generation = agent->member.base.generation;
    size = muster__standing_reply__get_packed_size(&reply);
    bytes = memory_get(1, size + 1);
    muster__standing_reply__pack(&reply, bytes);
    rpc_send(call, bytes, size);
    rpc_end(call, RPC_OK, "");
}

static void on_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    const struct agent *agent = context;
    Muster__StandingRequest *request = muster__standing_request__unpack(NULL, size, data);

    if (!request)
        rpc_end(call, RPC_REFUSED, "malformed request");
    else if (strcmp(request->job, agent->scope.job) != 0 ||
             request->attempt != agent->scope.attempt)
        rpc_end(call, RPC_REFUSED, "another job or attempt");
    else
        answer(agent, call);
    if (request)
        muster__standing_request__free_unpacked(request, NULL);
}

static void on_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

void standing_serve(struct agent *agent, struct rpc_call *call)
{
    static const struct rpc_events events = {on_message, on_ended};

    rpc_accept(call, &events, agent);
}
