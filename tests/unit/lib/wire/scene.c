/* scene - two ends of calls on one loop. */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

#define PATIENT CLOCK_SECONDS(30)

static void served_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    rpc_send(call, data, size);
}

static void served_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct scene *scene = context;

    (void)call;
    (void)reason;
    scene->server_ended++;
    scene->server_status = status;
    scene->served = NULL;
    if (scene->want < 0)
        loop_stop(&scene->loop);
}

static const struct rpc_events served_events = {served_message, served_ended};

static void opened(struct scene *scene, struct rpc_call *call, const struct rpc_events *events)
{
    scene->opened++;
    scene->served = call;
    rpc_accept(call, events, scene);
    if (scene->stop_when_opened)
        loop_stop(&scene->loop);
}

static void echo_opened(void *context, struct rpc_call *call)
{
    opened(context, call, &served_events);
}

static void silent_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct scene *scene = context;

    (void)data;
    scene->server_received_bytes += size;
    if (scene->server_received_bytes == scene->end_when_received)
        rpc_end(call, RPC_OK, "");
}

static const struct rpc_events silent_events = {silent_message, served_ended};

static void silent_opened(void *context, struct rpc_call *call)
{
    opened(context, call, &silent_events);
}

static void unary_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    rpc_send(call, data, size);
    rpc_end(call, RPC_OK, "");
}

static const struct rpc_events unary_events = {unary_message, served_ended};

static void unary_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &unary_events, context);
}

static void empty_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    rpc_end(call, RPC_OK, "");
}

static const struct rpc_events empty_events = {empty_message, served_ended};

static void empty_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &empty_events, context);
}

static void rue_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    rpc_send(call, data, size);
    rpc_end(call, RPC_EXHAUSTED, "on second thought");
}

static const struct rpc_events rue_events = {rue_message, served_ended};

static void rue_opened(void *context, struct rpc_call *call)
{
    rpc_accept(call, &rue_events, context);
}

static void explain_opened(void *context, struct rpc_call *call)
{
    char reason[600];

    (void)context;
    memset(reason, 'x', sizeof reason);
    memcpy(reason, SCENE_EXPLAINED, strlen(SCENE_EXPLAINED));
    reason[sizeof reason - 1] = '\0';
    rpc_end(call, RPC_REFUSED, reason);
}

static void refuse_opened(void *context, struct rpc_call *call)
{
    (void)context;
    rpc_end(call, RPC_REFUSED, "not today");
}

static const struct rpc_method methods[] = {{"/test/Echo", echo_opened},
                                            {"/test/Silent", silent_opened},
                                            {"/test/Unary", unary_opened},
                                            {"/test/Empty", empty_opened},
                                            {"/test/Rue", rue_opened},
                                            {"/test/Refuse", refuse_opened},
                                            {"/test/Explain", explain_opened}};

static void client_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct scene *scene = context;

    scene->received++;
    scene->received_bytes += size;
    snprintf(scene->last, sizeof scene->last, "%.*s", (int)size, (const char *)data);
    if (scene->drop_on_message)
        rpc_drop(call);
    if (scene->received == scene->want)
        loop_stop(&scene->loop);
}

static void client_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct scene *scene = context;

    (void)call;
    scene->ended++;
    scene->status = status;
    snprintf(scene->reason, sizeof scene->reason, "%s", reason);
    loop_stop(&scene->loop);
}

static const struct rpc_events client_events = {client_message, client_ended};

static void guard_fires(void *context)
{
    CU_FAIL("the loop waits for something that does not come");
    loop_stop(context);
}

struct rpc_service scene_service(struct scene *scene)
{
    return (struct rpc_service){
        .methods = methods, .method_count = sizeof methods / sizeof *methods, .context = scene};
}

void scene_dial(struct scene *scene, const char *name, const struct rpc_identity *identity)
{
    char address[64];

    rpc_hang_up(scene->channel);
    snprintf(address, sizeof address, "127.0.0.1:%d", rpc_port(scene->server));
    scene->channel = rpc_dial(scene->rpc, address, name, identity);
}

static void serve(struct scene *scene, const struct rpc_service *service)
{
    const struct rpc_identity *identity = &scene->identity.identity;

    scene->server = rpc_serve(scene->rpc, "127.0.0.1:0", identity, service, NULL);
    CU_ASSERT_FATAL(scene->server != NULL);
    scene_dial(scene, SCENE_SERVER, &scene->client.identity);
}

void scene_begin(struct scene *scene)
{
    struct rpc_service service = scene_service(scene);

    *scene = (struct scene){0};
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    scene->rpc = rpc_new(&scene->loop, NULL);
    CU_ASSERT_FATAL(scene->rpc != NULL);
    passport_make(&scene->identity, SCENE_SERVER);
    passport_make(&scene->client, SCENE_CLIENT);
    serve(scene, &service);
    scene->guard = (struct timer){.call = guard_fires, .context = &scene->loop};
}

void scene_replace(struct scene *scene, const struct rpc_service *service)
{
    rpc_stop(scene->server);
    serve(scene, service);
}

void scene_run(struct scene *scene)
{
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    loop_cancel(&scene->loop, &scene->guard);
}

void scene_end(struct scene *scene)
{
    rpc_hang_up(scene->channel);
    if (scene->server)
        rpc_stop(scene->server);
    rpc_free(scene->rpc);
    loop_done(&scene->loop);
    passport_done(&scene->identity);
    passport_done(&scene->client);
}

struct rpc_call *scene_open(struct scene *scene, const char *path)
{
    return scene_open_until(scene, path, CLOCK_NEVER);
}

struct rpc_call *scene_open_until(struct scene *scene, const char *path, int64_t due)
{
    return rpc_open(scene->channel, path, due, &client_events, scene);
}
