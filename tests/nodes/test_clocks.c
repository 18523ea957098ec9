/* Machines that were not booted at the same time, and one that sleeps. What a clock of the day does
 * when it is set cannot be tried here: it is the machine's. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "scene.h"
#include "support/check.h"

#define STEPS 5
#define SLEEP CLOCK_SECONDS(31) /* longer than anybody waits for anything */

static void machines_that_booted_at_other_times_repair(void)
{
    static const struct scene_job job = {.replicas = 3, .spares = 1, .clocks = true};
    struct scene *scene = scene_open();
    double generation;
    uint32_t slot;

    if (system("unshare --time true")) {
        printf("skipped: clocks cannot be moved here ");
        CU_PASS("skipped");
        return;
    }
    scene_begin(scene, &job);
    CU_ASSERT(scene_uptime(scene, 1) > scene_uptime(scene, 0) + 90000);
    scene_signal_slot(scene, scene_lead(scene), SIGKILL);
    scene_trains(scene, STEPS);
    scene_signal(scene, scene_member(scene, SCENE_SLOTS), SCENE_RANK, SIGKILL);
    scene_trains(scene, STEPS);
    slot = scene_lead(scene);
    generation = scene_generation(scene);
    scene_signal_slot(scene, slot, SIGSTOP);
    scene_forms(scene, generation);
    scene_trains(scene, STEPS);
    scene_signal_slot(scene, slot, SIGCONT);
    scene_end(scene);
}

/* Everything stands still, as if its lid was closed. */
static void a_machine_that_slept_goes_on_where_it_was(void)
{
    static const struct scene_job job = {.replicas = 3};
    struct scene *scene = scene_open();

    scene_begin(scene, &job);
    scene_until(scene, "after step"); /* the directory has heard of it */
    scene_signal_all(scene, SIGSTOP);
    clock_sleep(SLEEP);
    scene_signal_all(scene, SIGCONT);
    scene_trains(scene, STEPS);
    CU_ASSERT(!scene_said(scene, "new attempt"));
    scene_end(scene);
}

SUITE("nodes clocks",
      {"machines that booted at other times repair", machines_that_booted_at_other_times_repair},
      {"a machine that slept goes on where it was", a_machine_that_slept_goes_on_where_it_was})
