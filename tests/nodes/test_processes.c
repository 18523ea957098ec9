/* Processes of a slot, killed or stopped, on machines of their own. */
#include <signal.h>

#include "base/clock.h"
#include "happening.h"
#include "support/check.h"

static void rank_kill(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_RANK, SIGKILL);
}

static void agent_kill(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_AGENT, SIGKILL);
}

static void keeper_kill(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_KEEPER, SIGKILL);
}

/* It is never let go on: its agent ends it. */
static void rank_stop(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_RANK, SIGSTOP);
}

static void agent_stop(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_AGENT, SIGSTOP);
}

static void agent_continue(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_AGENT, SIGCONT);
}

static void keeper_stop(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_KEEPER, SIGSTOP);
}

static void keeper_continue(struct scene *scene, uint32_t slot)
{
    scene_signal(scene, slot, SCENE_KEEPER, SIGCONT);
}

static void slot_kill(struct scene *scene, uint32_t slot)
{
    scene_signal_slot(scene, slot, SIGKILL);
}

static void slot_stop(struct scene *scene, uint32_t slot)
{
    scene_signal_slot(scene, slot, SIGSTOP);
}

static void slot_continue(struct scene *scene, uint32_t slot)
{
    scene_signal_slot(scene, slot, SIGCONT);
}

/* Nobody is told that the rank is dead. */
static void keeper_stop_rank_kill(struct scene *scene, uint32_t slot)
{
    keeper_stop(scene, slot);
    rank_kill(scene, slot);
}

static void a_killed_rank(void)
{
    happening_play(&(struct happening){.strike = rank_kill, .lost = true});
}

static void a_killed_agent(void)
{
    happening_play(&(struct happening){.strike = agent_kill, .lost = true});
}

static void a_killed_keeper(void)
{
    happening_play(&(struct happening){.strike = keeper_kill, .lost = true});
}

static void a_killed_slot(void)
{
    happening_play(&(struct happening){.strike = slot_kill, .lost = true});
}

static void a_stopped_rank(void)
{
    happening_play(&(struct happening){.strike = rank_stop, .lost = true});
}

static void a_stopped_agent(void)
{
    happening_play(&(struct happening){
        .strike = agent_stop, .mend = agent_continue, .lost = true, .pace = CLOCK_MS(4)});
}

static void a_stopped_keeper(void)
{
    happening_play(&(struct happening){.strike = keeper_stop, .mend = keeper_continue});
}

static void a_stopped_keeper_of_a_killed_rank(void)
{
    happening_play(&(struct happening){
        .strike = keeper_stop_rank_kill, .mend = keeper_continue, .lost = true, .once = true});
}

static void a_stopped_slot(void)
{
    happening_play(&(struct happening){.strike = slot_stop, .mend = slot_continue, .lost = true});
}

SUITE("nodes processes",
      {"a killed rank", a_killed_rank},
      {"a killed agent", a_killed_agent},
      {"a killed keeper", a_killed_keeper},
      {"a killed slot", a_killed_slot},
      {"a stopped rank", a_stopped_rank},
      {"a stopped agent", a_stopped_agent},
      {"a stopped keeper", a_stopped_keeper},
      {"a stopped keeper of a killed rank", a_stopped_keeper_of_a_killed_rank},
      {"a stopped slot", a_stopped_slot})
