/* How an agent stands: whether it trains, said to whoever asks about its job and attempt. */
#include "agent/standing.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"
#include "support/passport.h"
#include "wire/rpc_ask.h"

#define STANDING "/muster.Member/Standing"

static void an_agent_trains_from_go_until_its_ranks_have_left(void)
{
    static const struct {
        const char *what;
        enum member_state state;
        bool quiet;
        uint64_t assigned;
        uint64_t base;
        bool runs;
    } rows[] = {
        {"a newcomer", MEMBER_OUTSIDE, true, 0, 0, false},
        {"one with a place", MEMBER_FORMING, false, 2, 1, false},
        {"one that is ready", MEMBER_READY, false, 2, 1, false},
        {"one that trains", MEMBER_RUNNING, false, 2, 2, true},
        {"one whose lead is lost", MEMBER_ORPHAN, false, 2, 2, true},
        {"one whose ranks are leaving", MEMBER_QUIETING, false, 2, 2, true},
        {"one whose ranks have left", MEMBER_PROMISED, true, 2, 2, false},
        {"one that is out", MEMBER_WAITING, false, 2, 3, false},
        {"one that has ended", MEMBER_ENDED, false, 2, 2, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE struct member *member = memory_get(1, sizeof *member);

        member->state = rows[i].state;
        member->quiet = rows[i].quiet;
        member->assigned.generation = rows[i].assigned;
        member->base.generation = rows[i].base;
        CHECK_TEXT(standing_runs(member) == rows[i].runs ? "right" : rows[i].what, "right");
    }
}

/* An agent that serves, and what it said last. */
struct scene {
    struct agent *agent;
    struct rpc_server *server;
    struct rpc_channel *channel;
    int status;
    Muster__StandingReply *reply;
};

static void on_opened(void *context, struct rpc_call *call)
{
    const struct scene *scene = context;

    standing_serve(scene->agent, call);
}

static void scene_open(struct scene *scene)
{
    static const struct rpc_method methods[] = {{STANDING, on_opened}};
    const struct rpc_service service = {.methods = methods, .method_count = 1, .context = scene};
    struct passport passport;
    char address[64];

    *scene = (struct scene){.agent = memory_get(1, sizeof *scene->agent)};
    snprintf(scene->agent->scope.job, sizeof scene->agent->scope.job, "digits");
    scene->agent->scope.attempt = 3;
    scene->agent->member.base.generation = scene->agent->member.assigned.generation = 7;
    if (loop_init(&scene->agent->loop, NULL))
        abort();
    scene->agent->rpc = rpc_new(&scene->agent->loop, NULL);
    CU_ASSERT_FATAL(scene->agent->rpc != NULL);
    passport_make(&passport, "agent.example");
    scene->server = rpc_serve(scene->agent->rpc, "127.0.0.1:0", &passport.identity, &service, NULL);
    CU_ASSERT_FATAL(scene->server != NULL);
    snprintf(address, sizeof address, "127.0.0.1:%d", rpc_port(scene->server));
    scene->channel = rpc_dial(scene->agent->rpc, address, "agent.example", &passport.identity);
    passport_done(&passport);
}

static void scene_close(struct scene *scene)
{
    rpc_hang_up(scene->channel);
    rpc_stop(scene->server);
    rpc_free(scene->agent->rpc);
    loop_done(&scene->agent->loop);
    free(scene->agent);
}

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct scene *scene = context;

    (void)reason;
    scene->status = status;
    scene->reply = status == RPC_OK ? muster__standing_reply__unpack(NULL, size, data) : NULL;
    loop_stop(&scene->agent->loop);
}

static void ask_bytes(struct scene *scene, const void *data, size_t size)
{
    const struct rpc_question question = {data, size, on_answer, scene};

    rpc_ask(scene->channel, STANDING, clock_now() + CLOCK_SECONDS(60), &question);
    CU_ASSERT(loop_run(&scene->agent->loop, NULL) == 0);
}

static void ask(struct scene *scene, const char *job, uint32_t attempt)
{
    Muster__StandingRequest request = MUSTER__STANDING_REQUEST__INIT;
    uint8_t bytes[64];

    request.job = (char *)job;
    request.attempt = attempt;
    ask_bytes(scene, bytes, muster__standing_request__pack(&request, bytes));
}

static void it_is_said_to_whoever_asks_about_the_attempt(void)
{
    struct scene scene;

    scene_open(&scene);
    for (int quiet = 0; quiet < 2; quiet++) {
        scene.agent->member.quiet = quiet;
        ask(&scene, "digits", 3);
        CU_ASSERT(scene.status == RPC_OK && scene.reply && scene.reply->running == !quiet);
        CU_ASSERT(scene.reply && scene.reply->generation == 7);
        muster__standing_reply__free_unpacked(scene.reply, NULL);
    }
    scene_close(&scene);
}

static void who_asks_about_another_is_refused(void)
{
    struct scene scene;

    scene_open(&scene);
    ask(&scene, "digits", 4);
    CU_ASSERT(scene.status == RPC_REFUSED);
    ask(&scene, "letters", 3);
    CU_ASSERT(scene.status == RPC_REFUSED);
    ask_bytes(&scene, "\377", 1);
    CU_ASSERT(scene.status == RPC_REFUSED);
    scene_close(&scene);
}

SUITE("agent standing",
      {"an agent trains from go until its ranks have left",
       an_agent_trains_from_go_until_its_ranks_have_left},
      {"it is said to whoever asks about the attempt",
       it_is_said_to_whoever_asks_about_the_attempt},
      {"who asks about another is refused", who_asks_about_another_is_refused})
