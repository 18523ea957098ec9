/* The simulator's program: plays seeded schedules and prints the seed of one that breaks. With a
 * mutant it is the other way round: the witness is built wrong, and some schedule must break.
 *
 *   sim [--schedules N] [--processors N] [--progress N] [--seeds FILE]
 *   sim --seed S [--trace]     or SEED=S in the environment
 *   sim --mutant NAME [--schedules N] */
#include <stdio.h>
#include <stdlib.h>

#include "base/entropy.h"
#include "base/options.h"
#include "campaign.h"

#define MUTANT_SEED 1 /* where the search for what a mutant breaks begins: always the same */

/* Finds out a mutant. Returns the exit code. */
static int hunt(struct campaign *campaign, const char *name)
{
    bool broken;

    if (sim_mutant(name, &campaign->mutant)) {
        fprintf(stderr, "sim: there is no mutant %s\n", name);
        return 2;
    }
    campaign->first = MUTANT_SEED;
    broken = campaign_play(campaign);
    printf("sim: the mutant '%s' is %sfound out\n", name, broken ? "" : "not ");
    return broken ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct campaign campaign = {.schedules = 2000, .processors = 1};
    const char *given = getenv("SEED");
    const char *seeds = NULL;
    const char *mutant = NULL;
    bool trace = false;
    const struct option_row rows[] = {
        {"schedules",
         'n',
         OPTION_INTEGER,
         "N",
         "how many to play",
         &campaign.schedules,
         0,
         INT64_MAX},
        {"processors", 'j', OPTION_INTEGER, "N", "on so many", &campaign.processors, 1, 256},
        {"progress",
         'p',
         OPTION_INTEGER,
         "N",
         "say so after every N",
         &campaign.progress,
         0,
         INT64_MAX},
        {"seeds", 'f', OPTION_TEXT, "FILE", "replay these first", &seeds, 0, 0},
        {"seed", 's', OPTION_TEXT, "S", "play this one only", &given, 0, 0},
        {"mutant", 'm', OPTION_TEXT, "NAME", "forgets, hasty or blind", &mutant, 0, 0},
        {"trace", 't', OPTION_FLAG, NULL, "print what happens in it", &trace, 0, 0},
    };
    const struct options options = {.program = "sim",
                                    .operands = "",
                                    .summary = "Plays schedules of the membership machines.",
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome)
        return outcome > 0 ? 0 : options_refuse(&options, &error);
    if (mutant)
        return hunt(&campaign, mutant);
    if (given && *given)
        return campaign_replay(strtoull(given, NULL, 0), trace);
    outcome = seeds ? campaign_replay_file(seeds, &error) : 0;
    if (outcome < 0)
        return options_refuse(&options, &error);
    entropy_fill(&campaign.first, sizeof campaign.first);
    return campaign_play(&campaign) || outcome;
}
