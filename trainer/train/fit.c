/* fit - a whole training in its world. */
#include "trainer/train/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "trainer/checkpoint/store.h"
#include "trainer/train/learner.h"
#include "trainer/train/restore.h"
#include "trainer/train/result.h"
#include "trainer/train/saver.h"
#include "trainer/train/step.h"
#include "trainer/train/validate.h"
#include "wire/fence.h"
#include "wire/link.h"

#define SAVE_RETRY CLOCK_SECONDS(2) /* between tries of the last checkpoint */
#define SAVE_LOOK  CLOCK_MS(20)     /* at whether the generation is over */

/* What a part of a generation yields beside 0, -1, COMM_BROKEN and RESTORE_REFUSED. */
enum { FIT_LEAVE = 16, FIT_REJOIN };

_Static_assert((int)COMM_BROKEN != (int)RESTORE_REFUSED, "outcomes are told apart");
_Static_assert(STATE_NONE == WORLD_NO_STATE, "no state is the same to both");

struct fit {
    struct fit_settings settings;
    struct learner learner;
    struct state state;
    struct saver saver;
    struct world *world; /* not owned */
    struct comm *comm;
    struct world_place place;
    struct checkpoint_id saved_as; /* attempt and generation of what is saved; step of the newest */
    int64_t begun;
    enum link_drain stopped; /* all ranks agreed to stop, for that */
};

static void publish(struct fit *fit, uint32_t phase)
{
    const struct state_facts *facts = &fit->state.facts;
    const struct plan *plan = &fit->learner.plan;
    struct world_progress progress = {.begun = fit->begun,
                                      .committed = facts->committed,
                                      .total = plan->total,
                                      .epoch = plan_epoch(plan, fit->begun > 0 ? fit->begun : 1),
                                      .samples = (uint64_t)facts->samples,
                                      .loss = facts->history.loss,
                                      .accuracy =
                                          history_newest(&facts->history).validation_accuracy,
                                      .validated = facts->history.validated,
                                      .phase = phase};

    fit->world->table->progress(fit->world, &progress);
    if (!fit->place.rank && fit->settings.observe)
        fit->settings.observe(fit->settings.context, &progress);
}

/* checkpoints */

static void saved(struct fit *fit, const struct saver_report *report)
{
    if (report->failed)
        log_warning(fit->settings.log,
                    "the checkpoint of step %lld could not be written, training goes on: %s",
                    (long long)report->step,
                    report->error.text);
    fit->world->table->saved(fit->world, report->step, report->failed ? report->error.text : NULL);
}

/* Whether a later attempt of the job has begun: then this one may write nothing more. */
static bool fenced(const struct fit *fit)
{
    struct fence own = {fit->saved_as.attempt, fit->saved_as.generation};
    struct fence found;

    return fence_read(fit->settings.checkpoints.store.directory, &found, NULL) == 0 &&
           fence_compare(&found, &own) > 0;
}

/* At a step boundary: hears of the save in flight and begins the next. Returns 0, or
 * RESTORE_REFUSED: what is trained from here on could never be saved. */
static int checkpoint_tick(struct fit *fit, struct error *error)
{
    struct saver_report report = {.failed = false};

    if (saver_poll(&fit->saver, &report))
        saved(fit, &report);
    if (report.failed && fenced(fit)) {
        error_set(error, "training ends: %s", report.error.text);
        return RESTORE_REFUSED;
    }
    if (!fit->place.rank &&
        saver_begin(&fit->saver, &fit->state, &fit->saved_as, clock_now(), &report))
        saved(fit, &report);
    return 0;
}

/* Adds the path that a checkpoint of the committed step has. */
static void checkpoint_path_of(const struct fit *fit, struct text *path)
{
    struct store_entry entry = {.id = fit->saved_as};

    entry.id.step = fit->state.facts.committed;
    store_path(fit->settings.checkpoints.store.directory, &entry, path);
}

/* Waits before the next try. Returns whether the generation is over meanwhile. */
static bool pause_for_retry(struct fit *fit)
{
    int64_t due = clock_now() + SAVE_RETRY;
    bool over = false;

    while (!over && clock_now() < due) {
        clock_sleep(SAVE_LOOK);
        over = fit->world->table->over(fit->world);
    }
    return over;
}

/* Writes the last checkpoint, with nothing else going on. What was trained is not given up because
 * a disk is full: it is tried again until it is written. Returns 0, FIT_REJOIN or, when a later
 * attempt has begun, RESTORE_REFUSED. */
static int checkpoint_last(struct fit *fit, struct error *error)
{
    struct world *world = fit->world;
    struct saver_report report;
    struct error reason;

    if (saver_wait(&fit->saver, &report))
        saved(fit, &report);
    if (fit->place.rank || !fit->settings.checkpoints.store.directory)
        return 0;
    publish(fit, LINK_PHASE_SAVE);
    while (save_state(&fit->saver.target, &fit->state, &fit->saved_as, NULL, &reason)) {
        world->table->saved(world, fit->state.facts.committed, reason.text);
        if (fenced(fit)) {
            error_set(error, "the last checkpoint is not written: %s", reason.text);
            return RESTORE_REFUSED;
        }
        log_warning(fit->settings.log,
                    "the last checkpoint could not be written, trying again: %s",
                    reason.text);
        if (pause_for_retry(fit))
            return FIT_REJOIN;
    }
    world->table->saved(world, fit->state.facts.committed, NULL);
    return 0;
}

