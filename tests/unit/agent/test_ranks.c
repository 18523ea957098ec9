/* The ranks of an agent as a group: placed, started and revoked together. */
#include "agent/ranks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "support/check.h"
#include "wire/link.h"

/* A training. */

static void the_group_moves_when_all_of_it_can(void)
{
    struct group *group = group_new();

    CHECK_TEXT(tick(group), "spawn 0, spawn 1");
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(hear(group, news_of(RANK_SPAWNED, 0)), "");
    CHECK_TEXT(hear(group, news_of(RANK_SPAWNED, 1)), "");
    CHECK_TEXT(hear(group, news_of(RANK_HELLO, 1)), "");
    CHECK_TEXT(want(group, RANK_PLACE, 5), "assign 1");
    CHECK_TEXT(hear(group, news_of(RANK_HELLO, 0)), "assign 0");
    CHECK_TEXT(hear(group, ready(1, 5)), "");
    CHECK_TEXT(hear(group, ready(0, 5)), "set 5 x y");
    CHECK_TEXT(want(group, RANK_START, 5), "go 0, go 1");
    group_free(group);
}

static void all_are_done_with_the_result_of_the_first(void)
{
    struct group *group = group_running();
    struct ranks_news done = {.event = RANK_FINISHED, .rank = 1, .generation = 5, .text = "{1}"};

    done.outcome = OUTCOME_STOPPED;
    CHECK_TEXT(hear(group, done), "");
    done.rank = 0;
    done.text = "{0}";
    done.outcome = OUTCOME_SUCCEEDED;
    CHECK_TEXT(hear(group, done), "done 1 {0}");
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(want(group, RANK_LEAVE, 0), "leave 0, leave 1");
    CHECK_TEXT(hear(group, exited(0, 0)), "");
    CHECK_TEXT(hear(group, exited(1, 0)), "ended");
    group_free(group);
}

static void the_group_is_quiet_when_all_of_it_has_left(void)
{
    struct group *group = group_running();

    CHECK_TEXT(want(group, RANK_REVOKE, 6), "revoke 0, revoke 1");
    CHECK_TEXT(hear(group, quiet(1, 7, 8)), "");
    CHECK_TEXT(hear(group, quiet(0, 6, 7)), "quiet 7/8");
    CHECK_TEXT(want(group, RANK_REVOKE, 7), "quiet 7/8");
    CHECK_TEXT(want(group, RANK_PLACE, 7), "assign 0, assign 1");
    group_free(group);
}

static void words_of_a_generation_that_is_over_say_nothing(void)
{
    struct group *group = group_running();
    struct ranks_news broken = {.event = RANK_BROKEN, .rank = 0, .generation = 4, .text = "gone"};

    CHECK_TEXT(hear(group, broken), "");
    broken.generation = 5;
    CHECK_TEXT(hear(group, broken), "fault 0 Communicator: gone, -1/0");
    want(group, RANK_REVOKE, 6);
    hear(group, quiet(0, 1, 1));
    hear(group, quiet(1, 1, 1));
    CHECK_TEXT(want(group, RANK_PLACE, 6), "assign 0, assign 1");
    CHECK_TEXT(hear(group, ready(0, 5)), "");
    CHECK_TEXT(hear(group, ready(1, 6)), "");
    CHECK_TEXT(want(group, RANK_START, 5), "");
    CHECK_TEXT(hear(group, ready(0, 6)), "set 6 x y");
    group_free(group);
}

/* Ends of processes. */

