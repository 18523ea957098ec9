/* Who is let in and believed: certificates on both sides, and that they can be replaced. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "scene.h"
#include "support/check.h"

/* Opens one call with what the client has; returns how it ended, RPC_OK when it was served. */
static int tried(struct scene *scene)
{
    struct rpc_call *call = scene_open(scene, "/test/Unary");

    rpc_send(call, "a", 1);
    rpc_close(call);
    scene_run(scene);
    return scene->status;
}

static void a_client_without_a_certificate_is_not_let_in(void)
{
    const struct rpc_identity none = passport_none();
    struct scene scene;

    scene_begin(&scene);
    CU_ASSERT(tried(&scene) == RPC_OK);
    scene_dial(&scene, SCENE_SERVER, &none);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    scene_end(&scene);
}

/* Both sides look: the stranger believes the authority, but is not believed, and the other way. */
static void certificates_of_another_authority_are_not_believed(void)
{
    CLEAN(authority) struct authority other = {.key.data = NULL};
    struct passport stranger;
    struct scene scene;
    struct rpc_identity mixed;

    CU_ASSERT_FATAL(authority_make(&other, time(NULL), 86400, NULL) == 0);
    passport_make_by(&stranger, &other, SCENE_CLIENT);
    scene_begin(&scene);
    scene_dial(&scene, SCENE_SERVER, &stranger.identity);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    mixed = stranger.identity;
    mixed.trust = scene.client.identity.trust;
    scene_dial(&scene, SCENE_SERVER, &mixed);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    mixed = scene.client.identity;
    mixed.trust = stranger.identity.trust;
    scene_dial(&scene, SCENE_SERVER, &mixed);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    scene_end(&scene);
    passport_done(&stranger);
}

static void a_server_of_another_name_is_not_believed(void)
{
    static const char *const names[] = {
        "other.example", "example", "server.example.org", "10.0.0.1"};
    struct scene scene;

    scene_begin(&scene);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        scene_dial(&scene, names[i], &scene.client.identity);
        CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    }
    scene_end(&scene);
}

static void a_certificate_that_has_ended_is_not_believed(void)
{
    struct passport late;
    struct scene scene;
    const struct certificate_grant grant = {SCENE_CLIENT, NULL, time(NULL) - 7200, 3600};
    CLEAN(text) struct text request = {0};
    CLEAN(text) struct text chain = {0};

    passport_make(&late, SCENE_CLIENT);
    CU_ASSERT_FATAL(!certificate_request(late.key.data, &request, NULL) &&
                    !authority_certify(passport_authority(), &request, &grant, &chain, NULL));
    late.identity.certificate = chain.data;
    scene_begin(&scene);
    scene_dial(&scene, SCENE_SERVER, &late.identity);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    scene_end(&scene);
    passport_done(&late);
}

/* A channel that is open keeps what it was opened with. */
static void a_server_can_become_somebody_else_while_it_runs(void)
{
    CLEAN(authority) struct authority next = {.key.data = NULL};
    struct passport server;
    struct passport client;
    struct scene scene;

    CU_ASSERT_FATAL(authority_make(&next, time(NULL), 86400, NULL) == 0);
    passport_make_by(&server, &next, SCENE_SERVER);
    passport_make_by(&client, &next, SCENE_CLIENT);
    scene_begin(&scene);
    CU_ASSERT(tried(&scene) == RPC_OK);
    rpc_server_identity(scene.server, &server.identity);
    CU_ASSERT(tried(&scene) == RPC_OK);
    scene_dial(&scene, SCENE_SERVER, &scene.client.identity);
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    scene_dial(&scene, SCENE_SERVER, &client.identity);
    CU_ASSERT(tried(&scene) == RPC_OK);
    scene_end(&scene);
    passport_done(&server);
    passport_done(&client);
}

/* Before and after one authority has followed another, everybody reaches everybody. */
static void nobody_is_cut_off_when_the_authority_changes(void)
{
    CLEAN(authority) struct authority next = {.key.data = NULL};
    struct passport later;
    struct scene scene;

    CU_ASSERT_FATAL(authority_follow(&next, passport_authority(), time(NULL), 86400, NULL) == 0);
    scene_begin(&scene);
    passport_make_by(&later, &next, SCENE_CLIENT);
    scene_dial(&scene, SCENE_SERVER, &later.identity);
    CU_ASSERT(tried(&scene) == RPC_OK);
    passport_done(&later);
    passport_make_by(&later, &next, SCENE_SERVER);
    rpc_server_identity(scene.server, &later.identity);
    scene_dial(&scene, SCENE_SERVER, &scene.client.identity);
    CU_ASSERT(tried(&scene) == RPC_OK);
    scene_end(&scene);
    passport_done(&later);
}

/* Handlers see who calls. */

