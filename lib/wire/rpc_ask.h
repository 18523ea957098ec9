/* rpc_ask - one question, one answer: a unary call on the client's side. */
#ifndef WIRE_RPC_ASK_H
#define WIRE_RPC_ASK_H

#include "wire/rpc.h"

struct rpc_ask;

/* Comes exactly once, and never within rpc_ask. `status` is RPC_OK with the answer's bytes, valid
 * during the callback, or a failure with its reason and no bytes: RPC_EXHAUSTED for a question
 * larger than RPC_MESSAGE, RPC_UNAVAILABLE also for a call that ended well without an answer. */
typedef void (*rpc_answer)(
    void *context, int status, const char *reason, const void *data, size_t size);

/* What is asked, and who takes the answer. */
struct rpc_question {
    const void *data;
    size_t size;
    rpc_answer answer;
    void *context;
};

/* Asks. `due` is the deadline on clock_now's scale. Never NULL. */
struct rpc_ask *rpc_ask(struct rpc_channel *channel,
                        const char *path,
                        int64_t due,
                        const struct rpc_question *question);

/* Forgets the question; its answer does not come. Not within the answer's own callback. NULL is
 * allowed. */
void rpc_ask_drop(struct rpc_ask *ask);

#endif
