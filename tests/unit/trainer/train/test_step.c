/* Steps and validations: equal bits for every number of ranks, and what stops them. */
#include "trainer/train/step.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "support/check.h"
#include "support/fault.h"
#include "support/hub.h"
#include "support/numbers.h"
#include "support/tiny.h"
#include "trainer/train/validate.h"

#define STEPS 4
#define RANKS 5

/* One rank of a test: a thread with everything of its own. */
struct rank {
    const struct training *training;
    struct comm *comm;
    struct learner learner;
    struct state state;
    struct validation validation;
    int64_t stopped; /* after this step; 0 = not */
    int outcome;
    enum link_drain drain; /* wishes that from step 2 on */
    enum link_drain stopped_for;
    struct error error;
};

static int rank_steps(struct rank *rank)
{
    while (rank->state.facts.committed < STEPS) {
        enum link_drain stop = LINK_DRAIN_NOT;
        enum link_drain drain = rank->state.facts.committed >= 1 ? rank->drain : LINK_DRAIN_NOT;
        int outcome =
            step_run(&rank->learner, &rank->state, rank->comm, drain, &stop, &rank->error);

        if (outcome)
            return outcome;
        if (stop) {
            rank->stopped = rank->state.facts.committed;
            rank->stopped_for = stop;
            return 0;
        }
    }
    return validate_run(
        &rank->learner, rank->state.parameters, rank->comm, &rank->validation, &rank->error);
}

static void *rank_run(void *context)
{
    struct rank *rank = context;
    struct order order;

    rank->outcome = learner_init(&rank->learner, rank->training, &rank->error);
    if (rank->outcome)
        return NULL;
    order = step_order(&rank->learner.plan, rank->comm);
    if (learner_reserve(&rank->learner, &order, rank->comm->rank, &rank->error) ||
        state_init(&rank->state, &rank->learner.model, rank->training->optimizer.type, NULL)) {
        rank->outcome = -1;
        return NULL;
    }
    state_begin(&rank->state, rank->training->seed);
    rank->outcome = rank_steps(rank);
    return NULL;
}

/* Runs the ranks to their ends. */
static void ranks_run(const struct training *training,
                      const struct hub_fault *fault,
                      struct rank *ranks,
                      int count)
{
    struct hub *hub = hub_new(count, fault);
    pthread_t threads[RANKS];

    for (int i = 0; i < count; i++) {
        ranks[i].training = training;
        ranks[i].comm = hub_comm(hub, i);
        CU_ASSERT(pthread_create(&threads[i], NULL, rank_run, &ranks[i]) == 0);
    }
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < count; i++)
        comm_free(ranks[i].comm);
    hub_release(hub);
}

static void ranks_done(struct rank *ranks, int count)
{
    for (int i = 0; i < count; i++) {
        state_done(&ranks[i].state);
        learner_done(&ranks[i].learner);
    }
}

static void ranks_agree(const struct rank *rank, const struct rank *judge)
{
    float *left[3] = {NULL}, *right[3] = {NULL};
    size_t count = state_vectors(&judge->state, right);

    CU_ASSERT(rank->outcome == 0 && state_vectors(&rank->state, left) == count);
    for (size_t i = 0; i < count; i++)
        CU_ASSERT(numbers_same_bits(left[i], right[i], judge->state.model->size));
    CU_ASSERT(rank->state.facts.history.loss == judge->state.facts.history.loss);
    CU_ASSERT(rank->validation.loss == judge->validation.loss);
    CU_ASSERT(rank->validation.accuracy == judge->validation.accuracy);
    CU_ASSERT(state_checksum(&rank->state) == state_checksum(&judge->state));
}

static void every_number_of_ranks_gives_the_same_bits(void)
{
    static const struct hub_fault none;

    for (int type = OPTIMIZER_SGD; type <= OPTIMIZER_ADAMW; type++) {
        struct training training = tiny_training();
        struct rank alone[1] = {{0}};

        training.optimizer.type = (enum training_optimizer_type)type;
        ranks_run(&training, &none, alone, 1);
        CU_ASSERT(alone[0].outcome == 0 &&
                  alone[0].state.facts.samples == (int64_t)STEPS * TINY_GLOBAL);
        for (int count = 2; count <= RANKS; count++) {
            struct rank ranks[RANKS] = {{0}};

            ranks_run(&training, &none, ranks, count);
            for (int i = 0; i < count; i++)
                ranks_agree(&ranks[i], &alone[0]);
            ranks_done(ranks, count);
        }
        ranks_done(alone, 1);
    }
}

static void validation_counts_every_sample_once(void)
{
    static const struct hub_fault none;
    struct training training = tiny_training();
    struct rank rank[1] = {{0}};
    double correct;

    ranks_run(&training, &none, rank, 1);
    correct = rank[0].validation.accuracy * 21;
    CU_ASSERT(rank[0].learner.validation.count == 21);
    CU_ASSERT(fabs(correct - round(correct)) < 1e-9 && correct > 0 && correct <= 21);
    CU_ASSERT(rank[0].validation.loss > 0 && rank[0].validation.loss < 20);
    ranks_done(rank, 1);
}

