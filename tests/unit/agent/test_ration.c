/* The memory of a pod is looked at: with a control group and processes that are files of the test.
 */
#include <signal.h>
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
#include "support/fault.h"

#define MIB (INT64_C(1) << 20)

/* An agent with two native ranks that are starting, processes 71 and 72; and its keeper. */
struct scene {
    struct agent agent;
    struct settings settings;
    char directory[128];
    int keeper;
};

static void file_put_at(const struct scene *scene, const char *name, const char *content)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", scene->directory, name);
    CU_ASSERT_FATAL(file_write(path, content, strlen(content), NULL) == 0);
}

static void number_put(const struct scene *scene, const char *name, int64_t number)
{
    char content[32];

    snprintf(content, sizeof content, "%lld\n", (long long)number);
    file_put_at(scene, name, content);
}

/* What the ranks hold, and with them the pod. */
static void held_put(const struct scene *scene, int64_t first, int64_t second)
{
    const int64_t held[] = {first, second};

    for (int i = 0; i < 2; i++) {
        char name[32];
        char content[64];

        snprintf(name, sizeof name, "%d/status", 71 + i);
        snprintf(
            content, sizeof content, "Name:\tx\nRssAnon:\t%lld kB\n", (long long)(held[i] / 1024));
        file_put_at(scene, name, content);
    }
    number_put(scene, "memory.current", first + second + 50 * MIB);
}

static struct scene *scene_new(const char *limit)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    const struct identity self = {.slot = 1, .life = {9, 9}};
    struct ranks_output output = {0};
    int pair[2];

    snprintf(scene->directory, sizeof scene->directory, "%s", check_directory());
    for (int process = 71; process <= 72; process++) {
        char path[160];

        snprintf(path, sizeof path, "%s/%d", scene->directory, process);
        CU_ASSERT_FATAL(file_make_directories(path, NULL) == 0);
    }
    file_put_at(scene, "memory.max", limit);
    file_put_at(scene, "memory.events", "oom_kill 3\n");
    file_put_at(scene, "memory.stat", "active_file 0\ninactive_file 0\nslab_reclaimable 0\n");
    held_put(scene, 200 * MIB, 300 * MIB);
    scene->settings.memory_group = scene->directory;
    agent->settings = &scene->settings;
    agent->log = (struct log){.least = LOG_LEVEL_ERROR, .who = "test"};
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    CU_ASSERT_FATAL(exposition_open(agent, NULL) == 0);
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    scene->keeper = pair[0];
    CU_ASSERT_FATAL(local_open(agent, pair[1], NULL) == 0);
    member_init(&agent->member, &self, 1);
    ranks_init(&agent->ranks, 2, 1);
    ranks_tick(&agent->ranks, clock_now(), &output);
    for (uint32_t rank = 0; rank < 2; rank++) {
        const struct ranks_news spawned = {.event = RANK_SPAWNED, .rank = rank};

        ranks_hear(&agent->ranks, &spawned, clock_now(), &output);
        agent->links[rank].process = (pid_t)(71 + rank);
    }
    ration_open(agent);
    agent->ration.proc = scene->directory;
    return scene;
}

static void scene_free(struct scene *scene)
{
    struct inbox_item *item;

    ration_close(&scene->agent);
    local_close(&scene->agent);
    while ((item = inbox_take(&scene->agent.inbox)))
        inbox_free(item);
    exposition_close(&scene->agent);
    loop_done(&scene->agent.loop);
    close(scene->keeper);
    free(scene);
}

/* The time of the next look has come. */
static void look(struct scene *scene)
{
    clock_sleep(CLOCK_MS(25)); /* closer ones are one */
    scene->agent.ration.timer.call(&scene->agent);
}

/* The rank that the keeper is told to kill, -1 = none. */
static int killed(struct scene *scene)
{
    int descriptors[KEEPER_LINK_DESCRIPTORS];
    struct keeper_link_message message;

    if (keeper_link_receive(scene->keeper, &message, descriptors, NULL))
        return -1;
    CU_ASSERT(message.type == KEEPER_LINK_KILL);
    return (int)message.rank;
}

static void the_rank_that_grows_is_killed_before_the_pod_is_full(void)
{
    struct scene *scene = scene_new("1073741824\n");

    look(scene);
    held_put(scene, 200 * MIB, 400 * MIB);
    look(scene);
    CU_ASSERT(killed(scene) == -1);
    held_put(scene, 200 * MIB, 750 * MIB);
    look(scene);
    CU_ASSERT(killed(scene) == 1);
    CHECK_TEXT(scene->agent.ranks.items[1].text,
               "resident 750 MiB, of that 350 MiB new in 5 s; the pod holds 1000 MiB of its "
               "1.0 GiB");
    CU_ASSERT(scene->agent.ranks.items[1].ended == CAUSE_MEMORY);
    CU_ASSERT(scene->agent.ration.timer.place != 0); /* and the next look is due */
    scene_free(scene);
}

