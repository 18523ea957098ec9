/* stage - a world in memory. */
#include "support/stage.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/check.h"

enum seat_state { SEAT_BUSY, SEAT_JOINING, SEAT_FINISHING };

struct seat {
    struct world world;
    struct stage *stage;
    enum seat_state state;
    int64_t committed;
    struct comm *comm; /* of the generation just formed */
    bool died;
};

struct stage {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct stage_script script;
    struct stage_record record;
    struct seat seats[STAGE_SEATS];
    int64_t restore;
    bool over;        /* everybody has finished */
    uint64_t rejoins; /* counts how often those who had finished were called back */
    bool handed_over;
};

static int count(const struct stage *stage, enum seat_state state)
{
    int found = 0;

    for (int i = 0; i < stage->script.ranks; i++)
        found += stage->seats[i].state == state;
    return found;
}

static const struct stage_fault *fault_of(const struct stage *stage, uint64_t generation)
{
    static const struct stage_fault none;

    return generation >= 1 && generation <= stage->script.fault_count
               ? &stage->script.faults[generation - 1]
               : &none;
}

static void generation_form(struct stage *stage)
{
    struct hub *hub;

    stage->record.generations++;
    hub = hub_new(stage->script.ranks, &fault_of(stage, stage->record.generations)->hub);
    stage->restore = WORLD_NO_STATE;
    for (int i = 0; i < stage->script.ranks; i++) {
        struct seat *seat = &stage->seats[i];

        seat->state = SEAT_BUSY;
        seat->comm = hub_comm(hub, i);
        stage->restore = seat->committed > stage->restore ? seat->committed : stage->restore;
    }
    hub_release(hub);
}

/* All are let go, or, when they have handed over, called back. */
static void all_finished(struct stage *stage)
{
    if (!stage->script.hand_over || stage->handed_over) {
        stage->over = true;
        return;
    }
    stage->handed_over = true;
    stage->rejoins++;
}

/* With the stage locked: what follows from where everybody is. */
static void advance(struct stage *stage)
{
    int joining = count(stage, SEAT_JOINING);
    int finishing = count(stage, SEAT_FINISHING);

    if (joining == stage->script.ranks)
        generation_form(stage);
    else if (finishing == stage->script.ranks)
        all_finished(stage);
    else if (joining && joining + finishing == stage->script.ranks)
        stage->rejoins++;
    else
        return;
    pthread_cond_broadcast(&stage->changed);
}

/* Whether the generation that is over ends this life. */
static bool dies(struct seat *seat)
{
    struct stage *stage = seat->stage;
    const struct stage_fault *fault = fault_of(stage, stage->record.generations);
    bool hit = fault->deadly && fault->hub.rank == seat - stage->seats;

    if (hit) {
        seat->died = true;
        stage->record.deaths++;
    }
    return hit;
}

static int stage_join(struct world *world,
                      struct comm *old,
                      struct comm **comm,
                      struct world_place *place,
                      struct error *error)
{
    struct seat *seat = (struct seat *)world;
    struct stage *stage = seat->stage;
    bool dead;

    pthread_mutex_lock(&stage->mutex);
    dead = old && dies(seat);
    pthread_mutex_unlock(&stage->mutex);
    comm_free(old);
    if (dead)
        return error_set(error, "killed by the stage");
    pthread_mutex_lock(&stage->mutex);
    seat->state = SEAT_JOINING;
    advance(stage);
    while (seat->state == SEAT_JOINING)
        pthread_cond_wait(&stage->changed, &stage->mutex);
    *comm = seat->comm;
    *place = (struct world_place){.attempt = 1,
                                  .generation = stage->record.generations,
                                  .rank = (int)(seat - stage->seats),
                                  .size = stage->script.ranks,
                                  .restore = stage->restore};
    pthread_mutex_unlock(&stage->mutex);
    return 0;
}

static void stage_progress(struct world *world, const struct world_progress *progress)
{
    struct seat *seat = (struct seat *)world;

    pthread_mutex_lock(&seat->stage->mutex);
    seat->committed = progress->committed;
    pthread_mutex_unlock(&seat->stage->mutex);
}

