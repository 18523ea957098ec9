/* Whole trainings: the loss falls, every layout and every fault gives the same bits, and nothing
 * that goes wrong with checkpoints stops them. */
#include "trainer/train/fit.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/crew.h"
#include "support/tiny.h"
#include "wire/fence.h"

static const struct log quiet = {LOG_LEVEL_ERROR, "test"}; /* warnings belong to these tests */

static struct fit_settings settings_of(const struct training *training, const char *directory)
{
    return (struct fit_settings){
        .training = training, .checkpoints = {.store = {directory, 2}}, .log = &quiet};
}

/* The number of a key in a result; NaN when it is null. */
static double number_of(const char *result, const char *key)
{
    const char *at = strstr(result, key);
    double number = NAN;

    CU_ASSERT(at != NULL);
    if (at && sscanf(at + strlen(key), "\":%lf", &number) != 1)
        number = NAN;
    return number;
}

/* Whether every rank of the crew ended well, and with this result. */
static int all_said(const struct crew *crew, int ranks, const char *result)
{
    int right = 0;

    for (int i = 0; i < ranks; i++)
        right += !crew->outcomes[i] && !strcmp(text_string(&crew->results[i]), result);
    return right == ranks;
}

/* The result of one rank without faults or checkpoints. Released by the caller. */
static struct text straight(const struct training *training)
{
    struct fit_settings settings = settings_of(training, NULL);
    struct stage_script script = {.ranks = 1};
    struct crew crew;

    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == 0);
    return crew.results[0];
}

static void the_loss_falls(void)
{
    struct training training = tiny_training();
    CLEAN(text) struct text first = {0};
    CLEAN(text) struct text last = {0};

    training.epochs = 1;
    first = straight(&training);
    training.epochs = 40;
    last = straight(&training);
    CU_ASSERT(number_of(first.data, "finalLoss") > 1.5);
    CU_ASSERT(number_of(last.data, "finalLoss") < 0.5);
    CU_ASSERT(number_of(last.data, "validationAccuracy") > 0.2);
    CU_ASSERT(number_of(last.data, "steps") == 120 && number_of(last.data, "samples") == 2400);
    CU_ASSERT(strstr(last.data, "\"checkpoint\":null") && strstr(last.data, "\"stopped\":false"));
}

static void one_two_and_four_ranks_end_in_the_same_bits(void)
{
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, NULL);
    CLEAN(text) struct text alone = straight(&training);

    for (int ranks = 2; ranks <= 5; ranks++) {
        struct stage_script script = {.ranks = ranks};
        struct crew crew;

        crew_run(&crew, &script, &settings);
        CU_ASSERT(all_said(&crew, ranks, alone.data));
        CU_ASSERT(crew.record.generations == 1);
        crew_done(&crew);
    }
}

/* Runs with one fault a generation. Returns the generations it took, 0 when a bit was different. */
static uint64_t faulty_run(int ranks,
                           const struct stage_fault *faults,
                           size_t count,
                           const struct training *training,
                           const char *wanted)
{
    struct fit_settings settings = settings_of(training, NULL);
    struct stage_script script = {.ranks = ranks, .faults = faults, .fault_count = count};
    struct crew crew;
    uint64_t generations;

    crew_run(&crew, &script, &settings);
    generations = all_said(&crew, ranks, wanted) ? crew.record.generations : 0;
    crew_done(&crew);
    return generations;
}

/* Breaks every operation of every rank once, until none is left to break. */
static void every_fault(enum hub_fault_kind kind, bool deadly)
{
    struct training training = tiny_training();
    CLEAN(text) struct text wanted = straight(&training);

    for (int rank = 0; rank < 3; rank++) {
        uint64_t generations = 2;
        uint64_t k = 1;

        for (; generations == 2; k++) {
            struct stage_fault fault = {{kind, rank, k}, deadly};

            generations = faulty_run(3, &fault, 1, &training, wanted.data);
        }
        CU_ASSERT(generations == 1);
        CU_ASSERT(k >= 10); /* exchange, weights, 6 steps and 2 validations at least */
    }
}

static void a_peer_lost_before_any_operation_costs_no_bit(void)
{
    every_fault(HUB_FAULT_BEFORE, false);
}

