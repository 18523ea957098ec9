/* Jobs without a spare: whoever is cut off is waited for, and who is left does not go on alone. */
#include <signal.h>

#include "base/clock.h"
#include "happening.h"
#include "support/check.h"

#define STEPS 5

static void lose_between(struct scene *scene, uint32_t a, uint32_t b)
{
    fabric_lose(&scene->fabric, a, b, CARRIER_ALL);
    fabric_lose(&scene->fabric, b, a, CARRIER_ALL);
}

static void cut_off(struct scene *scene, uint32_t slot)
{
    fabric_lose(&scene->fabric, slot, FABRIC_EVERY, CARRIER_ALL);
    fabric_lose(&scene->fabric, FABRIC_EVERY, slot, CARRIER_ALL);
}

static void member_is_waited_for(struct scene *scene, uint32_t slot)
{
    cut_off(scene, slot);
    scene_until(scene, "waiting for 1 slot");
    fabric_heal(&scene->fabric);
    scene_trains(scene, STEPS);
}

static void a_member_that_was_cut_off_is_waited_for(void)
{
    struct scene *scene = scene_open();

    scene_begin(scene, &(struct scene_job){.replicas = 3});
    member_is_waited_for(scene, scene_member(scene, SCENE_SLOTS));
    scene_end(scene);
}

static void a_lead_that_was_cut_off_is_followed_by_another(void)
{
    struct scene *scene = scene_open();

    scene_begin(scene, &(struct scene_job){.replicas = 3});
    member_is_waited_for(scene, scene_lead(scene));
    scene_end(scene);
}

/* While one is cut off, another dies: one of three is no majority, and its next life no elector. */
static void a_member_that_dies_while_another_is_cut_off_is_repaired(void)
{
    struct scene *scene = scene_open();
    uint32_t slot;

    scene_begin(scene, &(struct scene_job){.replicas = 3});
    slot = scene_member(scene, SCENE_SLOTS);
    cut_off(scene, slot);
    scene_until(scene, "waiting for 1 slot");
    scene_signal(scene, (slot + 1) % 3, SCENE_AGENT, SIGKILL);
    fabric_heal(&scene->fabric);
    scene_trains(scene, STEPS);
    scene_end(scene);
}

/* Each of the two sees that the other is lost. The witness hears both, or one of them. */
static void of_two_that_do_not_hear_each_other_one_leads(void)
{
    struct scene *scene = scene_open();

    scene_begin(scene, &(struct scene_job){.replicas = 2});
    lose_between(scene, 0, 1);
    scene_until(scene, "waiting for 1 slot");
    fabric_heal(&scene->fabric);
    scene_trains(scene, STEPS);
    lose_between(scene, 0, 1);
    lose_between(scene, scene_lead(scene), SCENE_DIRECTORY);
    clock_sleep(CLOCK_SECONDS(3)); /* longer than a lease */
    fabric_heal(&scene->fabric);
    scene_trains(scene, STEPS);
    scene_end(scene);
}

/* The agents meet in a star around the lead and miss nothing; their ranks talk to each other. */
static void members_of_which_one_does_not_hear_the_other_train_when_it_does(void)
{
    struct scene *scene = scene_open();
    double generation;
    uint32_t slot;

    scene_begin(scene, &(struct scene_job){.replicas = 3});
    scene_until(scene, "after step"); /* the first validation may take long, and is waited for */
    slot = scene_member(scene, SCENE_SLOTS);
    generation = scene_generation(scene);
    fabric_lose(&scene->fabric, slot, scene_member(scene, slot), CARRIER_ALL);
    scene_forms(scene, generation);
    fabric_heal(&scene->fabric);
    scene_trains(scene, STEPS);
    scene_end(scene);
}

SUITE("nodes members",
      {"a member that was cut off is waited for", a_member_that_was_cut_off_is_waited_for},
      {"a lead that was cut off is followed by another",
       a_lead_that_was_cut_off_is_followed_by_another},
      {"a member that dies while another is cut off is repaired",
       a_member_that_dies_while_another_is_cut_off_is_repaired},
      {"of two that do not hear each other one leads",
       of_two_that_do_not_hear_each_other_one_leads},
      {"members of which one does not hear the other train when it does",
       members_of_which_one_does_not_hear_the_other_train_when_it_does})
