/* A full disk under the checkpoints: training and repairs go on without, and the end waits for it.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "scene.h"
#include "support/check.h"

#define STEPS 5

static void disk(const struct scene *scene, unsigned long flags, const char *size)
{
    char path[512];

    snprintf(path, sizeof path, "%s/disk", scene->directory);
    mkdir(path, 0755);
    CU_ASSERT_FATAL(mount("nodes", path, "tmpfs", flags, size) == 0);
}

static void a_full_disk_stops_only_the_end_and_that_until_there_is_room(void)
{
    static const struct scene_job job = {.replicas = 3, .spares = 1, .checkpoints = "disk"};
    struct scene *scene = scene_open();

    disk(scene, 0, "size=64k");
    scene_begin(scene, &job);
    scene_until(scene, "checkpoints cannot be written");
    scene_signal(scene, scene_member(scene, SCENE_SLOTS), SCENE_RANK, SIGKILL);
    scene_trains(scene, STEPS);
    scene_signal_slot(scene, scene_lead(scene), SIGKILL);
    scene_trains(scene, STEPS);
    scene_reaches(scene, scene->steps);
    disk(scene, MS_REMOUNT, "size=64m");
    scene_end(scene);
}

SUITE("nodes disk",
      {"a full disk stops only the end and that until there is room",
       a_full_disk_stops_only_the_end_and_that_until_there_is_room})
