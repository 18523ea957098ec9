/* What ranks said last, looked at from outside the keeper: here from the same process. */
#include "agent/output_memory.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fault.h"

#define RANKS 3

static void say(struct output_memory *memory, uint32_t rank, const char *words)
{
    tail_add(&memory->tails[rank], words, strlen(words));
}

static void whoever_may_look_finds_what_each_rank_said(void)
{
    int before = check_descriptors();
    struct output_memory memory;
    struct error error;

    CU_ASSERT_FATAL(output_memory_init(&memory, RANKS, &error) == 0);
    say(&memory, 0, "nought\n");
    say(&memory, 2, "two\n");
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        static const char *const wanted[RANKS] = {"nought\n", "", "two\n"};
        CLEAN(text) struct text out = {0};

        CU_ASSERT(output_memory_read("/proc", getpid(), rank, &out, &error) == 0);
        CHECK_TEXT(text_string(&out), wanted[rank]);
    }
    output_memory_done(&memory);
    CU_ASSERT(check_descriptors() == before);
}

static void what_is_not_there_is_told_apart(void)
{
    CLEAN(text) struct text out = {0};
    struct output_memory memory;
    struct error error;

    CU_ASSERT(output_memory_read("/proc", getpid(), 0, &out, &error) == 1);
    CHECK_HAS(error.text, "is no keeper of this user");
    CU_ASSERT(output_memory_read("/nowhere", getpid(), 0, &out, &error) == 1);
    CU_ASSERT_FATAL(output_memory_init(&memory, RANKS, &error) == 0);
    CU_ASSERT(output_memory_read("/proc", getpid(), RANKS, &out, &error) == 2);
    CHECK_TEXT(error.text, "there are 3 ranks here");
    CU_ASSERT(out.size == 0);
    output_memory_done(&memory);
}

/* Whether the call number `k` is made; if so, it fails and nothing is left behind. */
static bool init_fails(int k)
{
    int before = check_descriptors();
    struct output_memory memory = {.descriptor = -1};
    struct error error = {.text = ""};
    int outcome;

    fault_arm(FAULT_SYSTEM, k);
    outcome = output_memory_init(&memory, RANKS, &error);
    if (!fault_disarm()) {
        CU_ASSERT(outcome == 0);
        output_memory_done(&memory);
        return false;
    }
    CU_ASSERT(outcome == -1 && error.text[0]);
    CU_ASSERT(check_descriptors() == before);
    return true;
}

static void a_failing_call_leaves_nothing_behind(void)
{
    int k = 1;

    while (init_fails(k))
        k++;
    CU_ASSERT(k > 3);
}

SUITE("agent output memory",
      {"whoever may look finds what each rank said", whoever_may_look_finds_what_each_rank_said},
      {"what is not there is told apart", what_is_not_there_is_told_apart},
      {"a failing call leaves nothing behind", a_failing_call_leaves_nothing_behind})
