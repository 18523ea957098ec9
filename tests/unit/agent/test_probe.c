/* A program that watches accelerators: heard, started again, and ended. */
#include "agent/probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

#define PATIENT CLOCK_SECONDS(30)

/* A probe that is a script, and what was heard of it. */
struct scene {
    struct loop loop;
    struct log log;
    struct probe probe;
    struct timer guard;
    char program[128];
    int64_t xids[8];
    int heard;
    int wanted; /* so many end the loop */
};

static void on_heard(void *context, const struct health_event *event)
{
    struct scene *scene = context;

    if (scene->heard < 8)
        scene->xids[scene->heard] = event->xid;
    if (++scene->heard == scene->wanted)
        loop_stop(&scene->loop);
}

static void on_guard(void *context)
{
    CU_FAIL("it was not heard");
    loop_stop(context);
}

static void scene_make(struct scene *scene, const char *script, int wanted)
{
    CLEAN(text) struct text content = {0};

    *scene = (struct scene){.wanted = wanted};
    scene->log = (struct log){.least = LOG_LEVEL_ERROR, .who = "test"};
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    snprintf(scene->program, sizeof scene->program, "%s/probe", check_directory());
    text_addf(&content, "#!/bin/sh\n%s", script);
    CU_ASSERT_FATAL(file_write(scene->program, content.data, content.size, NULL) == 0);
    CU_ASSERT_FATAL(chmod(scene->program, 0755) == 0);
    scene->guard = (struct timer){.call = on_guard, .context = &scene->loop};
    scene->probe = (struct probe){.loop = &scene->loop,
                                  .log = &scene->log,
                                  .program = scene->program,
                                  .heard = on_heard,
                                  .context = scene};
}

static void scene_run(struct scene *scene)
{
    probe_open(&scene->probe);
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    probe_close(&scene->probe);
    loop_done(&scene->loop);
}

static void events_are_heard_and_the_rest_is_passed_over(void)
{
    struct scene scene;

    scene_make(&scene,
               "echo 'not JSON'; echo; head -c 9000 /dev/zero | tr '\\0' x; echo\n"
               "echo '{\"gpu\":0,\"xid\":13}'; echo '{\"gpu\":0}'\n"
               "printf '{\"gpu\":1,'; sleep 0.05; echo '\"xid\":79}'; sleep 1000\n",
               2);
    scene_run(&scene);
    CU_ASSERT(scene.heard == 2);
    CU_ASSERT(scene.xids[0] == 13 && scene.xids[1] == 79);
}

static void one_that_ends_is_started_again(void)
{
    struct scene scene;

    scene_make(&scene, "echo '{\"gpu\":0,\"xid\":31}'; exit 3\n", 3);
    scene_run(&scene);
    CU_ASSERT(scene.heard == 3);
}

static void one_that_cannot_be_started_is_tried_again(void)
{
    struct scene scene;
    int before = check_descriptors();
    bool started = false;

    for (int k = 1; !started; k++) {
        scene_make(&scene, "sleep 1000\n", 1);
        fault_arm(FAULT_SYSTEM, k);
        probe_open(&scene.probe);
        fault_disarm();
        started = scene.probe.process != 0;
        CU_ASSERT(started == (scene.probe.timer.place == 0));
        probe_close(&scene.probe);
        CU_ASSERT(scene.probe.timer.place == 0);
        loop_done(&scene.loop);
        CU_ASSERT(check_descriptors() == before);
    }
    scene_make(&scene, "", 1);
    snprintf(scene.program, sizeof scene.program, "/nowhere/probe");
    probe_open(&scene.probe);
    CU_ASSERT(!scene.probe.process && scene.probe.timer.place);
    probe_close(&scene.probe);
    loop_done(&scene.loop);
}

SUITE("agent probe",
      {"events are heard and the rest is passed over",
       events_are_heard_and_the_rest_is_passed_over},
      {"one that ends is started again", one_that_ends_is_started_again},
      {"one that cannot be started is tried again", one_that_cannot_be_started_is_tried_again})
