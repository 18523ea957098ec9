/* rpc_call - the life of one call, the same on both sides.
 *
 * At any time at most one message is being received and one sent; what else is to be sent waits in
 * a bounded queue. A call is released when the library has finished it and no operation of it is
 * outstanding. */
#include <assert.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "wire/rpc_private.h"

#define OWNER(member) ((struct rpc_call *)((char *)operation - offsetof(struct rpc_call, member)))

static void call_start(struct rpc_call *call,
                       const grpc_op *batch,
                       size_t count,
                       struct rpc_operation *operation)
{
    grpc_call_error outcome;

    call->outstanding++;
    outcome =
        grpc_call_start_batch(call->call, batch, count, rpc_begin(call->rpc, operation), NULL);
    assert(outcome == GRPC_CALL_OK);
    (void)outcome;
}

static void call_release(struct rpc_call *call)
{
    while (call->queue_count) {
        grpc_byte_buffer_destroy(call->queue[call->queue_first++ % RPC_QUEUE]);
        call->queue_count--;
    }
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    grpc_metadata_array_destroy(&call->initial);
    grpc_metadata_array_destroy(&call->trailing);
    grpc_slice_unref(call->details);
    if (!call->server) {
        if (call->greeting)
            grpc_slice_unref(call->header.value);
        gpr_free((void *)call->library_reason);
    }
    grpc_call_unref(call->call);
    secret_forget(call->credential);
    free(call->peer);
    free(call);
}

static void end_tell(struct rpc_call *call)
{
    char reason[RPC_REASON];
    size_t length = GRPC_SLICE_LENGTH(call->details);
    int status = (int)call->status;

    if (call->server) {
        status = call->closed && !call->cancelled ? RPC_OK : RPC_CANCELLED;
        snprintf(reason, sizeof reason, "%s", status ? "the peer went away" : "");
    } else {
        if (length >= sizeof reason)
            length = sizeof reason - 1;
        memcpy(reason, GRPC_SLICE_START_PTR(call->details), length);
        reason[length] = '\0';
    }
    call->dropped = true;
    call->outstanding++; /* keeps the call during the callback */
    call->events.ended(call->context, call, status, reason);
    call->outstanding--;
}

/* Everything that may have become possible since the last event. May release the call. */
static void call_advance(struct rpc_call *call)
{
    if (call->finished && !call->receiving && !call->dropped)
        end_tell(call);
    if (call->finished && !call->outstanding)
        call_release(call);
}

/* Receiving. */

static void receive_start(struct rpc_call *call)
{
    grpc_op batch = {.op = GRPC_OP_RECV_MESSAGE};

    batch.data.recv_message.recv_message = &call->received;
    call->receiving = true;
    call_start(call, &batch, 1, &call->receive);
}

