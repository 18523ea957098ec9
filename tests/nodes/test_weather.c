/* Networks that are slow or lose some of what they carry, and a rank that dies meanwhile. */
#include <signal.h>

#include "base/clock.h"
#include "scene.h"
#include "support/check.h"

#define STEPS 10

static const struct scene_job job = {.replicas = 3, .spares = 1};

static void train_and_repair(struct scene *scene)
{
    scene_trains(scene, STEPS);
    scene_signal(scene, scene_member(scene, SCENE_SLOTS), SCENE_RANK, SIGKILL);
    scene_trains(scene, STEPS);
    scene_signal_slot(scene, scene_lead(scene), SIGKILL);
    scene_trains(scene, STEPS);
}

static void a_slow_network_delays_and_breaks_nothing(void)
{
    struct scene *scene = scene_open();

    scene_begin(scene, &job);
    fabric_delay(&scene->fabric, FABRIC_EVERY, FABRIC_EVERY, CLOCK_MS(60));
    train_and_repair(scene);
    fabric_delay(&scene->fabric, FABRIC_EVERY, FABRIC_EVERY, CLOCK_MS(1));
    scene_end(scene);
}

static void a_lossy_network_delays_and_breaks_nothing(void)
{
    struct scene *scene = scene_open();
    uint64_t lost = fabric_lost(&scene->fabric);

    scene_begin(scene, &job);
    fabric_lose(&scene->fabric, FABRIC_EVERY, FABRIC_EVERY, CARRIER_ALL / 20);
    train_and_repair(scene);
    CU_ASSERT(fabric_lost(&scene->fabric) > lost);
    scene_end(scene);
}

SUITE("nodes weather",
      {"a slow network delays and breaks nothing", a_slow_network_delays_and_breaks_nothing},
      {"a lossy network delays and breaks nothing", a_lossy_network_delays_and_breaks_nothing})