static void who_opened(void *context, struct rpc_call *call)
{
    struct scene *scene = context;

    snprintf(scene->last, sizeof scene->last, "%s/%.30s", rpc_peer(call), rpc_credential(call));
    rpc_end(call, RPC_REFUSED, "seen");
}

static const struct rpc_method who = {"/test/Unary", who_opened};

static void a_handler_sees_who_calls(void)
{
    struct scene scene;
    const struct rpc_service service = {.methods = &who, .method_count = 1, .context = &scene};

    scene_begin(&scene);
    scene_replace(&scene, &service);
    CU_ASSERT(tried(&scene) == RPC_REFUSED);
    CHECK_TEXT(scene.last, SCENE_CLIENT "/");
    rpc_channel_credential(scene.channel, "a.b.c");
    CU_ASSERT(tried(&scene) == RPC_REFUSED);
    CHECK_TEXT(scene.last, SCENE_CLIENT "/a.b.c");
    scene_end(&scene);
}

static void an_open_service_lets_in_whoever_has_no_certificate(void)
{
    const struct rpc_identity none = passport_none();
    CLEAN_FREE char *long_one = memory_get(RPC_TOKEN + 1, 1);
    CLEAN(authority) struct authority other = {.key.data = NULL};
    struct passport stranger;
    struct rpc_identity mixed;
    struct scene scene;
    const struct rpc_service service = {
        .methods = &who, .method_count = 1, .context = &scene, .open = true};

    scene_begin(&scene);
    scene_replace(&scene, &service);
    CU_ASSERT(tried(&scene) == RPC_REFUSED);
    CHECK_TEXT(scene.last, SCENE_CLIENT "/");
    scene_dial(&scene, SCENE_SERVER, &none);
    CU_ASSERT(tried(&scene) == RPC_REFUSED);
    CHECK_TEXT(scene.last, "/");
    memset(long_one, 'x', RPC_TOKEN);
    rpc_channel_credential(scene.channel, long_one);
    CU_ASSERT(tried(&scene) != RPC_OK);
    CU_ASSERT(strchr(scene.last, 'x') == NULL);
    CU_ASSERT_FATAL(authority_make(&other, time(NULL), 86400, NULL) == 0);
    passport_make_by(&stranger, &other, SCENE_CLIENT);
    mixed = stranger.identity;
    mixed.trust = none.trust;
    scene_dial(&scene, SCENE_SERVER, &mixed); /* none is better than a wrong one */
    CU_ASSERT(tried(&scene) == RPC_UNAVAILABLE);
    passport_done(&stranger);
    scene_end(&scene);
}

/* Whether a table of proc(5) has a connection to or from the port that stands. */
static bool listed(const char *path, int port)
{
    FILE *table = fopen(path, "r");
    char line[256];
    char end[16];
    bool found = false;

    if (!table)
        return false;
    snprintf(end, sizeof end, ":%04X ", (unsigned)port);
    while (!found && fgets(line, sizeof line, table))
        found = strstr(line, end) && strstr(line, " 01 ");
    fclose(table);
    return found;
}

static bool connected(int port)
{
    return listed("/proc/self/net/tcp", port) || listed("/proc/self/net/tcp6", port);
}

/* Waits until no connection of the port stands; returns whether that came. */
static bool closed(int port)
{
    int64_t latest = clock_now() + CLOCK_SECONDS(20);

    while (connected(port) && clock_now() < latest)
        clock_sleep(CLOCK_MS(5));
    return !connected(port);
}

static void a_connection_without_calls_can_be_ended(void)
{
    struct scene scene;
    struct rpc_service service;
    int port;

    scene_begin(&scene);
    service = scene_service(&scene);
    service.idle = 200;
    scene_replace(&scene, &service);
    port = rpc_port(scene.server);
    CU_ASSERT(tried(&scene) == RPC_OK);
    CU_ASSERT(connected(port));
    CU_ASSERT(closed(port));
    CU_ASSERT(tried(&scene) == RPC_OK); /* on another one */
    scene_end(&scene);
}

SUITE(
    "wire rpc security",
    {"a client without a certificate is not let in", a_client_without_a_certificate_is_not_let_in},
    {"certificates of another authority are not believed",
     certificates_of_another_authority_are_not_believed},
    {"a server of another name is not believed", a_server_of_another_name_is_not_believed},
    {"a certificate that has ended is not believed", a_certificate_that_has_ended_is_not_believed},
    {"a server can become somebody else while it runs",
     a_server_can_become_somebody_else_while_it_runs},
    {"nobody is cut off when the authority changes", nobody_is_cut_off_when_the_authority_changes},
    {"a handler sees who calls", a_handler_sees_who_calls},
    {"an open service lets in whoever has no certificate",
     an_open_service_lets_in_whoever_has_no_certificate},
    {"a connection without calls can be ended", a_connection_without_calls_can_be_ended})