static void message_tell(struct rpc_call *call, grpc_byte_buffer *buffer)
{
    grpc_byte_buffer_reader reader;
    grpc_slice slice;

    if (!grpc_byte_buffer_reader_init(&reader, buffer))
        return;
    slice = grpc_byte_buffer_reader_readall(&reader);
    call->events.message(
        call->context, call, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
}

static void receive_done(struct rpc_operation *operation)
{
    struct rpc_call *call = OWNER(receive);
    grpc_byte_buffer *buffer = call->received;
    bool more = operation->success && buffer;

    call->received = NULL;
    call->receiving = false;
    if (more && !call->dropped)
        message_tell(call, buffer);
    if (more && !call->dropped)
        receive_start(call);
    call->outstanding--; /* not before: it keeps the call during the callback */
    if (buffer)
        grpc_byte_buffer_destroy(buffer);
    call_advance(call);
}

/* Sending. */

static void close_start(struct rpc_call *call)
{
    grpc_op batch = {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
    grpc_slice reason = grpc_empty_slice();

    call->closed = true;
    if (call->server) {
        batch.op = GRPC_OP_SEND_STATUS_FROM_SERVER;
        reason = grpc_slice_from_copied_string(call->end_reason);
        batch.data.send_status_from_server.status = (grpc_status_code)call->end_status;
        batch.data.send_status_from_server.status_details = &reason;
    }
    call_start(call, &batch, 1, &call->close);
    grpc_slice_unref(reason);
}

static void send_start(struct rpc_call *call)
{
    grpc_op batch = {.op = GRPC_OP_SEND_MESSAGE};

    if (!call->greeted || call->sending || call->finished)
        return;
    if (call->queue_count) {
        batch.data.send_message.send_message = call->queue[call->queue_first % RPC_QUEUE];
        call->sending = true;
        call_start(call, &batch, 1, &call->send);
    } else if (call->closing && !call->closed) {
        close_start(call);
    }
}

static void send_done(struct rpc_operation *operation)
{
    struct rpc_call *call = OWNER(send);

    call->outstanding--;
    call->sending = false;
    grpc_byte_buffer_destroy(call->queue[call->queue_first++ % RPC_QUEUE]);
    call->queue_count--;
    if (operation->success)
        send_start(call);
    call_advance(call);
}

static void close_done(struct rpc_operation *operation)
{
    struct rpc_call *call = OWNER(close);

    call->outstanding--;
    call_advance(call);
}

static void greet_done(struct rpc_operation *operation)
{
    struct rpc_call *call = OWNER(greet);

    call->outstanding--;
    if (operation->success) {
        call->greeted = true;
        send_start(call);
    }
    call_advance(call);
}

int rpc_send(struct rpc_call *call, const void *data, size_t size)
{
    grpc_slice slice;

    if (call->queue_count == RPC_QUEUE || size > RPC_MESSAGE || call->closing || call->finished)
        return 1;
    slice = grpc_slice_from_copied_buffer(data, size);
    call->queue[(call->queue_first + call->queue_count++) % RPC_QUEUE] =
        grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    send_start(call);
    return 0;
}

void rpc_close(struct rpc_call *call)
{
    call->closing = true;
    send_start(call);
}

void rpc_end(struct rpc_call *call, int status, const char *reason)
{
    if (!call->server) {
        grpc_call_cancel(call->call, NULL);
        return;
    }
    if (call->closing)
        return;
    call->end_status = status;
    snprintf(call->end_reason, sizeof call->end_reason, "%s", reason);
    rpc_close(call);
}

void rpc_drop(struct rpc_call *call)
{
    if (!call)
        return;
    call->dropped = true;
    if (!call->finished)
        grpc_call_cancel(call->call, NULL);
    /* A call that drops itself in its own callback is kept by that callback. */
    if (call->finished && !call->outstanding)
        call_release(call);
    else if (*call->link == call) {
        *call->link = call->next;
        if (call->next)
            call->next->link = call->link;
        call->next = NULL;
        call->link = &call->next;
    }
}

/* Birth. */

static void finish_done(struct rpc_operation *operation)
{
    struct rpc_call *call = OWNER(finish);

    call->outstanding--;
    call->finished = true;
    call_advance(call);
}

static struct rpc_call *call_new(struct rpc *rpc, struct rpc_server *server, grpc_call *library)
{
    struct rpc_call *call = memory_get(1, sizeof *call);

    call->rpc = rpc;
    call->server = server;
    call->call = library;
    call->greet.done = greet_done;
    call->finish.done = finish_done;
    call->receive.done = receive_done;
    call->send.done = send_done;
    call->close.done = close_done;
    call->details = grpc_empty_slice();
    grpc_metadata_array_init(&call->initial);
    grpc_metadata_array_init(&call->trailing);
    call->next = rpc->calls;
    call->link = &rpc->calls;
    if (call->next)
        call->next->link = &call->next;
    rpc->calls = call;
    return call;
}

struct rpc_call *rpc_call_serve(struct rpc_server *server, grpc_call *library)
{
    struct rpc_call *call = call_new(server->rpc, server, library);
    grpc_op finish = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    grpc_op greet = {.op = GRPC_OP_SEND_INITIAL_METADATA};

    call->dropped = true; /* until somebody accepts it */
    finish.data.recv_close_on_server.cancelled = &call->cancelled;
    call_start(call, &finish, 1, &call->finish);
    call_start(call, &greet, 1, &call->greet);
    return call;
}

void rpc_accept(struct rpc_call *call, const struct rpc_events *events, void *context)
{
    call->events = *events;
    call->context = context;
    call->dropped = false;
    receive_start(call);
}

static gpr_timespec deadline_of(int64_t due)
{
    if (due == CLOCK_NEVER)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_nanos(due - clock_now(), GPR_TIMESPAN));
}

struct rpc_call *rpc_open(struct rpc_channel *channel,
                          const char *path,
                          int64_t due,
                          const struct rpc_events *events,
                          void *context)
{
    grpc_slice method = grpc_slice_from_copied_string(path);
    grpc_call *library = grpc_channel_create_call(channel->channel,
                                                  NULL,
                                                  GRPC_PROPAGATE_DEFAULTS,
                                                  channel->rpc->queue,
                                                  method,
                                                  NULL,
                                                  deadline_of(due),
                                                  NULL);
    struct rpc_call *call = call_new(channel->rpc, NULL, library);
    grpc_op finish[2] = {{.op = GRPC_OP_RECV_STATUS_ON_CLIENT},
                         {.op = GRPC_OP_RECV_INITIAL_METADATA}};
    grpc_op greet = {.op = GRPC_OP_SEND_INITIAL_METADATA};

    grpc_slice_unref(method);
    call->events = *events;
    call->context = context;
    finish[0].data.recv_status_on_client.trailing_metadata = &call->trailing;
    finish[0].data.recv_status_on_client.status = &call->status;
    finish[0].data.recv_status_on_client.status_details = &call->details;
    finish[0].data.recv_status_on_client.error_string = &call->library_reason;
    finish[1].data.recv_initial_metadata.recv_initial_metadata = &call->initial;
    if (channel->header) {
        call->greeting = true;
        call->header.key = grpc_slice_from_static_string(RPC_HEADER_NAME);
        call->header.value = grpc_slice_from_copied_string(channel->header);
        greet.data.send_initial_metadata.metadata = &call->header;
        greet.data.send_initial_metadata.count = 1;
    }
    call_start(call, finish, 2, &call->finish);
    call_start(call, &greet, 1, &call->greet);
    receive_start(call);
    return call;
}

/* Channels.
 *
 * Retries are off: the agents decide themselves what to try again, and in gRPC 1.51 a cancelled
 * call that had received a message larger than the retry buffer (256 KiB) never completes. The pool
 * of connections is the channel's own, so that a fresh channel does not inherit the back-off of an
 * old one to the same address. */

struct rpc_channel *rpc_dial(struct rpc *rpc,
                             const char *address,
                             const char *name,
                             const struct rpc_identity *identity)
{
    struct rpc_channel *channel = memory_get(1, sizeof *channel);
    grpc_channel_credentials *credentials = rpc_identity_credentials(identity);
    char target[128];
    grpc_arg settings[] = {
        {.type = GRPC_ARG_STRING,
         .key = GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
         .value.string = (char *)name},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, .value.integer = 1},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_CHANNELZ, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION,
         .value.integer = 1},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = RPC_MESSAGE},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, .value.integer = 5000},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
         .value.integer = 200},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, .value.integer = 2000},
    };
    grpc_channel_args arguments = {.num_args = sizeof settings / sizeof *settings,
                                   .args = settings};

    snprintf(target, sizeof target, "%s:%s", address[0] == '[' ? "ipv6" : "ipv4", address);
    channel->rpc = rpc;
    channel->channel = grpc_channel_create(target, credentials, &arguments);
    grpc_channel_credentials_release(credentials);
    return channel;
}

void rpc_channel_credential(struct rpc_channel *channel, const char *credential)
{
    secret_forget(channel->header);
    channel->header = rpc_header(credential);
}

void rpc_hang_up(struct rpc_channel *channel)
{
    if (!channel)
        return;
    grpc_channel_destroy(channel->channel);
    secret_forget(channel->header);
    free(channel);
}
