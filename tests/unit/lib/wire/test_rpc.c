/* Calls between two ends of one loop: messages, and ends of every kind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "support/check.h"

static void a_unary_call_brings_one_answer_and_ok(void)
{
    struct scene scene;
    struct rpc_call *call;

    scene_begin(&scene);
    call = scene_open(&scene, "/test/Unary");
    CU_ASSERT(rpc_send(call, "hello", 5) == 0);
    rpc_close(call);
    scene_run(&scene);
    CU_ASSERT(scene.received == 1 && !strcmp(scene.last, "hello"));
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_OK);
    scene_end(&scene);
}

static void a_stream_keeps_order_and_ends_when_the_client_closes(void)
{
    struct scene scene;
    struct rpc_call *call;
    char word[16];

    scene_begin(&scene);
    call = scene_open(&scene, "/test/Echo");
    for (int i = 0; i < RPC_QUEUE; i++) {
        snprintf(word, sizeof word, "%d", i);
        CU_ASSERT(rpc_send(call, word, strlen(word)) == 0);
    }
    CU_ASSERT(rpc_send(call, "x", 1) == 1);
    scene.want = RPC_QUEUE;
    scene_run(&scene);
    CU_ASSERT(scene.received == RPC_QUEUE && !strcmp(scene.last, "63"));
    rpc_end(scene.served, RPC_OK, "");
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_OK && scene.server_status == RPC_OK);
    scene_end(&scene);
}

static void a_large_message_passes_and_a_larger_one_is_refused(void)
{
    struct scene scene;
    struct rpc_call *call;
    char *bytes = calloc(RPC_MESSAGE + 1, 1);

    CU_ASSERT_FATAL(bytes != NULL);
    scene_begin(&scene);
    call = scene_open(&scene, "/test/Echo");
    CU_ASSERT(rpc_send(call, bytes, RPC_MESSAGE + 1) == 1);
    CU_ASSERT(rpc_send(call, bytes, RPC_MESSAGE) == 0);
    scene.want = 1;
    scene_run(&scene);
    CU_ASSERT(scene.received_bytes == RPC_MESSAGE);
    rpc_drop(call);
    scene_end(&scene);
    free(bytes);
}

static void expect_end(const char *path, int status, const char *reason)
{
    struct scene scene;

    scene_begin(&scene);
    scene_open(&scene, path);
    scene_run(&scene);
    CU_ASSERT(scene.opened == 0 && scene.ended == 1 && scene.status == status);
    CU_ASSERT(!strcmp(scene.reason, reason));
    scene_end(&scene);
}

static void unknown_methods_are_refused(void)
{
    expect_end("/test/Nothing", RPC_UNIMPLEMENTED, "no such method");
    expect_end("/test/Refuse", RPC_REFUSED, "not today");
}

static void a_stopped_server_ends_the_call(void)
{
    struct scene scene;
    struct rpc_call *call;

    scene_begin(&scene);
    call = scene_open(&scene, "/test/Echo");
    rpc_send(call, "a", 1);
    scene.want = 1;
    scene_run(&scene);
    rpc_stop(scene.server);
    scene.server = NULL;
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status != RPC_OK && scene.server_ended == 0);
    scene_end(&scene);
}

static void a_client_that_leaves_ends_the_call_at_the_server(void)
{
    struct scene scene;
    struct rpc_call *call;

    scene_begin(&scene);
    scene.drop_on_message = true;
    scene.want = -1;
    call = scene_open(&scene, "/test/Echo");
    rpc_send(call, "a", 1);
    scene_run(&scene);
    CU_ASSERT(scene.received == 1 && scene.ended == 0);
    CU_ASSERT(scene.server_ended == 1 && scene.server_status == RPC_CANCELLED);
    scene_end(&scene);
}

static void nobody_listening_ends_the_call_at_once(void)
{
    struct scene scene;

    scene_begin(&scene);
    rpc_hang_up(scene.channel);
    scene.channel = rpc_dial(scene.rpc, "127.0.0.1:1", SCENE_SERVER, &scene.client.identity);
    scene_open(&scene, "/test/Echo");
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_UNAVAILABLE);
    scene_end(&scene);
}

static void a_deadline_ends_the_call(void)
{
    struct scene scene;

    scene_begin(&scene);
    scene_open_until(&scene, "/test/Echo", clock_now() + CLOCK_MS(30));
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_DEADLINE);
    scene_end(&scene);
}

static void an_address_in_use_or_malformed_is_reported(void)
{
    struct scene scene;
    struct rpc_service service = scene_service(&scene);
    struct error error = {""};
    char address[64];

    scene_begin(&scene);
    snprintf(address, sizeof address, "127.0.0.1:%d", rpc_port(scene.server));
    CU_ASSERT(rpc_serve(scene.rpc, address, &scene.identity.identity, &service, &error) == NULL);
    CU_ASSERT(strstr(error.text, "cannot listen") != NULL);
    CU_ASSERT(rpc_serve(scene.rpc, "localhost:0", &scene.identity.identity, &service, &error) ==
              NULL);
    CU_ASSERT(strstr(error.text, "not a numeric address") != NULL);
    scene_end(&scene);
}

static void many_calls_at_once_and_an_end_with_calls_open(void)
{
    struct scene scene;

    scene_begin(&scene);
    for (int i = 0; i < 100; i++) {
        struct rpc_call *call = scene_open(&scene, "/test/Echo");

        rpc_send(call, "a", 1);
    }
    scene.want = 60;
    scene_run(&scene);
    CU_ASSERT(scene.received >= 60);
    rpc_stop(scene.server);
    scene.server = NULL;
    scene_end(&scene);
}

SUITE("wire rpc",
      {"a unary call brings one answer and ok", a_unary_call_brings_one_answer_and_ok},
      {"a stream keeps order and ends when the client closes",
       a_stream_keeps_order_and_ends_when_the_client_closes},
      {"a large message passes and a larger one is refused",
       a_large_message_passes_and_a_larger_one_is_refused},
      {"unknown methods are refused", unknown_methods_are_refused},
      {"a stopped server ends the call", a_stopped_server_ends_the_call},
      {"a client that leaves ends the call at the server",
       a_client_that_leaves_ends_the_call_at_the_server},
      {"nobody listening ends the call at once", nobody_listening_ends_the_call_at_once},
      {"a deadline ends the call", a_deadline_ends_the_call},
      {"an address in use or malformed is reported", an_address_in_use_or_malformed_is_reported},
      {"many calls at once and an end with calls open",
       many_calls_at_once_and_an_end_with_calls_open})
