/* Calls over a connection that fails: cut between two messages or within one, closed at once,
 * answered by something else; and calls that the client ends. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/net.h"
#include "scene.h"
#include "support/check.h"

#define CHUNK 4096

/* Stands between client and server, and lets so many bytes of the client pass. */
struct relay {
    struct scene scene;
    int listener;
    struct watch door;
    struct watch client;
    struct watch server;
    int ends[2];          /* to the client, to the server; -1 = not connected */
    size_t allowed;       /* bytes of the client, then the connection is cut */
    const char *greeting; /* said to the client in the place of any server */
};

static void relay_cut(struct relay *relay)
{
    if (relay->ends[0] < 0)
        return;
    loop_remove(&relay->scene.loop, &relay->client);
    loop_remove(&relay->scene.loop, &relay->server);
    close(relay->ends[0]);
    close(relay->ends[1]);
    relay->ends[0] = relay->ends[1] = -1;
}

static void pass_on(struct relay *relay, int from, int to, size_t *allowed)
{
    char chunk[CHUNK];
    size_t most = allowed && *allowed < sizeof chunk ? *allowed : sizeof chunk;
    ssize_t got = read(from, chunk, most);

    if (got > 0 && allowed)
        *allowed -= (size_t)got;
    if (got <= 0 || send(to, chunk, (size_t)got, MSG_NOSIGNAL) != got || (allowed && !*allowed))
        relay_cut(relay);
}

static void client_ready(void *context, uint32_t events)
{
    struct relay *relay = context;

    (void)events;
    pass_on(relay, relay->ends[0], relay->ends[1], &relay->allowed);
}

static void server_ready(void *context, uint32_t events)
{
    struct relay *relay = context;

    (void)events;
    pass_on(relay, relay->ends[1], relay->ends[0], NULL);
}

static void door_ready(void *context, uint32_t events)
{
    struct relay *relay = context;
    struct loop *loop = &relay->scene.loop;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)rpc_port(relay->scene.server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC);

    (void)events;
    if (client < 0)
        abort();
    if (relay->greeting)
        send(client, relay->greeting, strlen(relay->greeting), MSG_NOSIGNAL);
    if (relay->greeting || !relay->allowed || relay->ends[0] >= 0) {
        close(client);
        return;
    }
    relay->ends[0] = client;
    relay->ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (relay->ends[1] < 0 ||
        connect(relay->ends[1], (struct sockaddr *)&address, sizeof address) ||
        loop_add(loop, &relay->client, relay->ends[0], EPOLLIN, NULL) ||
        loop_add(loop, &relay->server, relay->ends[1], EPOLLIN, NULL))
        abort();
}

/* A scene whose client dials the relay. */
static void relay_begin(struct relay *relay, size_t allowed, const char *greeting)
{
    char dialled[64];

    *relay = (struct relay){.ends = {-1, -1}, .allowed = allowed, .greeting = greeting};
    relay->door = (struct watch){.call = door_ready, .context = relay};
    relay->client = (struct watch){.call = client_ready, .context = relay};
    relay->server = (struct watch){.call = server_ready, .context = relay};
    scene_begin(&relay->scene);
    relay->listener = net_listen("127.0.0.1:0", 8, NULL);
    if (relay->listener < 0 ||
        loop_add(&relay->scene.loop, &relay->door, relay->listener, EPOLLIN, NULL))
        abort();
    snprintf(dialled, sizeof dialled, "127.0.0.1:%d", net_port(relay->listener));
    rpc_hang_up(relay->scene.channel);
    relay->scene.channel =
        rpc_dial(relay->scene.rpc, dialled, SCENE_SERVER, &relay->scene.client.identity);
}

static void relay_end(struct relay *relay)
{
    relay_cut(relay);
    loop_remove(&relay->scene.loop, &relay->door);
    close(relay->listener);
    scene_end(&relay->scene);
}

/* Serves until the call has ended on the server too. */
static void server_ends(struct scene *scene)
{
    scene->want = -1;
    if (!scene->server_ended)
        scene_run(scene);
}

