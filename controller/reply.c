/* reply - the one answer to a call. */
#include "controller/reply.h"

#include "base/cleanup.h"
#include "base/memory.h"

void reply_send(struct rpc_call *call, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);

    protobuf_c_message_pack(message, bytes);
    if (size > RPC_MESSAGE) {
        rpc_end(call, RPC_EXHAUSTED, "the answer is larger than a message may be");
        return;
    }
    rpc_send(call, bytes, size);
    rpc_end(call, RPC_OK, "");
}