static void a_pod_without_a_limit_is_not_looked_at_closely(void)
{
    struct scene *scene = scene_new("max\n");

    look(scene);
    CU_ASSERT(!scene->agent.ration.bound);
    file_put_at(scene, "memory.max", "1073741824\n"); /* it is given one while it runs */
    look(scene);
    CU_ASSERT(scene->agent.ration.bound);
    file_put_at(scene, "memory.max", "max\n");
    look(scene);
    CU_ASSERT(!scene->agent.ration.bound);
    CU_ASSERT(killed(scene) == -1);
    scene_free(scene);
}

static void where_there_is_no_group_there_is_nothing_to_do(void)
{
    struct scene *scene = scene_new("max\n");
    struct agent *agent = &scene->agent;
    CLEAN(text) struct text how = {0};

    ration_close(agent);
    agent->ration = (struct ration){0};
    scene->settings.memory_group = "/nowhere";
    ration_open(agent);
    CU_ASSERT(!agent->ration.timer.place);
    CU_ASSERT(!ration_ended(agent, 0, &how));
    ration_close(agent);
    agent->ration = (struct ration){0};
    scene->settings.memory_group = NULL; /* its own, whatever that is here */
    ration_open(agent);
    CU_ASSERT(!ration_ended(agent, 0, &how));
    scene_free(scene);
}

static void who_was_ended_by_the_kernel_is_told_so(void)
{
    struct scene *scene = scene_new("1073741824\n");
    CLEAN(text) struct text how = {0};

    look(scene);
    CU_ASSERT(!ration_ended(&scene->agent, 1, &how));
    file_put_at(scene, "memory.events", "oom_kill 4\n");
    CU_ASSERT(ration_ended(&scene->agent, 1, &how));
    CHECK_TEXT(text_string(&how),
               "the kernel ended it for want of memory, it held 300 MiB of the pod's 1.0 GiB");
    CU_ASSERT(!ration_ended(&scene->agent, 0, &how));
    scene_free(scene);
}

/* The word of the keeper that a rank has ended, as it comes. */
static void the_end_of_a_rank_has_the_cause_that_was_found(void)
{
    struct scene *scene = scene_new("max\n");
    struct agent *agent = &scene->agent;
    struct keeper_link_message message = {
        .type = KEEPER_LINK_EXITED, .rank = 1, .status = SIGKILL, .text = "last words"};

    file_put_at(scene, "memory.events", "oom_kill 4\n");
    CU_ASSERT(keeper_link_send(scene->keeper, &message, NULL, 0) == 0);
    agent->keeper.call(agent, EPOLLIN);
    CHECK_TEXT(agent->ranks.items[1].text,
               "signal 9: the kernel ended it for want of memory; last words");
    CU_ASSERT(!agent->links[1].process);
    CU_ASSERT(agent->links[0].process == 71);
    message.rank = 0;
    CU_ASSERT(keeper_link_send(scene->keeper, &message, NULL, 0) == 0);
    agent->keeper.call(agent, EPOLLIN);
    CHECK_TEXT(agent->ranks.items[0].text, "signal 9: last words");
    scene_free(scene);
}

static void whatever_cannot_be_read_ends_nobody(void)
{
    struct scene *scene = scene_new("1073741824\n");
    int failed = 1;

    held_put(scene, 400 * MIB, 500 * MIB);
    for (int k = 1; failed; k++) {
        clock_sleep(CLOCK_MS(25));
        fault_arm(FAULT_OUTCOMES, k);
        scene->agent.ration.timer.call(&scene->agent);
        failed = fault_disarm();
        CU_ASSERT(killed(scene) == -1);
    }
    scene_free(scene);
}

SUITE("agent ration",
      {"the rank that grows is killed before the pod is full",
       the_rank_that_grows_is_killed_before_the_pod_is_full},
      {"a pod without a limit is not looked at closely",
       a_pod_without_a_limit_is_not_looked_at_closely},
      {"where there is no group there is nothing to do",
       where_there_is_no_group_there_is_nothing_to_do},
      {"who was ended by the kernel is told so", who_was_ended_by_the_kernel_is_told_so},
      {"the end of a rank has the cause that was found",
       the_end_of_a_rank_has_the_cause_that_was_found},
      {"whatever cannot be read ends nobody", whatever_cannot_be_read_ends_nobody})
