/* Networks that lose everything, or some things: one way, both ways, or what they carried before.
 */
#include <signal.h>

#include "happening.h"
#include "support/check.h"

static void link_down(struct scene *scene, uint32_t slot)
{
    fabric_link(&scene->fabric, slot, false);
}

static void link_up(struct scene *scene, uint32_t slot)
{
    fabric_link(&scene->fabric, slot, true);
}

static void make_mute(struct scene *scene, uint32_t slot)
{
    fabric_lose(&scene->fabric, slot, FABRIC_EVERY, CARRIER_ALL);
}

static void make_deaf(struct scene *scene, uint32_t slot)
{
    fabric_lose(&scene->fabric, FABRIC_EVERY, slot, CARRIER_ALL);
}

static void cut_off(struct scene *scene, uint32_t slot)
{
    make_mute(scene, slot);
    make_deaf(scene, slot);
}

/* The others are not told that their connections have ended. */
static void cut_off_and_kill(struct scene *scene, uint32_t slot)
{
    cut_off(scene, slot);
    scene_signal_slot(scene, slot, SIGKILL);
}

static void forget(struct scene *scene, uint32_t slot)
{
    fabric_forget(&scene->fabric, slot);
}

static void a_link_that_is_down(void)
{
    happening_play(&(struct happening){.strike = link_down, .mend = link_up, .lost = true});
}

static void a_partition(void)
{
    happening_play(&(struct happening){.strike = cut_off, .mend = happening_heal, .lost = true});
}

static void a_slot_that_is_not_heard(void)
{
    happening_play(&(struct happening){.strike = make_mute, .mend = happening_heal, .lost = true});
}

static void a_slot_that_hears_nothing(void)
{
    happening_play(&(struct happening){.strike = make_deaf, .mend = happening_heal, .lost = true});
}

static void half_open_connections(void)
{
    happening_play(
        &(struct happening){.strike = cut_off_and_kill, .mend = happening_heal, .lost = true});
}

static void connections_that_a_router_forgets(void)
{
    happening_play(&(struct happening){.strike = forget, .lost = true});
}

SUITE("nodes network",
      {"a link that is down", a_link_that_is_down},
      {"a partition", a_partition},
      {"a slot that is not heard", a_slot_that_is_not_heard},
      {"a slot that hears nothing", a_slot_that_hears_nothing},
      {"half-open connections", half_open_connections},
      {"connections that a router forgets", connections_that_a_router_forgets})
