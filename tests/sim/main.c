/* The simulator's program: plays seeded schedules and prints the seed of one that breaks.
 *
 *   sim [--schedules N] [--seed S] [--trace] */
#include <stdio.h>
#include <stdlib.h>

#include "base/entropy.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/random.h"
#include "sim.h"

int main(int argc, char **argv)
{
    int64_t schedules = 2000;
    const char *given = getenv("SEED");
    bool trace = false;
    const struct option_row rows[] = {
        {"schedules", 'n', OPTION_INTEGER, "N", "how many to play", &schedules, 1, INT64_MAX},
        {"seed", 's', OPTION_TEXT, "S", "play this one only", &given, 0, 0},
        {"trace", 't', OPTION_FLAG, NULL, "print what happens", &trace, 0, 0},
    };
    const struct options options = {.program = "sim",
                                    .operands = "",
                                    .summary = "Plays schedules of the membership machines.",
                                    .rows = rows,
                                    .row_count = 3};
    struct error error;
    struct sim *sim = memory_get(1, sizeof *sim);
    long outcomes[3] = {0};
    uint64_t seed;
    int first;
    int read = options_read(&options, argc, argv, &first, &error);

    if (read)
        return read > 0 ? 0 : options_refuse(&options, &error);
    entropy_fill(&seed, sizeof seed);
    if (given) {
        seed = strtoull(given, NULL, 0);
        schedules = 1;
    }
    printf(
        "sim: first seed %llu, %lld schedules\n", (unsigned long long)seed, (long long)schedules);
    for (int64_t i = 0; i < schedules; i++, random_next(&seed)) {
        enum sim_outcome outcome = sim_play(sim, seed, trace);

        outcomes[outcome]++;
        if (outcome == SIM_BROKEN) {
            printf("sim: SEED=%llu (%u agents): %s\n",
                   (unsigned long long)seed,
                   sim->nodes,
                   sim->failure);
            return 1;
        }
    }
    printf("sim: %ld done, %ld lost their quorum; %d generations, %d crashes\n",
           outcomes[SIM_DONE],
           outcomes[SIM_QUORUM_LOST],
           sim->generations,
           sim->crashes);
    sim_done(sim);
    free(sim);
    return 0;
}
