/* reply - the one answer to a call. */
#ifndef CONTROLLER_REPLY_H
#define CONTROLLER_REPLY_H

#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

/* Sends the message and ends the call well; with RPC_EXHAUSTED when it is larger than a message may
 * be. */
void reply_send(struct rpc_call *call, const ProtobufCMessage *message);

#endif