/* join and restore */

/* Returns 0, FIT_LEAVE or -1. */
static int join(struct fit *fit, struct error *error)
{
    struct comm *old = TAKE(fit->comm);
    int outcome;

    publish(fit, LINK_PHASE_WAIT);
    outcome = fit->world->table->join(fit->world, old, &fit->comm, &fit->place, error);
    if (outcome == WORLD_LEAVE)
        return FIT_LEAVE;
    return outcome;
}

static void state_forfeit(void *context)
{
    publish(context, LINK_PHASE_RESTORE);
}

static void checkpoint_skipped(void *context, const char *path, const char *reason)
{
    struct fit *fit = context;

    log_warning(fit->settings.log, "passing over %s: %s", path, reason);
}

/* Rank 0 has loaded a checkpoint. */
static void loaded_note(struct fit *fit, const struct load_result *loaded)
{
    const char *kernels = fit->learner.backend->kernels;

    log_info(fit->settings.log, "going on from %s", loaded->path.data);
    if (strcmp(loaded->kernels.data, kernels))
        log_warning(fit->settings.log,
                    "it was computed with %s, this machine has %s: the bits of the result will "
                    "not be those of an uninterrupted run",
                    loaded->kernels.data,
                    kernels);
}

/* Under which attempt and generation to save: the world's, or, where nobody numbers attempts, that
 * of the checkpoint that the state came from. */
static void place_note(struct fit *fit, const struct load_result *loaded)
{
    if (fit->place.attempt)
        fit->saved_as = (struct checkpoint_id){fit->place.attempt, fit->place.generation, 0};
    else if (loaded->path.size)
        fit->saved_as = loaded->id;
    else
        fit->saved_as = (struct checkpoint_id){1, 1, 0};
}

static int restore(struct fit *fit, struct error *error)
{
    CLEAN(load_result) struct load_result loaded = {0};
    struct load_request load = {.directory = fit->settings.checkpoints.store.directory,
                                .training = fit->settings.training,
                                .skip = {checkpoint_skipped, fit}};
    struct restore restore = {.comm = fit->comm,
                              .state = &fit->state,
                              .step = fit->place.restore,
                              .backend = fit->learner.backend,
                              .load = &load,
                              .forfeit = state_forfeit,
                              .context = fit};
    int outcome;

    publish(fit, LINK_PHASE_RESTORE);
    outcome = restore_run(&restore, &loaded, error);
    if (outcome)
        return outcome;
    if (loaded.path.size)
        loaded_note(fit, &loaded);
    place_note(fit, &loaded);
    if (fit->state.facts.committed <= fit->learner.plan.total)
        return 0;
    error_set(error,
              "the checkpoint stands at step %lld, but the training ends with step %lld",
              (long long)fit->state.facts.committed,
              (long long)fit->learner.plan.total);
    return RESTORE_REFUSED;
}

/* Makes ready for this place in this generation. Returns 0, COMM_BROKEN, RESTORE_REFUSED or -1. */
static int settle(struct fit *fit, struct error *error)
{
    struct order order = step_order(&fit->learner.plan, fit->comm);
    int outcome;

    if (order.ranks > order.total) {
        error_set(error,
                  "%d ranks cannot share the %lld micro-batches of a step",
                  order.ranks,
                  (long long)order.total);
        return RESTORE_REFUSED;
    }
    if (learner_reserve(&fit->learner, &order, fit->comm->rank, error))
        return -1;
    outcome = restore(fit, error);
    if (outcome)
        return outcome;
    fit->begun = fit->state.facts.committed;
    fit->stopped = LINK_DRAIN_NOT;
    saver_reset(&fit->saver, clock_now());
    publish(fit, LINK_PHASE_TRAIN);
    fit->world->table->restored(fit->world);
    log_info(fit->settings.log,
             "rank %d of %d, generation %llu, at step %lld of %lld",
             fit->place.rank,
             fit->place.size,
             (unsigned long long)fit->place.generation,
             (long long)fit->begun,
             (long long)fit->learner.plan.total);
    return 0;
}

/* training */

static int step(struct fit *fit, struct error *error)
{
    enum link_drain drain = fit->world->table->draining(fit->world);
    int outcome;

    fit->begun = fit->state.facts.committed + 1;
    publish(fit, LINK_PHASE_TRAIN);
    outcome = step_run(&fit->learner, &fit->state, fit->comm, drain, &fit->stopped, error);
    if (outcome)
        return outcome;
    fit->world->table->computed(fit->world, fit->learner.computed, fit->learner.micro_batches);
    publish(fit, LINK_PHASE_TRAIN);
    return checkpoint_tick(fit, error);
}

