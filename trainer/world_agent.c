/* world_agent - the world of a trainer that an agent has started: the link (wire/libmuster.h) and,
 * for each generation, a communicator over TCP.
 *
 * While a generation runs, nothing is read from the link: the communicator polls its socket beside
 * its own and gives up when a word waits there or when the control page says that the generation is
 * over. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "trainer/comm/tcp.h"
#include "trainer/world.h"
#include "wire/libmuster.h"

#define MEET_TIMEOUT                                                                               \
    CLOCK_SECONDS(60) /* also of each operation: agents notice most faults sooner */

struct agent_world {
    struct world world;
    struct muster *muster;
    const char *host;          /* where this rank listens for its peers */
    struct muster_place place; /* the newest */
    int64_t committed;
};

/* Hands on why the link cannot be used. */
static int failed(const struct agent_world *agent, struct error *error)
{
    return error_set(error, "%s", muster_reason(agent->muster));
}

/* Whether the communicator is to give up: the generation is over, or a word waits. */
static int revoked(void *context)
{
    const struct agent_world *agent = context;

    return muster_revoked(agent->muster);
}

/* Joining. */

/* What the peers have said where they are. Returns it, to be freed, or NULL. */
static struct tcp_blob *blobs_read(const struct agent_world *agent)
{
    struct tcp_blob *blobs = memory_get(agent->place.size, sizeof *blobs);

    for (uint32_t i = 0; i < agent->place.size; i++) {
        size_t size;
        const void *bytes = muster_blob(agent->muster, i, &size);

        if (size)
            memcpy(blobs[i].bytes, bytes, size);
        blobs[i].size = (uint16_t)size;
    }
    return blobs;
}

/* Meets the peers. Returns 0 with the communicator; 1 when the agent is to speak next; -1. */
static int meet(struct agent_world *agent,
                struct tcp_listener *listener,
                struct comm **comm,
                struct error *error)
{
    CLEAN_FREE struct tcp_blob *blobs = blobs_read(agent);
    const struct tcp_meeting meeting = {
        .rank = (int)agent->place.rank,
        .size = (int)agent->place.size,
        .generation = agent->place.generation,
        .timeout = MEET_TIMEOUT,
        .blobs = blobs,
        .watch = {muster_descriptor(agent->muster), revoked, agent}};
    int outcome = tcp_connect(listener, &meeting, comm, error);

    if (outcome == COMM_BROKEN && !revoked(agent))
        muster_broken(agent->muster, error->text);
    return outcome == COMM_BROKEN ? 1 : outcome;
}

/* Takes the place that was given. Returns 0 with the communicator and the step to restore;
 * MUSTER_AGAIN; MUSTER_LEAVE; or -1. */
static int place_take(struct agent_world *agent,
                      struct comm **comm,
                      int64_t *restore,
                      struct error *error)
{
    struct tcp_blob blob;
    struct tcp_listener *listener = tcp_listen(agent->host, &blob, error);
    int outcome;

    if (!listener)
        return -1;
    outcome = muster_ready(agent->muster, blob.bytes, blob.size);
    if (!outcome)
        outcome = muster_go(agent->muster, restore);
    if (!outcome) {
        outcome = meet(agent, listener, comm, error);
        return outcome == 1 ? MUSTER_AGAIN : outcome;
    }
    tcp_listener_free(listener);
    return outcome < 0 ? failed(agent, error) : outcome;
}

/* Gives up what it has; a break that the agent does not know of yet is told. */
static void give_up(struct agent_world *agent, struct comm *old)
{
    if (old && *comm_reason(old) && !revoked(agent))
        muster_broken(agent->muster, comm_reason(old));
    comm_free(old);
}

static int agent_join(struct world *world,
                      struct comm *old,
                      struct comm **comm,
                      struct world_place *place,
                      struct error *error)
{
    struct agent_world *agent = (struct agent_world *)world;
    int64_t restore = WORLD_NO_STATE;
    int outcome = MUSTER_AGAIN;