static void the_wish_of_one_rank_stops_all_after_the_same_step(void)
{
    static const struct hub_fault none;
    struct training training = tiny_training();

    for (int who = 0; who < 3; who++) {
        struct rank ranks[3] = {{0}};

        ranks[who].drain = LINK_DRAIN_STOP;
        ranks_run(&training, &none, ranks, 3);
        for (int i = 0; i < 3; i++)
            CU_ASSERT(ranks[i].outcome == 0 && ranks[i].stopped == 2);
        ranks_done(ranks, 3);
    }
}

/* All of three ranks wish to hand over, but one may wish something else. */
static void wishes_add_up(enum link_drain other, enum link_drain wanted)
{
    static const struct hub_fault none;
    struct training training = tiny_training();
    struct rank ranks[3] = {
        {.drain = LINK_DRAIN_HAND_OVER}, {.drain = other}, {.drain = LINK_DRAIN_HAND_OVER}};

    ranks_run(&training, &none, ranks, 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(ranks[i].outcome == 0 && ranks[i].stopped == 2);
        CU_ASSERT(ranks[i].stopped_for == wanted);
    }
    ranks_done(ranks, 3);
}

static void a_wish_to_stop_counts_more_than_any_to_hand_over(void)
{
    wishes_add_up(LINK_DRAIN_HAND_OVER, LINK_DRAIN_HAND_OVER);
    wishes_add_up(LINK_DRAIN_NOT, LINK_DRAIN_HAND_OVER);
    wishes_add_up(LINK_DRAIN_STOP, LINK_DRAIN_STOP);
}

/* The third reduction of three ranks is hit on rank 1: the steps that each has committed then. */
static void broken_reduction(enum hub_fault_kind kind, int64_t others, int64_t hit)
{
    struct training training = tiny_training();
    struct hub_fault fault = {kind, 1, 3};
    struct rank ranks[3] = {{0}};

    ranks_run(&training, &fault, ranks, 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(ranks[i].outcome == COMM_BROKEN);
        CU_ASSERT(ranks[i].state.facts.committed == (i == 1 ? hit : others));
    }
    ranks_done(ranks, 3);
}

/* A rank that took part and did not learn of it is one step behind, and never more. */
static void a_broken_reduction_commits_whole_steps_only(void)
{
    broken_reduction(HUB_FAULT_BEFORE, 2, 2);
    broken_reduction(HUB_FAULT_AFTER, 3, 2);
}

static void a_loss_that_is_not_finite_names_its_step(void)
{
    static const struct hub_fault none;
    struct training training = tiny_training();
    struct rank ranks[2] = {{0}};

    training.optimizer = (struct training_optimizer){.type = OPTIMIZER_SGD, .learning_rate = 1e36};
    training.schedule.warmup_steps = 0;
    ranks_run(&training, &none, ranks, 2);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(ranks[i].outcome == -1);
        CU_ASSERT_STRING_EQUAL(ranks[i].error.text, "the loss of step 2 is not finite");
        CU_ASSERT(ranks[i].state.facts.committed == 1);
    }
    ranks_done(ranks, 2);
}

static void what_a_learner_cannot_use_is_refused(void)
{
    struct training training = tiny_training();
    struct learner learner;
    struct error error = {""};

    training.model.input_size = 100;
    CU_ASSERT(learner_init(&learner, &training, &error) == -1);
    CU_ASSERT(strstr(error.text, "images of 28 x 28, but the model takes 100 numbers") != NULL);
    training = tiny_training();
    training.batch.global = 64;
    CU_ASSERT(learner_init(&learner, &training, &error) == -1);
    CU_ASSERT(strstr(error.text, "less than the global batch of 64") != NULL);
    training = tiny_training();
    training.model.layers[1].units = 9;
    CU_ASSERT(learner_init(&learner, &training, &error) == -1);
    CU_ASSERT(strstr(error.text, "has label 9, but the model has 9 classes") != NULL);
}

static void vectors_beyond_memory_are_refused(void)
{
    struct training training = tiny_training();
    struct order order = {5, 1};
    struct learner learner;
    struct error error = {""};

    CU_ASSERT_FATAL(learner_init(&learner, &training, NULL) == 0);
    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(learner_reserve(&learner, &order, 0, &error) == -1);
    CU_ASSERT(fault_disarm());
    CU_ASSERT_STRING_EQUAL(error.text, "no memory for 3 gradients");
    CU_ASSERT(learner_reserve(&learner, &order, 0, &error) == 0 && learner.vector_count == 3);
    learner_done(&learner);
}

SUITE("trainer train step",
      {"every number of ranks gives the same bits", every_number_of_ranks_gives_the_same_bits},
      {"validation counts every sample once", validation_counts_every_sample_once},
      {"the wish of one rank stops all after the same step",
       the_wish_of_one_rank_stops_all_after_the_same_step},
      {"a wish to stop counts more than any to hand over",
       a_wish_to_stop_counts_more_than_any_to_hand_over},
      {"a broken reduction commits whole steps only", a_broken_reduction_commits_whole_steps_only},
      {"a loss that is not finite names its step", a_loss_that_is_not_finite_names_its_step},
      {"what a learner cannot use is refused", what_a_learner_cannot_use_is_refused},
      {"vectors beyond memory are refused", vectors_beyond_memory_are_refused})
