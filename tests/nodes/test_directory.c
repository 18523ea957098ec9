/* The directory is away: training does not wait for it, nor do repairs. */
#include <signal.h>

#include "happening.h"
#include "support/check.h"

static void directory_stop(struct scene *scene, uint32_t slot)
{
    (void)slot;
    kill(scene->process, SIGSTOP);
}

static void directory_continue(struct scene *scene, uint32_t slot)
{
    (void)slot;
    kill(scene->process, SIGCONT);
}

static void directory_cut_off(struct scene *scene, uint32_t slot)
{
    (void)slot;
    fabric_lose(&scene->fabric, SCENE_DIRECTORY, FABRIC_EVERY, CARRIER_ALL);
    fabric_lose(&scene->fabric, FABRIC_EVERY, SCENE_DIRECTORY, CARRIER_ALL);
}

static void a_stopped_directory(void)
{
    happening_play(&(struct happening){.strike = directory_stop, .mend = directory_continue});
}

static void a_directory_that_is_cut_off(void)
{
    happening_play(&(struct happening){.strike = directory_cut_off, .mend = happening_heal});
}

SUITE("nodes directory",
      {"a stopped directory", a_stopped_directory},
      {"a directory that is cut off", a_directory_that_is_cut_off})