    give_up(agent, old);
    while (outcome == MUSTER_AGAIN) {
        outcome = muster_wait(agent->muster, &agent->place);
        if (outcome < 0)
            return failed(agent, error);
        if (!outcome)
            outcome = place_take(agent, comm, &restore, error);
    }
    if (outcome)
        return outcome == MUSTER_LEAVE ? WORLD_LEAVE : -1;
    (*comm)->shown = (_Atomic uint64_t *)muster_collectives(agent->muster);
    atomic_store_explicit((*comm)->shown, (*comm)->sequence, memory_order_relaxed);
    *place = (struct world_place){.attempt = agent->place.attempt,
                                  .generation = agent->place.generation,
                                  .rank = (int)agent->place.rank,
                                  .size = (int)agent->place.size,
                                  .restore = restore};
    return 0;
}

/* Saying how it is. */

static void agent_progress(struct world *world, const struct world_progress *progress)
{
    struct agent_world *agent = (struct agent_world *)world;
    const struct muster_progress shown = {.begun = progress->begun,
                                          .committed = progress->committed,
                                          .total = progress->total,
                                          .epoch = progress->epoch,
                                          .samples = progress->samples,
                                          .loss = progress->loss,
                                          .accuracy = progress->accuracy,
                                          .validated = progress->validated,
                                          .phase = (enum muster_phase)progress->phase};

    muster_progress(agent->muster, &shown);
    agent->committed = progress->committed;
}

static void agent_computed(struct world *world, int64_t nanoseconds, int64_t micro_batches)
{
    struct agent_world *agent = (struct agent_world *)world;

    muster_computed(agent->muster, nanoseconds, (uint64_t)micro_batches);
}

static void agent_restored(struct world *world)
{
    struct agent_world *agent = (struct agent_world *)world;

    muster_restored(agent->muster, agent->committed);
}

static void agent_saved(struct world *world, int64_t step, const char *reason)
{
    struct agent_world *agent = (struct agent_world *)world;

    if (reason)
        muster_unsaved(agent->muster, reason);
    else
        muster_saved(agent->muster, step);
}

static enum link_drain agent_draining(struct world *world)
{
    const struct agent_world *agent = (struct agent_world *)world;

    if (muster_handing_over(agent->muster))
        return LINK_DRAIN_HAND_OVER;
    return muster_draining(agent->muster) ? LINK_DRAIN_STOP : LINK_DRAIN_NOT;
}

static bool agent_over(struct world *world)
{
    return revoked(world);
}

static int agent_finish(struct world *world, bool stopped, const char *result, struct error *error)
{
    struct agent_world *agent = (struct agent_world *)world;
    int outcome = muster_done(agent->muster, stopped, result);

    if (outcome < 0)
        return failed(agent, error);
    return outcome == MUSTER_LEAVE ? WORLD_LEAVE : WORLD_REJOIN;
}

static void agent_failed(struct world *world, int code, const char *reason)
{
    struct agent_world *agent = (struct agent_world *)world;

    muster_failed(agent->muster, (enum muster_failure)code, reason);
}

/* Beginning and end. */

static void agent_free(struct world *world)
{
    struct agent_world *agent = (struct agent_world *)world;

    muster_close(agent->muster);
    free(agent);
}

int world_agent_new(struct world **world, struct error *error)
{
    static const struct world_table table = {.join = agent_join,
                                             .progress = agent_progress,
                                             .computed = agent_computed,
                                             .restored = agent_restored,
                                             .saved = agent_saved,
                                             .draining = agent_draining,
                                             .over = agent_over,
                                             .finish = agent_finish,
                                             .failed = agent_failed,
                                             .free = agent_free};
    struct agent_world *agent;
    struct muster *muster;
    char reason[MUSTER_REASON];
    int outcome = muster_open(&muster, reason);

    if (outcome < 0)
        return error_set(error, "%s", reason);
    if (outcome == MUSTER_ALONE)
        return 1;
    agent = memory_get(1, sizeof *agent);
    agent->world.table = &table;
    agent->muster = muster;
    agent->host = getenv("MUSTER_HOST") ? getenv("MUSTER_HOST") : "127.0.0.1";
    agent->committed = WORLD_NO_STATE;
    *world = &agent->world;
    return 0;
}