static int validate(struct fit *fit, int64_t due, struct error *error)
{
    struct validation validation;
    int outcome;

    publish(fit, LINK_PHASE_VALIDATE);
    outcome = validate_run(&fit->learner, fit->state.parameters, fit->comm, &validation, error);
    if (outcome)
        return outcome;
    history_validation(&fit->state.facts.history, due, validation.loss, validation.accuracy);
    publish(fit, LINK_PHASE_TRAIN);
    return 0;
}

/* Before a validation, which may take long, the ranks agree on whether to stop first. Returns 0 or
 * COMM_BROKEN. */
static int agree(struct fit *fit)
{
    unsigned char own = (unsigned char)fit->world->table->draining(fit->world);
    unsigned char all[LINK_RANKS];

    if (comm_all_gather(fit->comm, &own, all, sizeof own))
        return COMM_BROKEN;
    for (int rank = 0; rank < fit->comm->size; rank++) {
        if (all[rank] && fit->stopped != LINK_DRAIN_STOP)
            fit->stopped = all[rank];
    }
    return 0;
}

/* Steps and validations until the end, or until all have agreed to stop. A validation that was
 * interrupted, or put off by that, is still due when the state is restored. Returns 0, COMM_BROKEN,
 * RESTORE_REFUSED or -1. */
static int train(struct fit *fit, struct error *error)
{
    const struct state_facts *facts = &fit->state.facts;
    int outcome = 0;

    while (!outcome && !fit->stopped) {
        int64_t due = plan_validation(&fit->learner.plan, facts->committed);

        if (facts->history.validated < due) {
            outcome = agree(fit);
            if (!outcome && !fit->stopped)
                outcome = validate(fit, due, error);
        } else if (facts->committed < fit->learner.plan.total)
            outcome = step(fit, error);
        else
            break;
    }
    return outcome;
}

/* Saves, says the result and waits for the others. Who hands over has nothing to save: the others
 * go on with what all hold. Returns FIT_LEAVE, FIT_REJOIN, RESTORE_REFUSED or -1. */
static int conclude(struct fit *fit, struct text *result, struct error *error)
{
    CLEAN(text) struct text path = {0};
    int outcome = fit->stopped == LINK_DRAIN_HAND_OVER ? 0 : checkpoint_last(fit, error);

    if (outcome)
        return outcome;
    if (fit->settings.checkpoints.store.directory)
        checkpoint_path_of(fit, &path);
    text_clear(result);
    result_print(&(struct result){.plan = &fit->learner.plan,
                                  .facts = &fit->state.facts,
                                  .checkpoint = path.data,
                                  .checksum = state_checksum(&fit->state),
                                  .stopped = fit->stopped},
                 result);
    publish(fit, LINK_PHASE_DONE);
    outcome = fit->world->table->finish(fit->world, fit->stopped, result->data, error);
    if (outcome < 0)
        return -1;
    return outcome == WORLD_LEAVE ? FIT_LEAVE : FIT_REJOIN;
}

/* One generation, from join to finish. Returns FIT_LEAVE, FIT_REJOIN, RESTORE_REFUSED or -1. */
static int generation(struct fit *fit, struct text *result, struct error *error)
{
    int outcome = join(fit, error);

    if (!outcome)
        outcome = settle(fit, error);
    if (!outcome)
        outcome = train(fit, error);
    if (!outcome)
        outcome = conclude(fit, result, error);
    if (outcome != COMM_BROKEN)
        return outcome;
    log_warning(fit->settings.log,
                "generation %llu is over: %s",
                (unsigned long long)fit->place.generation,
                comm_reason(fit->comm));
    return FIT_REJOIN;
}

int fit_run(struct fit *fit, struct world *world, struct text *result, struct error *error)
{
    int outcome = FIT_REJOIN;

    fit->world = world;
    while (outcome == FIT_REJOIN) {
        text_clear(result);
        outcome = generation(fit, result, error);
    }
    if (outcome == FIT_LEAVE)
        return 0;
    return outcome == RESTORE_REFUSED ? FIT_REFUSED : -1;
}

/* the object */

static int fit_open(struct fit *fit, struct error *error)
{
    const struct training *training = fit->settings.training;
    struct save_target target = {.store = fit->settings.checkpoints.store, .training = training};

    if (learner_init(&fit->learner, training, error) ||
        state_init(&fit->state, &fit->learner.model, training->optimizer.type, error))
        return -1;
    target.kernels = fit->learner.backend->kernels;
    saver_init(&fit->saver, &target, fit->settings.checkpoints.every);
    return 0;
}

int fit_new(const struct fit_settings *settings, struct fit **fit, struct error *error)
{
    CLEAN(fit) struct fit *opened = memory_get(1, sizeof *opened);

    opened->settings = *settings;
    opened->place.rank = -1;
    if (fit_open(opened, error))
        return -1;
    *fit = TAKE(opened);
    return 0;
}

void fit_free(struct fit *fit)
{
    if (!fit)
        return;
    saver_done(&fit->saver);
    comm_free(fit->comm);
    state_done(&fit->state);
    learner_done(&fit->learner);
    free(fit);
}
