/* Who sends a state and who receives it. Whole restores are tested with whole trainings. */
#include "trainer/train/restore.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/tiny.h"

static void the_lowest_rank_of_the_best_is_the_source(void)
{
    static const struct {
        struct restore_claim claims[4];
        int size;
        int count;
        int members[4];
    } rows[] = {
        {{{5, 0, ""}}, 1, 1, {0}},
        {{{5, 3, ""}, {5, 3, ""}, {5, 3, ""}}, 3, 1, {0}},
        {{{4, 3, ""}, {5, 3, ""}, {5, 3, ""}}, 3, 2, {1, 0}},
        {{{5, 3, ""}, {-1, 0, ""}, {4, 3, ""}, {5, 3, ""}}, 4, 3, {0, 1, 2}},
        {{{6, 3, ""}, {6, 6, ""}, {6, 3, ""}, {6, 6, ""}}, 4, 3, {1, 0, 2}},
        {{{0, 0, ""}, {-1, 0, ""}}, 2, 2, {0, 1}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int members[4] = {0};

        CU_ASSERT(restore_members(rows[i].claims, rows[i].size, members) == rows[i].count);
        CU_ASSERT(memcmp(members, rows[i].members, (size_t)rows[i].count * sizeof(int)) == 0);
    }
}

/* A communicator of two whose other rank claims what the test says. */
static struct restore_claim other;

static int fake_all_gather(struct comm *comm, const void *mine, void *all, size_t size)
{
    (void)comm;
    memcpy(all, mine, size);
    memcpy((char *)all + size, &other, size);
    return 0;
}

static void nothing(void *context)
{
    (void)context;
}

/* Restores a rank 0 at step `committed` beside `other`. Returns the outcome. */
static int beside(int64_t committed, int64_t step, const char *kernels, struct error *error)
{
    static const struct comm_table table = {.name = "fake", .all_gather = fake_all_gather};
    struct comm comm = {.table = &table, .size = 2};
    struct training training = tiny_training();
    struct backend backend = {.kernels = "alike"};
    struct load_request load = {.training = &training};
    struct model model;
    struct state state;
    struct load_result loaded = {0};
    int outcome;

    snprintf(other.kernels, sizeof other.kernels, "%s", kernels);
    CU_ASSERT(model_init(&model, &training.model, NULL) == 0);
    CU_ASSERT(state_init(&state, &model, OPTIMIZER_SGD, NULL) == 0);
    state.facts.committed = committed;
    outcome = restore_run(
        &(struct restore){&comm, &state, step, &backend, &load, nothing, NULL}, &loaded, error);
    state_done(&state);
    return outcome;
}

static void a_peer_with_other_kernels_is_refused(void)
{
    struct error error = {""};

    other = (struct restore_claim){.committed = 3};
    CU_ASSERT(beside(3, 3, "alike", &error) == 0);
    CU_ASSERT(beside(3, 3, "other", &error) == RESTORE_REFUSED);
    CU_ASSERT(strstr(error.text, "rank 1 computes with other, rank 0 with alike") != NULL);
}

static void a_step_that_nobody_stands_at_is_an_error(void)
{
    struct error error = {""};

    other = (struct restore_claim){.committed = 3};
    CU_ASSERT(beside(3, 4, "alike", &error) == -1);
    CU_ASSERT(strstr(error.text, "is of step 3, but the generation is to stand at 4") != NULL);
    CU_ASSERT(beside(2, 2, "alike", &error) == -1);
}

SUITE("trainer train restore",
      {"the lowest rank of the best is the source", the_lowest_rank_of_the_best_is_the_source},
      {"a peer with other kernels is refused", a_peer_with_other_kernels_is_refused},
      {"a step that nobody stands at is an error", a_step_that_nobody_stands_at_is_an_error})