static void a_peer_lost_after_any_operation_costs_no_bit(void)
{
    every_fault(HUB_FAULT_AFTER, false);
}

static void a_rank_that_dies_and_comes_back_empty_costs_no_bit(void)
{
    every_fault(HUB_FAULT_BEFORE, true);
    every_fault(HUB_FAULT_AFTER, true);
}

/* The second fault hits while the first is repaired, the source of the state included. */
static void a_fault_during_repair_costs_no_bit(void)
{
    struct training training = tiny_training();
    CLEAN(text) struct text wanted = straight(&training);

    for (uint64_t i = 0; i < 24; i++) {
        int rank = (int)(i % 3);
        struct stage_fault faults[2] = {{{HUB_FAULT_AFTER, 1, 7}, true},
                                        {{HUB_FAULT_BEFORE, rank, 1 + i / 3}, rank != 1}};

        CU_ASSERT(faulty_run(3, faults, 2, &training, wanted.data) >= 2);
    }
}

static void the_wish_to_stop_is_heard_by_all_at_the_same_step(void)
{
    struct training training = tiny_training();
    const char *directory = check_directory();
    struct fit_settings settings = settings_of(&training, directory);
    struct stage_script script = {.ranks = 3, .drain = 2};
    CLEAN(text) struct text wanted = straight(&training);
    struct crew crew;

    crew_run(&crew, &script, &settings);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(crew.outcomes[i] == 0);
        CU_ASSERT(number_of(text_string(&crew.results[i]), "steps") == 3);
        CU_ASSERT(strstr(text_string(&crew.results[i]), "\"stopped\":true") != NULL);
        CU_ASSERT(strstr(text_string(&crew.results[i]), "step-00000003.1.1") != NULL);
    }
    CU_ASSERT(crew.record.saved == 3);
    crew_done(&crew);
    /* and another number of ranks goes on from there to the same end */
    script = (struct stage_script){.ranks = 2};
    crew_run(&crew, &script, &settings);
    CU_ASSERT(number_of(text_string(&crew.results[0]), "steps") == 6);
    CU_ASSERT(strstr(text_string(&crew.results[1]), strstr(wanted.data, "\"weightsCrc32c")) !=
              NULL);
    CU_ASSERT(number_of(text_string(&crew.results[1]), "validationLoss") ==
              number_of(wanted.data, "validationLoss"));
    crew_done(&crew);
}

/* Everybody meets again after the step, with nothing lost and nothing saved for it. */
static void a_hand_over_ends_a_generation_between_two_steps(void)
{
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, check_directory());
    struct stage_script script = {.ranks = 3, .hand_over = 2};
    CLEAN(text) struct text wanted = straight(&training);
    struct crew crew;

    settings.checkpoints.every = INT64_MAX / 2;
    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.record.generations == 2);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(crew.outcomes[i] == 0);
        CU_ASSERT(number_of(text_string(&crew.results[i]), "steps") == 6);
        CU_ASSERT(strstr(text_string(&crew.results[i]), "\"stopped\":false") != NULL);
        CU_ASSERT(strstr(text_string(&crew.results[i]), strstr(wanted.data, "\"weightsCrc32c")) !=
                  NULL);
    }
    CU_ASSERT(crew.record.saved == 6);
    crew_done(&crew);
}

/* Ten steps, a checkpoint, and ten more are twenty. */
static void a_resumed_training_equals_a_straight_one(void)
{
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, check_directory());
    struct stage_script script = {.ranks = 1};
    CLEAN(text) struct text wanted = {0};
    struct crew crew;

    training.epochs = 0;
    training.steps = 20;
    training.schedule = (struct training_schedule){.type = SCHEDULE_CONSTANT};
    wanted = straight(&training);
    training.steps = 10;
    crew_run(&crew, &script, &settings);
    CU_ASSERT(number_of(text_string(&crew.results[0]), "steps") == 10);
    crew_done(&crew);
    training.steps = 20;
    script.ranks = 4;
    crew_run(&crew, &script, &settings);
    CU_ASSERT(strstr(text_string(&crew.results[3]), strstr(wanted.data, "\"weightsCrc32c")) !=
              NULL);
    CU_ASSERT(number_of(text_string(&crew.results[3]), "finalLoss") ==
              number_of(wanted.data, "finalLoss"));
    crew_done(&crew);
}