static void an_end_is_described_by_its_cause(void)
{
    static const struct {
        int status;
        uint32_t code; /* that it announced; 0 = it said nothing */
        enum fault_class class;
        const char *said;
    } ends[] = {
        {SIGKILL, 0, FAULT_CLASS_HOST, "fault 1 RankKilled: signal 9, -1/0"},
        {SIGTERM, 0, FAULT_CLASS_HOST, "fault 1 RankKilled: signal 15, -1/0"},
        {SIGSEGV, 0, FAULT_CLASS_RANK_CRASH, "fault 1 RankCrashed: signal 11, -1/0"},
        {1 << 8, 0, FAULT_CLASS_USER_CODE, "fault 1 RankCrashed: exit code 1, -1/0"},
        {0, 0, FAULT_CLASS_USER_CODE, "fault 1 RankCrashed: exit code 0, -1/0"},
        {LINK_EXIT_INPUT << 8,
         0,
         FAULT_CLASS_DATA,
         "fault 1 InvalidInput final: exit code 3, -1/0"},
        {LINK_EXIT_USAGE << 8,
         0,
         FAULT_CLASS_DATA,
         "fault 1 InvalidInput final: exit code 2, -1/0"},
        {1 << 8, LINK_EXIT_FAILED, FAULT_CLASS_USER_CODE, "fault 1 RankCrashed: it said why, -1/0"},
        {1 << 8,
         LINK_EXIT_INPUT,
         FAULT_CLASS_DATA,
         "fault 1 InvalidInput final: it said why, -1/0"},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct group *group = group_running();
        struct ranks_news failed = {
            .event = RANK_FAILED, .rank = 1, .code = ends[i].code, .text = "it said why"};
        bool final = strstr(ends[i].said, "final") != NULL;

        if (ends[i].code)
            CHECK_TEXT(hear(group, failed), "");
        CHECK_HAS(hear(group, exited(1, ends[i].status)), ends[i].said);
        CU_ASSERT(group->output.messages[0].fault.class == ends[i].class);
        CU_ASSERT(group->output.order_count == (final ? 0 : 1)); /* started again at once, or not */
        group_free(group);
    }
}

static void a_reason_that_is_settled_does_not_describe_a_later_end(void)
{
    struct group *group = group_running();
    struct ranks_news broken = {.event = RANK_BROKEN, .rank = 1, .generation = 5, .text = "gone"};

    hear(group, broken);
    want(group, RANK_REVOKE, 6);
    hear(group, quiet(0, 3, 3));
    hear(group, quiet(1, 3, 3));
    CHECK_HAS(hear(group, exited(1, SIGKILL)), "fault 1 RankKilled: signal 9, 3/3");
    group_free(group);
}

static void the_state_of_a_dead_rank_is_gone(void)
{
    struct group *group = group_running();

    want(group, RANK_REVOKE, 6);
    hear(group, quiet(1, 9, 10));
    CHECK_TEXT(hear(group, exited(0, SIGKILL)),
               "spawn 0, fault 0 RankKilled: signal 9, 9/10, quiet 9/10");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "spawn 1, fault 1 RankKilled: signal 9, -1/10");
    group_free(group);
}

static void who_does_not_leave_in_time_is_killed_and_counts_as_stuck(void)
{
    struct group *group = group_running();

    want(group, RANK_REVOKE, 6);
    hear(group, quiet(0, 7, 7));
    CU_ASSERT(ranks_due(&group->ranks) == group->now + group->ranks.leave_patience);
    group->now += group->ranks.leave_patience - 1;
    CHECK_TEXT(tick(group), "");
    group->now++;
    CHECK_TEXT(tick(group), "kill 1");
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "spawn 1, fault 1 Stuck: signal 9, 7/7, quiet 7/7");
    group_free(group);
}

static void who_does_not_end_in_time_is_killed(void)
{
    struct group *group = group_running();

    want(group, RANK_LEAVE, 0);
    hear(group, exited(0, 0));
    group->now += group->ranks.leave_patience;
    CHECK_TEXT(tick(group), "kill 1");
    hear(group, exited(1, SIGKILL));
    CU_ASSERT(group->output.ended);
    CU_ASSERT(ranks_due(&group->ranks) == INT64_MAX);
    group_free(group);
}

/* Starting again. */

