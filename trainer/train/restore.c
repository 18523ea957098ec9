/* restore - all ranks of a new generation come to stand at the same step. */
#include "trainer/train/restore.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "trainer/comm/spread.h"

/* Orders claims by what has been done: negative, 0 or positive. */
static int claim_compare(const struct restore_claim *a, const struct restore_claim *b)
{
    if (a->committed != b->committed)
        return a->committed < b->committed ? -1 : 1;
    return (a->validated > b->validated) - (a->validated < b->validated);
}

int restore_members(const struct restore_claim *claims, int size, int *members)
{
    int best = 0;
    int count = 1;

    for (int rank = 1; rank < size; rank++) {
        if (claim_compare(&claims[rank], &claims[best]) > 0)
            best = rank;
    }
    members[0] = best;
    for (int rank = 0; rank < size; rank++) {
        if (claim_compare(&claims[rank], &claims[best]))
            members[count++] = rank;
    }
    return count;
}

/* Refuses ranks whose bits would differ. */
static int kernels_check(const struct restore_claim *claims, int size, struct error *error)
{
    for (int rank = 1; rank < size; rank++) {
        if (!strncmp(claims[rank].kernels, claims[0].kernels, BACKEND_KERNELS))
            continue;
        error_set(error,
                  "rank %d computes with %.63s, rank 0 with %.63s: their bits would differ "
                  "(OPENBLAS_CORETYPE pins the kernels)",
                  rank,
                  claims[rank].kernels,
                  claims[0].kernels);
        return RESTORE_REFUSED;
    }
    return 0;
}

/* Moves the state from members[0] to the others. A source without a state tells them to initialise
 * themselves. */
static int state_spread(const struct restore *restore, const int *members, int count, int64_t seed)
{
    struct state *state = restore->state;
    CLEAN_FREE struct state_facts *facts = memory_get(1, sizeof *facts);
    float *vectors[3];
    size_t vector_count = state_vectors(state, vectors);
    size_t size = (size_t)state->model->size * sizeof(float);

    *facts = state->facts;
    if (spread_run(restore->comm, members, count, facts, sizeof *facts))
        return COMM_BROKEN;
    if (facts->committed == STATE_NONE) {
        state_begin(state, seed);
        return 0;
    }
    for (size_t i = 0; i < vector_count; i++) {
        if (spread_run(restore->comm, members, count, vectors[i], size))
            return COMM_BROKEN;
    }
    state->facts = *facts;
    return 0;
}

static void forfeit(const struct restore *restore)
{
    restore->state->facts.committed = STATE_NONE;
    restore->forfeit(restore->context);
}

/* Nobody has a state: rank 0 loads one, or everybody begins. */
static int restore_fresh(const struct restore *restore,
                         int *members,
                         struct load_result *loaded,
                         struct error *error)
{
    int size = restore->comm->size;
    int outcome = LOAD_NONE;

    forfeit(restore);
    if (!restore->comm->rank && restore->load->directory)
        outcome = load_newest(restore->load, restore->state, loaded, error);
    if (outcome == LOAD_REFUSED)
        return RESTORE_REFUSED;
    if (outcome < 0)
        return -1;
    for (int rank = 0; rank < size; rank++)
        members[rank] = rank;
    return state_spread(restore, members, size, restore->load->training->seed);
}

/* Somebody has the state: those that differ receive it. */
static int restore_newest(const struct restore *restore,
                          const struct restore_claim *claims,
                          int *members,
                          struct error *error)
{
    int size = restore->comm->size;
    int count = restore_members(claims, size, members);
    const struct restore_claim *best = &claims[members[0]];

    if (best->committed != restore->step)
        return error_set(error,
                         "the newest state of all ranks is of step %lld, but the generation is to "
                         "stand at %lld",
                         (long long)best->committed,
                         (long long)restore->step);
    if (claim_compare(&claims[restore->comm->rank], best))
        forfeit(restore);
    return state_spread(restore, members, count, restore->load->training->seed);
}

int restore_run(const struct restore *restore, struct load_result *loaded, struct error *error)
{
    size_t size = (size_t)restore->comm->size;
    CLEAN_FREE struct restore_claim *claims = memory_get(size, sizeof *claims);
    CLEAN_FREE int *members = memory_get(size, sizeof *members);
    struct restore_claim mine = {
        restore->state->facts.committed, restore->state->facts.history.validated, ""};
    int outcome;

    snprintf(mine.kernels, sizeof mine.kernels, "%s", restore->backend->kernels);
    if (comm_all_gather(restore->comm, &mine, claims, sizeof mine))
        return COMM_BROKEN;
    outcome = kernels_check(claims, restore->comm->size, error);
    if (outcome)
        return outcome;
    if (restore->step == STATE_NONE)
        return restore_fresh(restore, members, loaded, error);
    return restore_newest(restore, claims, members, error);
}