static void a_connection_that_is_cut_ends_the_call_on_both_sides(void)
{
    struct relay relay;
    struct scene *scene = &relay.scene;
    struct rpc_call *call;

    relay_begin(&relay, SIZE_MAX, NULL);
    call = scene_open(scene, "/test/Echo");
    rpc_send(call, "a", 1);
    scene->want = 1;
    scene_run(scene);
    CU_ASSERT(scene->received == 1 && scene->ended == 0);
    relay_cut(&relay);
    scene_run(scene);
    server_ends(scene);
    CU_ASSERT(scene->ended == 1 && scene->status == RPC_UNAVAILABLE);
    CU_ASSERT(scene->server_ended == 1 && scene->server_status == RPC_CANCELLED);
    relay_end(&relay);
}

static void a_channel_connects_again_after_a_cut(void)
{
    struct relay relay;
    struct scene *scene = &relay.scene;

    relay_begin(&relay, SIZE_MAX, NULL);
    rpc_send(scene_open(scene, "/test/Echo"), "a", 1);
    scene->want = 1;
    scene_run(scene);
    relay_cut(&relay);
    scene_run(scene);
    CU_ASSERT(scene->ended == 1 && scene->status == RPC_UNAVAILABLE);
    rpc_send(scene_open(scene, "/test/Unary"), "b", 1);
    scene_run(scene);
    CU_ASSERT(scene->ended == 2 && scene->status == RPC_OK);
    CHECK_TEXT(scene->last, "b");
    relay_end(&relay);
}

static void half_a_message_is_no_message(void)
{
    CLEAN_FREE char *bytes = memory_get(RPC_MESSAGE, 1);
    struct relay relay;
    struct scene *scene = &relay.scene;
    struct rpc_call *call;

    relay_begin(&relay, RPC_MESSAGE / 2, NULL);
    call = scene_open(scene, "/test/Silent");
    CU_ASSERT(rpc_send(call, bytes, RPC_MESSAGE) == 0);
    scene_run(scene);
    server_ends(scene);
    CU_ASSERT(scene->ended == 1 && scene->status == RPC_UNAVAILABLE);
    CU_ASSERT(scene->opened == 1 && scene->server_received_bytes == 0);
    CU_ASSERT(scene->server_ended == 1 && scene->server_status == RPC_CANCELLED);
    relay_end(&relay);
}

static void a_peer_that_is_no_server_ends_the_call(void)
{
    static const char *const greetings[] = {NULL, "", "HTTP/1.1 400 Bad Request\r\n\r\n"};
    struct relay relay;

    for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
        relay_begin(&relay, 0, greetings[i]);
        scene_open(&relay.scene, "/test/Echo");
        scene_run(&relay.scene);
        CU_ASSERT(relay.scene.ended == 1 && relay.scene.status == RPC_UNAVAILABLE);
        CU_ASSERT(relay.scene.opened == 0);
        relay_end(&relay);
    }
}

static void a_client_that_cancels_is_told_too(void)
{
    struct scene scene;
    struct rpc_call *call;

    scene_begin(&scene);
    call = scene_open(&scene, "/test/Silent");
    scene.stop_when_opened = true;
    scene_run(&scene);
    CU_ASSERT(scene.opened == 1 && scene.ended == 0);
    rpc_end(call, RPC_CANCELLED, "");
    rpc_end(call, RPC_CANCELLED, "");
    scene_run(&scene);
    server_ends(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_CANCELLED);
    CU_ASSERT(scene.server_ended == 1 && scene.server_status == RPC_CANCELLED);
    scene_end(&scene);
}

static void nothing_is_sent_behind_the_close(void)
{
    struct scene scene;
    struct rpc_call *call;

    scene_begin(&scene);
    call = scene_open(&scene, "/test/Unary");
    CU_ASSERT(rpc_send(call, "a", 1) == 0);
    rpc_close(call);
    CU_ASSERT(rpc_send(call, "b", 1) == 1);
    scene_run(&scene);
    CU_ASSERT(scene.ended == 1 && scene.status == RPC_OK && scene.received == 1);
    rpc_drop(NULL);
    rpc_hang_up(NULL);
    scene_end(&scene);
}

SUITE("wire rpc break",
      {"a connection that is cut ends the call on both sides",
       a_connection_that_is_cut_ends_the_call_on_both_sides},
      {"a channel connects again after a cut", a_channel_connects_again_after_a_cut},
      {"half a message is no message", half_a_message_is_no_message},
      {"a peer that is no server ends the call", a_peer_that_is_no_server_ends_the_call},
      {"a client that cancels is told too", a_client_that_cancels_is_told_too},
      {"nothing is sent behind the close", nothing_is_sent_behind_the_close})
