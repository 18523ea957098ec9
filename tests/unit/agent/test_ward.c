/* What is done about the accelerators of a pod, by what a probe says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/keeper_link.h"
#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"

/* An agent with three native ranks that are starting, and its keeper. */
struct scene {
    struct agent agent;
    struct settings settings;
    char verdict[128];
    int keeper;
};

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    const struct identity self = {.slot = 1, .life = {9, 9}};
    struct ranks_output output = {0};
    int pair[2];

    snprintf(scene->verdict, sizeof scene->verdict, "%s/verdict", check_directory());
    scene->settings.verdict = scene->verdict;
    agent->settings = &scene->settings;
    agent->log = (struct log){.least = LOG_LEVEL_ERROR, .who = "test"};
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    scene->keeper = pair[0];
    CU_ASSERT_FATAL(local_open(agent, pair[1], NULL) == 0);
    member_init(&agent->member, &self, 1);
    ranks_init(&agent->ranks, 3, 1);
    ranks_tick(&agent->ranks, clock_now(), &output);
    for (uint32_t rank = 0; rank < 3; rank++) {
        const struct ranks_news spawned = {.event = RANK_SPAWNED, .rank = rank};

        ranks_hear(&agent->ranks, &spawned, clock_now(), &output);
    }
    ward_open(agent);
    return scene;
}

static void scene_free(struct scene *scene)
{
    ward_close(&scene->agent);
    local_close(&scene->agent);
    loop_done(&scene->agent.loop);
    close(scene->keeper);
    free(scene);
}

/* What the keeper is told next: "kill 1", "leave 1", or "". */
static const char *told(struct scene *scene)
{
    static char text[32];
    int descriptors[KEEPER_LINK_DESCRIPTORS];
    struct keeper_link_message message;

    text[0] = '\0';
    if (keeper_link_receive(scene->keeper, &message, descriptors, NULL))
        return text;
    if (message.type == KEEPER_LINK_KILL)
        snprintf(text, sizeof text, "kill %u", (unsigned)message.rank);
    if (message.type == KEEPER_LINK_LEAVE)
        snprintf(text, sizeof text, "leave %u", (unsigned)message.code);
    return text;
}

static void hear(struct scene *scene, int32_t gpu, int64_t xid)
{
    const struct health_event event = {
        .gpu = gpu, .xid = xid, .action = health_xid(xid), .text = "why"};

    ward_heard(&scene->agent, &event);
}

static void a_soft_error_costs_the_rank_that_uses_it(void)
{
    struct scene *scene = scene_new();
    struct health_event named = {.gpu = -1, .uuid = "GPU-c", .xid = 31, .action = HEALTH_SOFT};

    hear(scene, 1, 94);
    CHECK_TEXT(told(scene), "kill 1");
    CHECK_TEXT(told(scene), "");
    CU_ASSERT(scene->agent.ranks.items[1].ended == CAUSE_GPU_SOFT);
    CHECK_TEXT(scene->agent.ranks.items[1].text, "Xid 94 of GPU 1: why");
    setenv("NVIDIA_VISIBLE_DEVICES", "GPU-a,GPU-b,GPU-c", 1);
    ward_heard(&scene->agent, &named);
    unsetenv("NVIDIA_VISIBLE_DEVICES");
    CHECK_TEXT(told(scene), "kill 2");
    scene_free(scene);
}

static void what_asks_for_nothing_or_is_of_nobody_does_nothing(void)
{
    struct scene *scene = scene_new();
    const struct health_event unknown = {
        .gpu = -1, .uuid = "GPU-x", .xid = 79, .action = HEALTH_HARD};

    hear(scene, 0, 43);
    hear(scene, 0, 63);
    hear(scene, 3, 79); /* there are three ranks */
    ward_heard(&scene->agent, &unknown);
    CHECK_TEXT(told(scene), "");
    CU_ASSERT(!scene->agent.leaving);
    CU_ASSERT(scene->agent.ward.events[HEALTH_HARD] == 2);
    CU_ASSERT(scene->agent.ward.events[HEALTH_NONE] == 1);
    scene_free(scene);
}

static void an_error_that_is_said_twice_is_one(void)
{
    struct scene *scene = scene_new();

    hear(scene, 0, 13);
    hear(scene, 0, 13);
    CU_ASSERT(scene->agent.ward.events[HEALTH_SOFT] == 1);
    hear(scene, 0, 31);
    CU_ASSERT(scene->agent.ward.events[HEALTH_SOFT] == 2);
    scene->agent.ward.heard -= CLOCK_SECONDS(1);
    hear(scene, 0, 31);
    CU_ASSERT(scene->agent.ward.events[HEALTH_SOFT] == 3);
    scene_free(scene);
}

static void a_fabric_error_costs_all_ranks_and_the_next_the_pod(void)
{
    struct scene *scene = scene_new();
    const struct ranks *ranks = &scene->agent.ranks;

    hear(scene, 1, 74);
    CHECK_TEXT(told(scene), "kill 1");
    CHECK_TEXT(told(scene), "kill 0");
    CHECK_TEXT(told(scene), "kill 2");
    CU_ASSERT(ranks->items[0].along && !ranks->items[1].along && ranks->items[2].along);
    CU_ASSERT(!scene->agent.leaving);
    hear(scene, 1, 145);
    CU_ASSERT(scene->agent.leaving);
    scene_free(scene);

    scene = scene_new();
    hear(scene, 1, 74);
    scene->agent.ward.reset -= CLOCK_SECONDS(3600); /* long ago */
    hear(scene, 1, 145);
    CU_ASSERT(!scene->agent.leaving);
    scene_free(scene);
}

static void a_hard_error_costs_the_pod(void)
{
    struct scene *scene = scene_new();
    CLEAN(text) struct text verdict = {0};

    hear(scene, 2, 79);
    CU_ASSERT(scene->agent.leaving && scene->agent.code == 1);
    CHECK_TEXT(told(scene), ""); /* first the lead is to hear why */
    scene->agent.ward.parting.call(&scene->agent);
    CHECK_TEXT(told(scene), "leave 1");
    CU_ASSERT(file_read(scene->verdict, 100, &verdict, NULL) == 0);
    CHECK_TEXT(text_string(&verdict), "Replace\nXid 79 of GPU 2: why\n");
    hear(scene, 0, 13);
    CHECK_TEXT(told(scene), "");
    scene_free(scene);
}

SUITE("agent ward",
      {"a soft error costs the rank that uses it", a_soft_error_costs_the_rank_that_uses_it},
      {"what asks for nothing or is of nobody does nothing",
       what_asks_for_nothing_or_is_of_nobody_does_nothing},
      {"an error that is said twice is one", an_error_that_is_said_twice_is_one},
      {"a fabric error costs all ranks and the next the pod",
       a_fabric_error_costs_all_ranks_and_the_next_the_pod},
      {"a hard error costs the pod", a_hard_error_costs_the_pod})
