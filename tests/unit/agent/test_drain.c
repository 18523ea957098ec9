/* A pod that is to end: who is not needed leaves at once, who does not leave in time is ended with
 * a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/keeper_link.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/check.h"

/* An agent with one native rank, which has a page and a control page, and the keeper's end. */
struct scene {
    struct agent agent;
    struct settings settings;
    struct link_page page;
    struct link_control control;
    char verdict[128];
    int keeper;
};

static void nothing(void *context)
{
    (void)context;
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    const struct lead_settings job = {.replicas = 3, .slots = 3, .ranks = 1};
    int pair[2];

    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    scene->keeper = pair[1];
    snprintf(scene->verdict, sizeof scene->verdict, "%s/verdict", check_directory());
    scene->settings.verdict = scene->verdict;
    agent->settings = &scene->settings;
    agent->log = (struct log){.least = LOG_LEVEL_ERROR, .who = "test"};
    agent->self = (struct identity){.slot = 1, .life = {9, 9}};
    agent->leave_timer = agent->member_timer = (struct timer){.call = nothing};
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    member_init(&agent->member, &agent->self, 1);
    lead_init(&agent->lead, &agent->self, &job);
    ranks_init(&agent->ranks, 1, 1);
    CU_ASSERT_FATAL(local_open(agent, pair[0], NULL) == 0);
    agent->links[0].page = &scene->page;
    agent->links[0].control = &scene->control;
    return scene;
}

static void scene_free(struct scene *scene)
{
    local_close(&scene->agent);
    lead_done(&scene->agent.lead);
    loop_done(&scene->agent.loop);
    close(scene->keeper);
    free(scene);
}

/* The code that the keeper is told to end with; -1 = it is not. */
static int told(const struct scene *scene)
{
    struct keeper_link_message message;
    int descriptors[KEEPER_LINK_DESCRIPTORS];

    while (keeper_link_receive(scene->keeper, &message, descriptors, NULL) == 0) {
        if (message.type == KEEPER_LINK_LEAVE)
            return (int)message.code;
    }
    return -1;
}

static void verdict_read(const struct scene *scene, struct text *verdict)
{
    CU_ASSERT(file_read(scene->verdict, 4096, verdict, NULL) == 0);
}

static void who_is_not_needed_leaves_at_once(void)
{
    struct scene *scene = scene_new();
    CLEAN(text) struct text verdict = {0};

    drain_begin(&scene->agent, CLOCK_SECONDS(60));
    CU_ASSERT(scene->agent.leaving && scene->agent.code == 0);
    verdict_read(scene, &verdict);
    CHECK_TEXT(text_string(&verdict), "Drained\n\n");
    scene_free(scene);
}

static void who_has_not_left_in_time_says_what_was_not_saved(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;
    CLEAN(text) struct text verdict = {0};

    agent->member.state = MEMBER_ORPHAN;
    view_add(&agent->member.base, &agent->self);
    scene->page.committed = 70;
    scene->page.saved = 60;
    snprintf(agent->unsaved, sizeof agent->unsaved, "no space");
    drain_begin(agent, CLOCK_MS(1));
    drain_begin(agent, CLOCK_SECONDS(60)); /* says nothing new */
    CU_ASSERT(!agent->leaving);
    CU_ASSERT(loop_run(&agent->loop, NULL) == 0);
    CU_ASSERT(told(scene) == 1);
    verdict_read(scene, &verdict);
    CHECK_HAS(text_string(&verdict), "Drained\nits ranks had not stopped 0.");
    CHECK_HAS(text_string(&verdict), "; step 70 was not saved here");
    CHECK_HAS(text_string(&verdict), ", the newest checkpoint is of step 60");
    CHECK_HAS(text_string(&verdict), "; a checkpoint cannot be written: no space\n");
    scene_free(scene);
}

static void a_wish_is_for_the_ranks_of_one_generation(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    agent->links[0].open = true;
    drain_ranks(agent, LINK_DRAIN_HAND_OVER);
    CU_ASSERT(scene->control.draining == LINK_DRAIN_HAND_OVER);
    local_want(agent, RANK_PLACE, 5);
    CU_ASSERT(scene->control.draining == LINK_DRAIN_NOT && agent->drain == LINK_DRAIN_NOT);
    agent->links[0].open = false;
    scene_free(scene);
}

SUITE("agent drain",
      {"who is not needed leaves at once", who_is_not_needed_leaves_at_once},
      {"who has not left in time says what was not saved",
       who_has_not_left_in_time_says_what_was_not_saved},
      {"a wish is for the ranks of one generation", a_wish_is_for_the_ranks_of_one_generation})
