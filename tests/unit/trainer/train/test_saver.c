/* Saving in the background: when it is due, one at a time, and that a failure is told and over. */
#include "trainer/train/saver.h"

#include <string.h>

#include "base/clock.h"
#include "support/check.h"
#include "support/fault.h"
#include "trainer/checkpoint/store.h"
#include "wire/fence.h"

static const struct training training = {
    .model = {.shape = {3},
              .dimensions = 1,
              .input_size = 3,
              .layers = {{LAYER_DENSE, 2, ACTIVATION_SOFTMAX}},
              .layer_count = 1},
    .optimizer = {.type = OPTIMIZER_ADAMW},
};
static const struct checkpoint_id place = {1, 1, 0};

/* A state of its own directory. */
struct scene {
    struct model model;
    struct state state;
    struct saver saver;
};

static void scene_init(struct scene *scene)
{
    struct save_target target = {
        .store = {check_directory(), 2}, .training = &training, .kernels = "test"};

    CU_ASSERT(model_init(&scene->model, &training.model, NULL) == 0);
    CU_ASSERT(state_init(&scene->state, &scene->model, OPTIMIZER_ADAMW, NULL) == 0);
    state_begin(&scene->state, 1);
    saver_init(&scene->saver, &target, CLOCK_SECONDS(10));
}

static void scene_done(struct scene *scene)
{
    saver_done(&scene->saver);
    state_done(&scene->state);
}

static size_t checkpoints(const struct scene *scene)
{
    CLEAN(store) struct store_list list = {0};

    CU_ASSERT(store_list(scene->saver.target.store.directory, &list, NULL) == 0);
    return list.count;
}

static void a_checkpoint_is_due_after_its_time(void)
{
    struct scene scene;
    struct saver_report report;

    scene_init(&scene);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(99), &report) == 0);
    CU_ASSERT(!saver_wait(&scene.saver, &report)); /* its time has not begun */
    saver_reset(&scene.saver, CLOCK_SECONDS(100));
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(109), &report) == 0);
    CU_ASSERT(!saver_wait(&scene.saver, &report));
    scene.state.facts.committed = 5;
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(110), &report) == 0);
    scene.state.facts.committed = 6; /* what is saved is the copy */
    CU_ASSERT(saver_wait(&scene.saver, &report) && report.step == 5 && !report.failed);
    CU_ASSERT(!saver_poll(&scene.saver, &report));
    CU_ASSERT(checkpoints(&scene) == 1);
    scene_done(&scene);
}

static void one_is_in_flight_at_a_time(void)
{
    struct scene scene;
    struct saver_report report;
    int ended = 0;

    scene_init(&scene);
    saver_reset(&scene.saver, 0);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(10), &report) == 0);
    scene.state.facts.committed = 1;
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(30), &report) == 0);
    while (!ended)
        ended = saver_poll(&scene.saver, &report);
    CU_ASSERT(report.step == 0 && !report.failed);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(30), &report) == 0);
    CU_ASSERT(saver_wait(&scene.saver, &report) && report.step == 1);
    CU_ASSERT(checkpoints(&scene) == 2);
    scene_done(&scene);
}

static void a_failure_is_told_and_the_next_one_is_tried(void)
{
    static const struct fence later = {2, 1};
    struct scene scene;
    struct saver_report report;
    struct checkpoint_id higher = {2, 1, 0};

    scene_init(&scene);
    CU_ASSERT(fence_raise(scene.saver.target.store.directory, &later, NULL, NULL) == 0);
    saver_reset(&scene.saver, 0);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(10), &report) == 0);
    CU_ASSERT(saver_wait(&scene.saver, &report) && report.failed && report.error.text[0]);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &higher, CLOCK_SECONDS(20), &report) == 0);
    CU_ASSERT(saver_wait(&scene.saver, &report) && !report.failed);
    scene_done(&scene);
}

static void no_memory_for_the_copy_is_told(void)
{
    struct scene scene;
    struct saver_report report = {0};

    scene_init(&scene);
    saver_reset(&scene.saver, 0);
    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(10), &report) == 1);
    CU_ASSERT(fault_disarm());
    CU_ASSERT(report.failed && strstr(report.error.text, "no memory for a model") != NULL);
    CU_ASSERT(saver_begin(&scene.saver, &scene.state, &place, CLOCK_SECONDS(20), &report) == 0);
    CU_ASSERT(saver_wait(&scene.saver, &report) && !report.failed);
    scene_done(&scene);
}

SUITE("trainer train saver",
      {"a checkpoint is due after its time", a_checkpoint_is_due_after_its_time},
      {"one is in flight at a time", one_is_in_flight_at_a_time},
      {"a failure is told and the next one is tried", a_failure_is_told_and_the_next_one_is_tried},
      {"no memory for the copy is told", no_memory_for_the_copy_is_told})
