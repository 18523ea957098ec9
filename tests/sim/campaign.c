/* campaign - many schedules, on several processors. */
#include "campaign.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

#define PROCESSORS_MOST 256

/* What the threads share. */
struct work {
    pthread_mutex_t lock;
    const struct campaign *campaign;
    uint64_t stream; /* of seeds */
    int64_t begun;
    int64_t played;
    bool broken;
    long outcomes[3];
    struct sim_counts counts;
};

static void broken_print(const struct sim *sim, int64_t played)
{
    printf("sim: SEED=%" PRIu64 " (%u replicas, %u spares) after %" PRId64 " schedules: %s\n",
           sim->seed,
           sim->replicas,
           sim->nodes - sim->replicas,
           played,
           sim->failure);
    fflush(stdout);
}

int campaign_replay(uint64_t seed, bool trace)
{
    struct sim *sim = memory_get(1, sizeof *sim);
    bool broken = sim_play(sim, seed, trace) == SIM_BROKEN;

    if (broken)
        broken_print(sim, 1);
    sim_done(sim);
    free(sim);
    return broken;
}

int campaign_replay_file(const char *path, struct error *error)
{
    FILE *file = fopen(path, "re");
    char line[256];
    int broken = 0;
    int count = 0;

    if (!file)
        return error_errno(error, "cannot read %s", path);
    while (fgets(line, sizeof line, file)) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);

        if (end == line)
            continue;
        count++;
        broken |= campaign_replay(seed, false);
    }
    fclose(file);
    printf("sim: %d seeds of %s replayed\n", count, path);
    return broken;
}

static void counts_add(struct sim_counts *sum, const struct sim_counts *counts)
{
    sum->views += counts->views;
    sum->smaller += counts->smaller;
    sum->larger += counts->larger;
    sum->repairs += counts->repairs;
    sum->votes += counts->votes;
    sum->crashes += counts->crashes;
    sum->restarts += counts->restarts;
    sum->drains += counts->drains;
    sum->stops += counts->stops;
    sum->conflicts += counts->conflicts;
    if (counts->longest > sum->longest) {
        sum->longest = counts->longest;
        sum->longest_seed = counts->longest_seed;
    }
}

/* Takes the next seed, unless there are enough or one broke. */
static bool next(struct work *work, uint64_t *seed)
{
    bool more;

    pthread_mutex_lock(&work->lock);
    more = !work->broken && work->begun < work->campaign->schedules;
    if (more) {
        *seed = work->begun ? random_next(&work->stream) : work->campaign->first;
        work->begun++;
    }
    pthread_mutex_unlock(&work->lock);
    return more;
}

static void played(struct work *work, const struct sim *sim, enum sim_outcome outcome)
{
    int64_t progress = work->campaign->progress;

    pthread_mutex_lock(&work->lock);
    work->played++;
    work->outcomes[outcome]++;
    if (outcome == SIM_BROKEN) {
        work->broken = true;
        broken_print(sim, work->played);
    }
    if (progress && work->played % progress == 0) {
        printf("sim: %" PRId64 " schedules\n", work->played);
        fflush(stdout);
    }
    pthread_mutex_unlock(&work->lock);
}

static void *worker(void *context)
{
    struct work *work = context;
    struct sim *sim = memory_get(1, sizeof *sim);
    uint64_t seed;

    sim->mutant = work->campaign->mutant;
    while (next(work, &seed))
        played(work, sim, sim_play(sim, seed, false));
    pthread_mutex_lock(&work->lock);
    counts_add(&work->counts, &sim->counts);
    pthread_mutex_unlock(&work->lock);
    sim_done(sim);
    free(sim);
    return NULL;
}

static void sum_print(const struct work *work)
{
    const struct sim_counts *counts = &work->counts;

    printf(
        "sim: %ld done, %ld lost their quorum; %ld views, %ld smaller and %ld larger than before, "
        "%ld repairs, %ld votes of the witness, %ld crashes, %ld drains that stopped %ld jobs, "
        "%ld restarts of a controller, %ld stale writes\n",
        work->outcomes[SIM_DONE],
        work->outcomes[SIM_QUORUM_LOST],
        counts->views,
        counts->smaller,
        counts->larger,
        counts->repairs,
        counts->votes,
        counts->crashes,
        counts->drains,
        counts->stops,
        counts->restarts,
        counts->conflicts);
    printf("sim: at most %.3f s from the last fault to the last go (seed %" PRIu64 ")\n",
           (double)counts->longest / 1e9,
           counts->longest_seed);
}

int campaign_play(const struct campaign *campaign)
{
    struct work work = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .campaign = campaign, .stream = campaign->first};
    pthread_t threads[PROCESSORS_MOST];
    int64_t count = 0;

    printf("sim: first seed %" PRIu64 ", %" PRId64 " schedules\n",
           campaign->first,
           campaign->schedules);
    fflush(stdout);
    while (count < campaign->processors && count < PROCESSORS_MOST &&
           !pthread_create(&threads[count], NULL, worker, &work))
        count++;
    if (!count)
        worker(&work);
    for (int64_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (!work.broken)
        sum_print(&work);
    return work.broken;
}