/* A checkpoint is due at every step, and the first is the last that is tried. */
static void a_training_that_a_later_attempt_has_followed_ends(void)
{
    static const struct fence later = {9, 9};
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, check_directory());
    struct stage_script script = {.ranks = 1};
    struct crew crew;

    CU_ASSERT(fence_raise(settings.checkpoints.store.directory, &later, NULL, NULL) == 0);
    settings.checkpoints.every = 1;
    training.epochs = 1000;
    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == FIT_REFUSED);
    CHECK_HAS(crew.errors[0].text, "training ends: ");
    CHECK_HAS(crew.errors[0].text, "belongs to attempt 9");
    CU_ASSERT(crew.record.saves_failed == 1 && !crew.record.saved);
    crew_done(&crew);
}

static void the_last_checkpoint_of_a_training_that_was_followed_is_not_tried_again(void)
{
    static const struct fence later = {9, 9};
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, check_directory());
    struct stage_script script = {.ranks = 1};
    struct crew crew;

    CU_ASSERT(fence_raise(settings.checkpoints.store.directory, &later, NULL, NULL) == 0);
    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == FIT_REFUSED);
    CHECK_HAS(crew.errors[0].text, "the last checkpoint is not written: ");
    CU_ASSERT(crew.record.saves_failed == 1 && crew.record.save_failing && !crew.record.saved);
    crew_done(&crew);
}

/* Takes away, after a while, what is in the place of the directory. */
static void *clear_later(void *path)
{
    clock_sleep(CLOCK_MS(300));
    unlink(path);
    return NULL;
}

/* A checkpoint is due at every step. */
static void checkpoints_that_cannot_be_written_do_not_stop_training(void)
{
    CLEAN(text) struct text path = {0};
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, "");
    struct stage_script script = {.ranks = 1};
    struct crew crew;
    pthread_t thread;

    text_addf(&path, "%s/checkpoints", check_directory());
    settings.checkpoints.store.directory = path.data;
    settings.checkpoints.every = 1;
    CU_ASSERT(symlink("nowhere/at-all", path.data) == 0);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, clear_later, path.data) == 0);
    crew_run(&crew, &script, &settings);
    pthread_join(thread, NULL);
    CU_ASSERT(crew.outcomes[0] == 0);
    CU_ASSERT(crew.record.saves_failed >= 2 && !crew.record.save_failing && crew.record.saved);
    crew_done(&crew);
}

static void the_last_checkpoint_is_tried_until_it_is_written(void)
{
    CLEAN(text) struct text path = {0};
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, "");
    struct stage_script script = {.ranks = 1};
    struct crew crew;
    pthread_t thread;

    text_addf(&path, "%s/checkpoints", check_directory());
    settings.checkpoints.store.directory = path.data;
    CU_ASSERT(symlink("nowhere/at-all", path.data) == 0);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, clear_later, path.data) == 0);
    crew_run(&crew, &script, &settings);
    pthread_join(thread, NULL);
    CU_ASSERT(crew.outcomes[0] == 0);
    CU_ASSERT(crew.record.saves_failed >= 1 && !crew.record.save_failing && crew.record.saved);
    crew_done(&crew);
}

static void checkpoints_are_written_while_training(void)
{
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, check_directory());
    struct stage_script script = {.ranks = 2};
    CLEAN(text) struct text wanted = straight(&training);
    struct crew crew;

    settings.checkpoints.every = 1;
    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == 0 && crew.record.saved == 6 && !crew.record.saves_failed);
    CU_ASSERT(strstr(text_string(&crew.results[1]), strstr(wanted.data, "\"weightsCrc32c")) !=
              NULL);
    crew_done(&crew);
}

