/* rpc_server - accepting calls: who has come is noted, the method found, the handler told. */
#include <grpc/slice.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/net.h"
#include "wire/rpc_private.h"

/* What a call shows, or NULL. */
static const grpc_slice *shown_find(const struct rpc_server *server)
{
    for (size_t i = 0; i < server->metadata.count; i++) {
        const grpc_metadata *entry = &server->metadata.metadata[i];

        if (grpc_slice_str_cmp(entry->key, RPC_HEADER_NAME) == 0)
            return &entry->value;
    }
    return NULL;
}

/* Copies what the call shows, for its handler. */
static char *credential_copy(const struct rpc_server *server)
{
    const grpc_slice *shown = shown_find(server);
    size_t size = shown ? GRPC_SLICE_LENGTH(*shown) : 0;
    size_t word = strlen(RPC_HEADER_WORD);

    if (size <= word || size > RPC_TOKEN ||
        memcmp(GRPC_SLICE_START_PTR(*shown), RPC_HEADER_WORD, word) != 0)
        return NULL;
    return strndup((const char *)GRPC_SLICE_START_PTR(*shown) + word, size - word);
}

static void request_post(struct rpc_server *server)
{
    server->requesting = true;
    grpc_call_details_init(&server->details);
    grpc_metadata_array_init(&server->metadata);
    grpc_server_request_call(server->server,
                             &server->request_call,
                             &server->details,
                             &server->metadata,
                             server->rpc->queue,
                             server->rpc->queue,
                             rpc_begin(server->rpc, &server->request));
}

static void call_dispatch(struct rpc_server *server)
{
    struct rpc_call *call = rpc_call_serve(server, server->request_call);
    const struct rpc_service *service = &server->service;

    call->credential = credential_copy(server);
    call->peer = rpc_peer_read(server->request_call);
    for (size_t i = 0; i < service->method_count; i++) {
        if (grpc_slice_str_cmp(server->details.method, service->methods[i].path) == 0) {
            service->methods[i].opened(service->context, call);
            return;
        }
    }
    rpc_end(call, RPC_UNIMPLEMENTED, "no such method");
}

/* Frees the server when nothing of it is outstanding any more. */
static void server_release(struct rpc_server *server)
{
    if (!server->down || server->requesting)
        return;
    grpc_server_destroy(server->server);
    rpc_papers_free(server->papers);
    free(server);
}

static void request_done(struct rpc_operation *operation)
{
    struct rpc_server *server =
        (struct rpc_server *)((char *)operation - offsetof(struct rpc_server, request));

    server->requesting = false;
    if (operation->success && !server->stopped)
        call_dispatch(server);
    else if (operation->success)
        grpc_call_unref(server->request_call);
    grpc_call_details_destroy(&server->details);
    grpc_metadata_array_destroy(&server->metadata);
    if (operation->success && !server->stopped)
        request_post(server);
    server_release(server);
}

static void shutdown_done(struct rpc_operation *operation)
{
    struct rpc_server *server =
        (struct rpc_server *)((char *)operation - offsetof(struct rpc_server, shutdown));

    server->down = true;
    server_release(server);
}

struct rpc_server *rpc_serve(struct rpc *rpc,
                             const char *address,
                             const struct rpc_identity *identity,
                             const struct rpc_service *service,
                             struct error *error)
{
    struct rpc_server *server = memory_get(1, sizeof *server);
    struct rpc_papers *papers = rpc_papers_new(identity);
    grpc_server_credentials *credentials = rpc_papers_credentials(papers, service->open);
    grpc_arg settings[] = {
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ALLOW_REUSEPORT, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_CHANNELZ, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = RPC_MESSAGE},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_MAX_CONNECTION_IDLE_MS,
         .value.integer = service->idle ? service->idle : INT_MAX},
    };
    grpc_channel_args arguments = {.num_args = sizeof settings / sizeof *settings,
                                   .args = settings};
    struct net_address parsed;

    server->rpc = rpc;
    server->service = *service;
    server->request.done = request_done;
    server->shutdown.done = shutdown_done;
    server->papers = papers;
    server->server = grpc_server_create(&arguments, NULL);
    grpc_server_register_completion_queue(server->server, rpc->queue, NULL);
    if (net_parse(address, &parsed, error) == 0) {
        server->port = grpc_server_add_http2_port(server->server, address, credentials);
        if (!server->port)
            error_set(error, "cannot listen on %s", address);
    }
    grpc_server_credentials_release(credentials);
    grpc_server_start(server->server);
    if (!server->port) {
        rpc_stop(server);
        return NULL;
    }
    request_post(server);
    return server;
}

void rpc_server_identity(struct rpc_server *server, const struct rpc_identity *identity)
{
    rpc_papers_set(server->papers, identity);
}

const char *rpc_peer(const struct rpc_call *call)
{
    return call->peer ? call->peer : "";
}

const char *rpc_credential(const struct rpc_call *call)
{
    return call->credential ? call->credential : "";
}

int rpc_port(const struct rpc_server *server)
{
    return server->port;
}

void rpc_stop(struct rpc_server *server)
{
    struct rpc *rpc = server->rpc;
    struct rpc_call *call = rpc->calls;

    server->stopped = true;
    while (call) {
        struct rpc_call *next = call->next;

        if (call->server == server)
            rpc_drop(call);
        call = next;
    }
    grpc_server_shutdown_and_notify(server->server, rpc->queue, rpc_begin(rpc, &server->shutdown));
    grpc_server_cancel_all_calls(server->server);
}
