/* Attempts that follow each other, and one that comes back after the next has begun. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../integration/play.h"
#include "base/clock.h"
#include "scene.h"
#include "support/check.h"

#define STEPS 5

static const struct scene_job job = {.replicas = 3, .checkpoints = "shared"};

/* Another working directory for the same job with the same data and checkpoints. */
static void elsewhere(struct scene *second, const struct scene *first, char *path, size_t size)
{
    char from[600];
    char to[600];

    snprintf(path, size, "%s/elsewhere", first->directory);
    mkdir(path, 0755);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"job.yaml", "data", "shared"};

        snprintf(from, sizeof from, "../%s", names[i]);
        snprintf(to, sizeof to, "%s/%s", path, names[i]);
        CU_ASSERT_FATAL(symlink(from, to) == 0);
    }
    *second = *first;
    second->directory = path;
    second->process = 0;
}

/* Its fence is higher: whatever the first one still does is not loaded by anybody. */
static void an_attempt_that_comes_back_after_the_next_has_begun_ends(void)
{
    struct scene *first = scene_open();
    struct scene second;
    char path[512];
    char checkpoint[512];
    char attempt[16];

    scene_begin(first, &job);
    while (scene_metric(first, 0, "muster_checkpoint_step{local_rank=\"0\"}") < 1)
        scene_trains(first, 1);
    scene_signal_all(first, SIGSTOP);
    elsewhere(&second, first, path, sizeof path);
    scene_begin(&second, &job);
    scene_signal_all(first, SIGCONT);
    CU_ASSERT(scene_code(first) == 1);
    CU_ASSERT(scene_said(first, "training ends: shared belongs to attempt"));
    scene_end(&second);
    snprintf(attempt, sizeof attempt, ".%.0f.", play_number(path, "attempt"));
    play_text(path, "checkpoint", checkpoint, sizeof checkpoint);
    CU_ASSERT(strstr(checkpoint, attempt) != NULL);
    scene_begin(&second, &job);
    scene_end(&second);
}

/* The directory dies, and all agents with it: the next run begins where the last checkpoint is. */
static void a_killed_run_leaves_nothing_and_is_resumed(void)
{
    static const struct scene_job own = {.replicas = 3, .checkpoints = "resumed"};
    struct scene *scene = scene_open();

    scene_begin(scene, &own);
    while (scene_metric(scene, 0, "muster_checkpoint_step{local_rank=\"0\"}") < 1)
        scene_trains(scene, 1);
    kill(scene->process, SIGKILL);
    CU_ASSERT(scene_over(scene) == 128 + SIGKILL);
    scene_begin(scene, &own);
    scene_end(scene);
}

SUITE("nodes attempts",
      {"an attempt that comes back after the next has begun ends",
       an_attempt_that_comes_back_after_the_next_has_begun_ends},
      {"a killed run leaves nothing and is resumed", a_killed_run_leaves_nothing_and_is_resumed})