static void stage_computed(struct world *world, int64_t nanoseconds, int64_t micro_batches)
{
    (void)world;
    CU_ASSERT(nanoseconds > 0 && micro_batches > 0);
}

static void stage_restored(struct world *world)
{
    (void)world;
}

static void stage_saved(struct world *world, int64_t step, const char *reason)
{
    struct stage *stage = ((struct seat *)world)->stage;

    pthread_mutex_lock(&stage->mutex);
    stage->record.save_failing = reason != NULL;
    stage->record.saves_failed += reason != NULL;
    if (!reason)
        stage->record.saved = step;
    pthread_mutex_unlock(&stage->mutex);
}

static enum link_drain stage_draining(struct world *world)
{
    struct seat *seat = (struct seat *)world;
    const struct stage_script *script = &seat->stage->script;

    if (seat != seat->stage->seats)
        return LINK_DRAIN_NOT;
    if (script->hand_over && !seat->stage->handed_over && seat->committed >= script->hand_over)
        return LINK_DRAIN_HAND_OVER;
    return script->drain && seat->committed >= script->drain ? LINK_DRAIN_STOP : LINK_DRAIN_NOT;
}

static bool stage_over(struct world *world)
{
    (void)world;
    return false;
}

static void stage_failed(struct world *world, int code, const char *reason)
{
    (void)world;
    (void)code;
    (void)reason;
}

static int stage_finish(struct world *world, bool stopped, const char *result, struct error *error)
{
    struct seat *seat = (struct seat *)world;
    struct stage *stage = seat->stage;
    uint64_t rejoins;
    bool over;

    (void)stopped;
    (void)result;
    (void)error;
    pthread_mutex_lock(&stage->mutex);
    rejoins = stage->rejoins;
    seat->state = SEAT_FINISHING;
    advance(stage);
    while (!stage->over && stage->rejoins == rejoins)
        pthread_cond_wait(&stage->changed, &stage->mutex);
    over = stage->over;
    seat->state = SEAT_BUSY;
    pthread_mutex_unlock(&stage->mutex);
    return over ? WORLD_LEAVE : WORLD_REJOIN;
}

static void stage_world_free(struct world *world)
{
    (void)world; /* seats belong to the stage */
}

struct world *stage_world(struct stage *stage, int seat)
{
    static const struct world_table table = {.join = stage_join,
                                             .progress = stage_progress,
                                             .computed = stage_computed,
                                             .restored = stage_restored,
                                             .saved = stage_saved,
                                             .draining = stage_draining,
                                             .over = stage_over,
                                             .finish = stage_finish,
                                             .failed = stage_failed,
                                             .free = stage_world_free};

    pthread_mutex_lock(&stage->mutex);
    stage->seats[seat] =
        (struct seat){.world = {&table}, .stage = stage, .committed = WORLD_NO_STATE};
    pthread_mutex_unlock(&stage->mutex);
    return &stage->seats[seat].world;
}

bool stage_died(struct stage *stage, int seat)
{
    bool died;

    pthread_mutex_lock(&stage->mutex);
    died = stage->seats[seat].died;
    pthread_mutex_unlock(&stage->mutex);
    return died;
}

struct stage_record stage_record(struct stage *stage)
{
    struct stage_record record;

    pthread_mutex_lock(&stage->mutex);
    record = stage->record;
    pthread_mutex_unlock(&stage->mutex);
    return record;
}

struct stage *stage_new(const struct stage_script *script)
{
    struct stage *stage = memory_get(1, sizeof *stage);

    if (script->ranks > STAGE_SEATS)
        abort();
    pthread_mutex_init(&stage->mutex, NULL);
    pthread_cond_init(&stage->changed, NULL);
    stage->script = *script;
    return stage;
}

void stage_free(struct stage *stage)
{
    pthread_mutex_destroy(&stage->mutex);
    pthread_cond_destroy(&stage->changed);
    free(stage);
}
