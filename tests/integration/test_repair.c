/* Real processes, killed at random moments: training goes on and ends in the same bits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/text.h"
#include "play.h"
#include "straight.h"
#include "support/check.h"

#define EPOCHS 40 /* some seconds of training */
#define RUNS   20
#define STEPS  1500 /* in which the first fault of a run falls */
#define SPAN   3000 /* milliseconds in which the others fall */

static struct straight straight;

static void run_with(const char *faults, int least_repairs)
{
    straight_run(&straight, EPOCHS);
    straight_disturb(&straight, faults);
    CU_ASSERT(play_repairs(straight.directory) >= least_repairs);
}

static void a_killed_rank_is_repaired(void)
{
    run_with("rank:2@step=60", 1);
}

static void a_killed_agent_is_repaired_while_its_rank_lives_on(void)
{
    run_with("agent:1@step=60", 1);
}

static void a_killed_slot_is_repaired(void)
{
    run_with("slot:3@step=60", 1);
}

static void a_killed_lead_is_repaired(void)
{
    run_with("lead@step=60", 1);
}

static void a_rank_killed_during_a_repair_is_repaired(void)
{
    run_with("rank:1@0.50s,rank:2@0.55s,rank:3@0.62s", 1);
}

static void a_slot_killed_while_another_is_repaired_is_repaired(void)
{
    run_with("slot:1@0.5s,rank:0@0.6s,slot:2@1.4s,agent:0@1.45s", 1);
}

static void every_seeded_run_ends_in_the_same_bits(void)
{
    static const char *const kinds[] = {"rank", "rank", "agent", "slot", "lead"};
    uint64_t seed = check_seed();

    for (int run = 0; run < RUNS; run++) {
        CLEAN(text) struct text faults = {0};
        uint64_t count = 1 + random_below(&seed, 3);

        for (uint64_t i = 0; i < count; i++) {
            const char *kind = kinds[random_below(&seed, sizeof kinds / sizeof *kinds)];
            text_addf(&faults, "%s%s", i ? "," : "", kind);
            if (kind[0] != 'l')
                text_addf(&faults, ":%u", (unsigned)random_below(&seed, 4));
            if (i)
                text_addf(&faults, "@%.3fs", (double)random_below(&seed, SPAN) / 1000);
            else
                text_addf(&faults, "@step=%u", 1 + (unsigned)random_below(&seed, STEPS));
        }
        run_with(faults.data, 1);
    }
}

SUITE("integration repair",
      {"a killed rank is repaired", a_killed_rank_is_repaired},
      {"a killed agent is repaired while its rank lives on",
       a_killed_agent_is_repaired_while_its_rank_lives_on},
      {"a killed slot is repaired", a_killed_slot_is_repaired},
      {"a killed lead is repaired", a_killed_lead_is_repaired},
      {"a rank killed during a repair is repaired", a_rank_killed_during_a_repair_is_repaired},
      {"a slot killed while another is repaired is repaired",
       a_slot_killed_while_another_is_repaired_is_repaired},
      {"every seeded run ends in the same bits", every_seeded_run_ends_in_the_same_bits})
