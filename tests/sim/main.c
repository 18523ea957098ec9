/* The simulator's program: plays seeded schedules and prints the seed of one that breaks. With a
 * mutant it is the other way round: the witness is built wrong, and some schedule must break.
 *
 *   sim [--schedules N] [--seed S] [--mutant NAME] [--trace] */
#include <stdio.h>
#include <stdlib.h>

#include "base/entropy.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/random.h"
#include "sim.h"

#define MUTANT_SEED 1 /* where the search for what a mutant breaks begins: always the same */

/* Plays the schedules, the first with `seed`. Returns how many were played until one broke, or 0
 * when none did. */
static int64_t play(struct sim *sim, uint64_t seed, int64_t schedules, bool trace)
{
    long outcomes[3] = {0};

    for (int64_t i = 0; i < schedules; i++, random_next(&seed)) {
        enum sim_outcome outcome = sim_play(sim, seed, trace);

        outcomes[outcome]++;
        if (outcome == SIM_BROKEN) {
            printf("sim: SEED=%llu (%u replicas, %u spares): %s\n",
                   (unsigned long long)seed,
                   sim->replicas,
                   sim->nodes - sim->replicas,
                   sim->failure);
            return i + 1;
        }
    }
    printf("sim: %ld done, %ld lost their quorum; %d generations, %d crashes, %d restarts of a "
           "controller, %d stale writes\n",
           outcomes[SIM_DONE],
           outcomes[SIM_QUORUM_LOST],
           sim->generations,
           sim->crashes,
           sim->restarts,
           sim->conflicts);
    return 0;
}

/* Finds out a mutant. Returns the exit code. */
static int hunt(struct sim *sim, int64_t schedules, const char *name)
{
    int64_t broken;

    if (sim_mutant(name, &sim->mutant)) {
        fprintf(stderr, "sim: there is no mutant %s\n", name);
        return 2;
    }
    broken = play(sim, MUTANT_SEED, schedules, false);
    if (broken)
        printf("sim: the mutant '%s' is found out after %lld schedules\n", name, (long long)broken);
    else
        printf("sim: the mutant '%s' is not found out\n", name);
    return broken ? 0 : 1;
}

int main(int argc, char **argv)
{
    int64_t schedules = 2000;
    const char *given = getenv("SEED");
    const char *mutant = NULL;
    bool trace = false;
    const struct option_row rows[] = {
        {"schedules", 'n', OPTION_INTEGER, "N", "how many to play", &schedules, 1, INT64_MAX},
        {"seed", 's', OPTION_TEXT, "S", "play this one only", &given, 0, 0},
        {"mutant", 'm', OPTION_TEXT, "NAME", "forgets, hasty or blind", &mutant, 0, 0},
        {"trace", 't', OPTION_FLAG, NULL, "print what happens", &trace, 0, 0},
    };
    const struct options options = {.program = "sim",
                                    .operands = "",
                                    .summary = "Plays schedules of the membership machines.",
                                    .rows = rows,
                                    .row_count = 4};
    struct error error;
    struct sim *sim = memory_get(1, sizeof *sim);
    uint64_t seed;
    int first;
    int code;
    int read = options_read(&options, argc, argv, &first, &error);

    if (read)
        return read > 0 ? 0 : options_refuse(&options, &error);
    entropy_fill(&seed, sizeof seed);
    if (given) {
        seed = strtoull(given, NULL, 0);
        schedules = 1;
    }
    if (mutant) {
        code = hunt(sim, schedules, mutant);
    } else {
        printf("sim: first seed %llu, %lld schedules\n",
               (unsigned long long)seed,
               (long long)schedules);
        code = play(sim, seed, schedules, trace) ? 1 : 0;
    }
    sim_done(sim);
    free(sim);
    return code;
}