static void who_does_not_come_to_hello_is_started_later_each_time(void)
{
    struct group *group = group_new();
    int64_t longest = 0;

    tick(group);
    for (int i = 0; i < 20; i++) {
        hear(group, news_of(RANK_SPAWNED, 0));
        hear(group, exited(0, 1 << 8));
        CU_ASSERT(group->ranks.items[0].due >= group->now);
        if (group->ranks.items[0].due - group->now > longest)
            longest = group->ranks.items[0].due - group->now;
        group->now = group->ranks.items[0].due;
        tick(group);
    }
    CU_ASSERT(longest > SECOND);       /* the pause has grown */
    CU_ASSERT(longest <= 13 * SECOND); /* and is bounded: 100 ms doubled 7 times */
    hear(group, news_of(RANK_SPAWNED, 0));
    hear(group, news_of(RANK_HELLO, 0));
    CHECK_HAS(hear(group, exited(0, 1 << 8)), "spawn 0");
    group_free(group);
}

static void who_is_down_is_placed_as_soon_as_it_is_there(void)
{
    struct group *group = group_running();

    hear(group, exited(0, SIGKILL));
    want(group, RANK_REVOKE, 6);
    hear(group, quiet(1, 3, 4));
    CHECK_TEXT(want(group, RANK_PLACE, 6), "assign 1");
    hear(group, news_of(RANK_SPAWNED, 0));
    CHECK_TEXT(hear(group, news_of(RANK_HELLO, 0)), "assign 0");
    group_free(group);
}

static void a_rank_that_was_handed_over_is_called_out_of_its_generation(void)
{
    struct group *group = group_new();

    ranks_adopt(&group->ranks, 1, 11, 12);
    CHECK_TEXT(tick(group), "spawn 0");
    CHECK_TEXT(want(group, RANK_REVOKE, 9), "revoke 1");
    CHECK_TEXT(hear(group, quiet(1, 12, 12)), "quiet 12/12");
    group_free(group);
}

/* Foreign trainers. */
static void a_rank_that_hangs_is_killed_and_blamed_for_that(void)
{
    struct group *group = group_running();
    struct ranks_news hung = {.event = RANK_HUNG, .rank = 1, .text = "nobody got on"};

    CHECK_TEXT(hear(group, hung), "kill 1");
    CHECK_TEXT(hear(group, hung), "");
    CHECK_TEXT(want(group, RANK_REVOKE, 6), "revoke 0");
    CHECK_TEXT(hear(group, quiet(0, 3, 4)), "");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)),
               "spawn 1, fault 1 RankHung: nobody got on, 3/4, quiet 3/4");
    hear(group, news_of(RANK_SPAWNED, 1)); /* the next process is another one */
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "fault 1 RankKilled: signal 9, 3/4");
    group_free(group);
}

static void whoever_takes_all_memory_is_ended_whatever_it_does(void)
{
    static const struct ranks_news condemned = {
        .event = RANK_CONDEMNED, .rank = 1, .cause = CAUSE_MEMORY, .text = "resident 3 GiB"};
    struct group *group = group_new();

    tick(group);
    CHECK_TEXT(hear(group, condemned), ""); /* it has no process yet */
    hear(group, news_of(RANK_SPAWNED, 1));
    CHECK_TEXT(hear(group, condemned), "kill 1");
    CHECK_TEXT(hear(group, condemned), "");
    CHECK_HAS(hear(group, exited(1, SIGKILL)), "fault 1 OutOfMemory: resident 3 GiB, -1/0");
    group_free(group);

    group = group_running();
    want(group, RANK_REVOKE, 6);
    CHECK_TEXT(hear(group, condemned), "kill 1");
    CHECK_HAS(hear(group, exited(1, SIGKILL)), "fault 1 OutOfMemory: resident 3 GiB, -1/0");
    hear(group, news_of(RANK_SPAWNED, 1)); /* the next process is another one */
    CHECK_HAS(hear(group, exited(1, SIGKILL)), "fault 1 RankKilled: signal 9, -1/0");
    group_free(group);
}

