/* Which faults come back, so that repairing them is of no use. */
#include "agent/repeat.h"

#include <string.h>

#include "support/check.h"

#define SECOND INT64_C(1000000000)
#define MOST   12

/* One fault of a trainer that says how far it is, and what is said about it. */
struct fault {
    enum cause cause;
    enum fault_class class;
    const char *node;
    int64_t step;
    enum repeat_verdict verdict;
};

static const struct {
    const char *what;
    struct fault faults[MOST];
} at_step[] = {
    {"three crashes at one step",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_NO_PROGRESS}}},
    {"a step in between begins anew",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 60, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 60, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 60, REPEAT_NO_PROGRESS}}},
    {"on a second node it is not the node",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "b", 59, REPEAT_TWO_NODES}}},
    {"another step on a second node is another fault",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "b", 60, REPEAT_GOES_ON}}},
    {"another class on a second node is another fault",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_RANK_CRASH, "b", 59, REPEAT_GOES_ON}}},
    {"a node that is not known is no second one",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "b", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "", 59, REPEAT_NO_PROGRESS}}},
    {"hangs and crashes count together, and a hang is told of a node by inference",
     {{CAUSE_HANG, FAULT_CLASS_HANG, "a", 59, REPEAT_GOES_ON},
      {CAUSE_HANG, FAULT_CLASS_HANG, "b", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "c", 59, REPEAT_NO_PROGRESS}}},
    {"what comes from outside begins anew",
     {{CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_KILLED, FAULT_CLASS_HOST, "a", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "b", 59, REPEAT_GOES_ON},
      {CAUSE_AGENT_LOST, FAULT_CLASS_HOST, "b", 59, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "b", 59, REPEAT_GOES_ON}}},
    {"communicators break ten times",
     {{CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "a", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "b", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "a", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "b", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "a", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "b", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "a", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "b", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "a", 5, REPEAT_GOES_ON},
      {CAUSE_COMMUNICATOR, FAULT_CLASS_COMMUNICATOR, "b", 5, REPEAT_NO_PROGRESS}}},
    {"the first generation is no repair",
     {{CAUSE_NONE, FAULT_CLASS_UNKNOWN, "", -1, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", -1, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", -1, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", -1, REPEAT_NO_PROGRESS}}},
};

static void verdict_is(enum repeat_verdict found, enum repeat_verdict wanted, const char *what)
{
    CU_ASSERT(found == wanted);
    if (found != wanted)
        printf("\n%s: %d in place of %d\n", what, (int)found, (int)wanted);
}

static void a_fault_at_the_same_step_comes_back(void)
{
    for (size_t i = 0; i < sizeof at_step / sizeof *at_step; i++) {
        struct repeat repeat = {0};

        for (const struct fault *row = at_step[i].faults; row->node; row++) {
            const struct repeat_fault fault = {row->cause, row->class, row->node, ""};
            enum repeat_verdict verdict = repeat_at_step(&repeat, &fault, row->step);

            verdict_is(verdict, row->verdict, at_step[i].what);
        }
    }
}

/* One end of a trainer that says nothing. */
struct end {
    enum cause cause;
    const char *words;
    int64_t lived;
    enum repeat_verdict verdict;
};

static const struct {
    const char *what;
    struct end ends[MOST];
} after[] = {
    {"the same words three times",
     {{CAUSE_RANK_CRASH, "exit code 1: KeyError", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: KeyError", 9 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: KeyError", 4 * SECOND, REPEAT_NO_PROGRESS}}},
    {"other words may be progress",
     {{CAUSE_RANK_CRASH, "exit code 1: step 60", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: step 60", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: step 61", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: step 61", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1: step 61", 4 * SECOND, REPEAT_NO_PROGRESS}}},
    {"who has lived long may have done something",
     {{CAUSE_RANK_CRASH, "exit code 1", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1", 4 * SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1", REPEAT_SOON, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1", REPEAT_SOON - 1, REPEAT_GOES_ON}}},
    {"what comes from outside begins anew",
     {{CAUSE_RANK_CRASH, "exit code 1", SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1", SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_KILLED, "signal 9", SECOND, REPEAT_GOES_ON},
      {CAUSE_RANK_CRASH, "exit code 1", SECOND, REPEAT_GOES_ON}}},
};

static void a_fault_of_a_trainer_that_says_nothing_comes_back(void)
{
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        struct repeat repeat = {0};

        for (const struct end *row = after[i].ends; row->words; row++) {
            const struct repeat_fault fault = {row->cause, FAULT_CLASS_USER_CODE, "a", row->words};
            enum repeat_verdict verdict = repeat_after(&repeat, &fault, row->lived);

            verdict_is(verdict, row->verdict, after[i].what);
        }
    }
}

/* Words longer than are kept are the same when what is kept is. */
static void long_words_are_compared_as_far_as_they_are_kept(void)
{
    struct repeat repeat = {0};
    char words[2 * REPEAT_WORDS];
    struct repeat_fault fault = {CAUSE_RANK_CRASH, FAULT_CLASS_USER_CODE, "a", words};

    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    for (int i = 1; i <= REPEAT_CRASHES; i++)
        CU_ASSERT((repeat_after(&repeat, &fault, 0) == REPEAT_NO_PROGRESS) ==
                  (i == REPEAT_CRASHES));
}

SUITE("agent repeat",
      {"a fault at the same step comes back", a_fault_at_the_same_step_comes_back},
      {"a fault of a trainer that says nothing comes back",
       a_fault_of_a_trainer_that_says_nothing_comes_back},
      {"long words are compared as far as they are kept",
       long_words_are_compared_as_far_as_they_are_kept})
