/* The fixed work is timed beside the loop. */
#include "agent/measure.h"

#include <unistd.h>

#include "base/clock.h"
#include "support/check.h"

#define PATIENT CLOCK_SECONDS(60)

struct scene {
    struct loop loop;
    struct measure measure;
    struct timer guard;
    int64_t time;
    int count;
};

static void on_done(void *context, int64_t time)
{
    struct scene *scene = context;

    scene->time = time;
    scene->count++;
    loop_stop(&scene->loop);
}

static void on_guard(void *context)
{
    CU_FAIL("it is not done");
    loop_stop(context);
}

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){.measure = {.done = on_done, .context = scene}};
    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    scene->guard = (struct timer){.call = on_guard, .context = &scene->loop};
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
}

static void the_work_takes_time_again_and_again(void)
{
    int before = check_descriptors();
    struct scene scene;

    scene_init(&scene);
    for (int i = 1; i <= 2; i++) {
        CU_ASSERT_FATAL(measure_start(&scene.measure, &scene.loop, getpid(), NULL) == 0);
        CU_ASSERT(measure_start(&scene.measure, &scene.loop, getpid(), NULL) == 1);
        CU_ASSERT(loop_run(&scene.loop, NULL) == 0);
        CU_ASSERT(scene.count == i && scene.time > 0);
    }
    loop_done(&scene.loop);
    CU_ASSERT(check_descriptors() == before);
}

static void one_that_is_stopped_says_nothing(void)
{
    int before = check_descriptors();
    struct scene scene;

    scene_init(&scene);
    CU_ASSERT_FATAL(measure_start(&scene.measure, &scene.loop, getpid(), NULL) == 0);
    measure_stop(&scene.measure);
    measure_stop(&scene.measure);
    CU_ASSERT(scene.count == 0);
    loop_done(&scene.loop);
    CU_ASSERT(check_descriptors() == before);
}

static void a_process_that_is_gone_is_not_measured(void)
{
    struct error error = {.text = ""};
    struct scene scene;

    scene_init(&scene);
    CU_ASSERT(measure_start(&scene.measure, &scene.loop, INT32_MAX, &error) == -1);
    CHECK_HAS(error.text, "cannot ask for the processors");
    loop_done(&scene.loop);
}

SUITE("agent measure",
      {"the work takes time again and again", the_work_takes_time_again_and_again},
      {"one that is stopped says nothing", one_that_is_stopped_says_nothing},
      {"a process that is gone is not measured", a_process_that_is_gone_is_not_measured})