static void of_ranks_that_are_ended_together_one_is_blamed(void)
{
    struct ranks_news condemned = {.event = RANK_CONDEMNED, .cause = CAUSE_GPU_FABRIC, .text = "x"};
    struct group *group = group_running();

    CHECK_TEXT(hear(group, condemned), "kill 0");
    condemned.rank = 1;
    condemned.along = true;
    CHECK_TEXT(hear(group, condemned), "kill 1");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "spawn 1");
    CHECK_TEXT(hear(group, exited(0, SIGKILL)), "spawn 0, fault 0 GpuFabric: x, -1/0");
    hear(group, news_of(RANK_SPAWNED, 1)); /* the next process is another one */
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "fault 1 RankKilled: signal 9, -1/0");
    group_free(group);
}

static void what_the_kernel_ended_for_want_of_memory_is_told_so(void)
{
    static const struct {
        int status;
        const char *said;
    } ends[] = {
        {SIGKILL, "fault 1 OutOfMemory: signal 9: it held 3 GiB, -1/0"},
        {SIGSEGV, "fault 1 RankCrashed: signal 11: it held 3 GiB, -1/0"},
        {LINK_EXIT_INPUT << 8, "fault 1 InvalidInput final: exit code 3: it held 3 GiB, -1/0"},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct group *group = group_running();
        struct ranks_news ended = exited(1, ends[i].status);

        ended.cause = CAUSE_MEMORY;
        ended.text = "it held 3 GiB";
        CHECK_HAS(hear(group, ended), ends[i].said);
        group_free(group);
    }
}

static void a_rank_that_does_not_run_does_not_hang(void)
{
    struct group *group = group_new();
    struct ranks_news hung = {.event = RANK_HUNG, .rank = 0, .text = "nobody got on"};

    tick(group);
    hear(group, news_of(RANK_SPAWNED, 0));
    CHECK_TEXT(hear(group, hung), "");
    CHECK_HAS(hear(group, exited(0, SIGKILL)), "fault 0 RankKilled: signal 9, -1/0");
    group_free(group);
}

SUITE("agent ranks",
      {"whoever takes all memory is ended whatever it does",
       whoever_takes_all_memory_is_ended_whatever_it_does},
      {"of ranks that are ended together one is blamed",
       of_ranks_that_are_ended_together_one_is_blamed},
      {"what the kernel ended for want of memory is told so",
       what_the_kernel_ended_for_want_of_memory_is_told_so},
      {"a rank that hangs is killed and blamed for that",
       a_rank_that_hangs_is_killed_and_blamed_for_that},
      {"a rank that does not run does not hang", a_rank_that_does_not_run_does_not_hang},
      {"the group moves when all of it can", the_group_moves_when_all_of_it_can},
      {"all are done with the result of the first", all_are_done_with_the_result_of_the_first},
      {"the group is quiet when all of it has left", the_group_is_quiet_when_all_of_it_has_left},
      {"words of a generation that is over say nothing",
       words_of_a_generation_that_is_over_say_nothing},
      {"an end is described by its cause", an_end_is_described_by_its_cause},
      {"a reason that is settled does not describe a later end",
       a_reason_that_is_settled_does_not_describe_a_later_end},
      {"the state of a dead rank is gone", the_state_of_a_dead_rank_is_gone},
      {"who does not leave in time is killed and counts as stuck",
       who_does_not_leave_in_time_is_killed_and_counts_as_stuck},
      {"who does not end in time is killed", who_does_not_end_in_time_is_killed},
      {"who does not come to hello is started later each time",
       who_does_not_come_to_hello_is_started_later_each_time},
      {"who is down is placed as soon as it is there",
       who_is_down_is_placed_as_soon_as_it_is_there},
      {"a rank that was handed over is called out of its generation",
       a_rank_that_was_handed_over_is_called_out_of_its_generation})