/* Goes on with `training` from the checkpoint of a whole tiny one: refused, for this reason. */
static void refused_after(const struct training *training, const char *reason)
{
    struct training first = tiny_training();
    const char *directory = check_directory();
    struct fit_settings settings = settings_of(&first, directory);
    struct stage_script script = {.ranks = 1};
    struct crew crew;

    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == 0);
    crew_done(&crew);
    settings = settings_of(training, directory);
    crew_run(&crew, &script, &settings);
    CU_ASSERT(crew.outcomes[0] == FIT_REFUSED);
    CU_ASSERT(strstr(crew.errors[0].text, reason) != NULL);
    crew_done(&crew);
}

static void a_checkpoint_of_another_training_is_refused_with_what_differs(void)
{
    struct training training = tiny_training();

    training.model.layers[0].units = 11;
    refused_after(&training, "its model is another: layer 0 has 9 units, not 11");
    training = tiny_training();
    training.optimizer.type = OPTIMIZER_SGD;
    refused_after(&training, "its optimizer is adamw, not sgd");
    training = tiny_training();
    training.batch = (struct training_batch){10, 5};
    refused_after(&training, "it has 120 samples in 6 steps, which is no global batch of 10");
    training = tiny_training();
    training.epochs = 1;
    refused_after(&training, "stands at step 6, but the training ends with step 3");
}

static void more_ranks_than_micro_batches_are_refused(void)
{
    struct training training = tiny_training();
    struct fit_settings settings = settings_of(&training, NULL);
    struct stage_script script = {.ranks = 6};
    struct crew crew;

    crew_run(&crew, &script, &settings);
    for (int i = 0; i < 6; i++) {
        CU_ASSERT(crew.outcomes[i] == FIT_REFUSED);
        CU_ASSERT_STRING_EQUAL(crew.errors[i].text,
                               "6 ranks cannot share the 5 micro-batches of a step");
    }
    crew_done(&crew);
}

static void a_training_alone_numbers_its_checkpoints_on(void)
{
    struct training training = tiny_training();
    const char *directory = check_directory();
    struct fit_settings settings = settings_of(&training, directory);

    for (int run = 0; run < 2; run++) {
        CLEAN(fit) struct fit *fit = NULL;
        CLEAN(text) struct text result = {0};
        struct world *world = world_alone_new();

        training.epochs = run + 1;
        CU_ASSERT(fit_new(&settings, &fit, NULL) == 0);
        CU_ASSERT(fit_run(fit, world, &result, NULL) == 0);
        CU_ASSERT(strstr(text_string(&result), run ? "step-00000006.1.1" : "step-00000003.1.1") !=
                  NULL);
        world->table->free(world);
    }
}

SUITE("trainer train fit",
      {"the loss falls", the_loss_falls},
      {"one, two and four ranks end in the same bits", one_two_and_four_ranks_end_in_the_same_bits},
      {"a peer lost before any operation costs no bit",
       a_peer_lost_before_any_operation_costs_no_bit},
      {"a peer lost after any operation costs no bit",
       a_peer_lost_after_any_operation_costs_no_bit},
      {"a rank that dies and comes back empty costs no bit",
       a_rank_that_dies_and_comes_back_empty_costs_no_bit},
      {"a fault during repair costs no bit", a_fault_during_repair_costs_no_bit},
      {"the wish to stop is heard by all at the same step",
       the_wish_to_stop_is_heard_by_all_at_the_same_step},
      {"a hand-over ends a generation between two steps",
       a_hand_over_ends_a_generation_between_two_steps},
      {"a resumed training equals a straight one", a_resumed_training_equals_a_straight_one},
      {"a training that a later attempt has followed ends",
       a_training_that_a_later_attempt_has_followed_ends},
      {"the last checkpoint of a training that was followed is not tried again",
       the_last_checkpoint_of_a_training_that_was_followed_is_not_tried_again},
      {"checkpoints that cannot be written do not stop training",
       checkpoints_that_cannot_be_written_do_not_stop_training},
      {"the last checkpoint is tried until it is written",
       the_last_checkpoint_is_tried_until_it_is_written},
      {"checkpoints are written while training", checkpoints_are_written_while_training},
      {"a checkpoint of another training is refused with what differs",
       a_checkpoint_of_another_training_is_refused_with_what_differs},
      {"more ranks than micro-batches are refused", more_ranks_than_micro_batches_are_refused},
      {"a training alone numbers its checkpoints on", a_training_alone_numbers_its_checkpoints_on})
