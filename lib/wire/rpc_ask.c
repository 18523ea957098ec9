/* rpc_ask - one question, one answer. */
#include "wire/rpc_ask.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

#define TOO_LARGE "the question is larger than a message may be"

struct rpc_ask {
    struct rpc_call *call;
    rpc_answer answer;
    void *context;
    bool too_large; /* it was never sent */
    bool answered;
    struct text bytes;
};

static void on_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct rpc_ask *ask = context;

    (void)call;
    text_clear(&ask->bytes);
    text_add_bytes(&ask->bytes, data, size);
    ask->answered = true;
}

static void on_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct rpc_ask *ask = context;

    (void)call;
    if (ask->too_large)
        ask->answer(ask->context, RPC_EXHAUSTED, TOO_LARGE, NULL, 0);
    else if (status == RPC_OK && !ask->answered)
        ask->answer(ask->context, RPC_UNAVAILABLE, "no answer came", NULL, 0);
    else if (status == RPC_OK)
        ask->answer(ask->context, RPC_OK, "", ask->bytes.data, ask->bytes.size);
    else
        ask->answer(ask->context, status, reason, NULL, 0);
    text_done(&ask->bytes);
    free(ask);
}

static const struct rpc_events events = {on_message, on_ended};

struct rpc_ask *rpc_ask(struct rpc_channel *channel,
                        const char *path,
                        int64_t due,
                        const struct rpc_question *question)
{
    struct rpc_ask *ask = memory_get(1, sizeof *ask);

    ask->answer = question->answer;
    ask->context = question->context;
    ask->call = rpc_open(channel, path, due, &events, ask);
    ask->too_large = rpc_send(ask->call, question->data, question->size) != 0;
    if (ask->too_large)
        rpc_end(ask->call, RPC_CANCELLED, TOO_LARGE);
    else
        rpc_close(ask->call);
    return ask;
}

void rpc_ask_drop(struct rpc_ask *ask)
{
    if (!ask)
        return;
    rpc_drop(ask->call);
    text_done(&ask->bytes);
    free(ask);
}
