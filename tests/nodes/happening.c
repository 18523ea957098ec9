/* happening - something that happens to a slot and ends. */
#include "happening.h"

#include <signal.h>

#include "base/clock.h"
#include "base/random.h"
#include "support/check.h"

#define STEPS 5   /* so many show that it trains */
#define SHORT 300 /* milliseconds: within a repair, most likely */

void happening_heal(struct scene *scene, uint32_t slot)
{
    (void)slot;
    fabric_heal(&scene->fabric);
}

static void happen(const struct happening *happening, struct scene *scene, uint32_t slot)
{
    double generation = scene_generation(scene);

    happening->strike(scene, slot);
    if (happening->lost)
        scene_forms(scene, generation);
    scene_trains(scene, STEPS);
    if (happening->mend)
        happening->mend(scene, slot);
}

void happening_play(const struct happening *happening)
{
    const struct scene_job job = {.replicas = 3, .spares = 1, .pace = happening->pace};
    struct scene *scene = scene_open();
    uint32_t slot;
    uint32_t other;

    scene_begin(scene, &job);
    if (!happening->once) {
        happen(happening, scene, scene_member(scene, SCENE_SLOTS));
        scene_trains(scene, STEPS);
        happen(happening, scene, scene_lead(scene));
        scene_trains(scene, STEPS);
    }
    slot = scene_member(scene, SCENE_SLOTS);
    other = scene_member(scene, slot);
    scene_signal(scene, other, SCENE_RANK, SIGKILL);
    clock_sleep(CLOCK_MS(random_below(&scene->random, SHORT)));
    happen(happening, scene, slot);
    scene_end(scene);
}
