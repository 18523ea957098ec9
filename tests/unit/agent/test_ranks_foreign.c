/* The ranks of an agent whose trainer is any command: started, ended and begun anew as a group. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ranks.h"
#include "group.h"
#include "support/check.h"
#include "wire/link.h"

static struct group *foreign_set(void)
{
    struct group *group = group_new();

    ranks_foreign(&group->ranks);
    for (uint32_t i = 0; i < COUNT; i++)
        group->ranks.items[i].blob = (struct blob){.size = 1, .bytes = {(unsigned char)('x' + i)}};
    CU_ASSERT(ranks_due(&group->ranks) == INT64_MAX);
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(want(group, RANK_PLACE, 5), "assign 0, assign 1, set 5 x y");
    return group;
}

static struct group *foreign_running(void)
{
    struct group *group = foreign_set();

    CHECK_TEXT(want(group, RANK_START, 5), "go 0, go 1");
    CHECK_TEXT(hear(group, news_of(RANK_SPAWNED, 0)), "");
    CHECK_TEXT(hear(group, news_of(RANK_SPAWNED, 1)), "");
    return group;
}

static void a_foreign_group_is_started_at_go_and_done_when_all_have_ended_well(void)
{
    struct group *group = foreign_running();

    CHECK_TEXT(hear(group, exited(1, 0)), "");
    CHECK_TEXT(hear(group, exited(0, 0)), "done 1 ");
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(want(group, RANK_LEAVE, 0), "ended");
    group_free(group);
}

static void a_foreign_group_ends_with_the_first_that_fails(void)
{
    static const struct {
        int status;
        const char *said;
    } ends[] = {{SIGKILL, "fault 0 RankKilled: signal 9"},
                {SIGSEGV, "fault 0 RankCrashed: signal 11"},
                {1 << 8, "fault 0 RankCrashed: exit code 1"},
                {2 << 8, "fault 0 RankCrashed: exit code 2"},
                {3 << 8, "fault 0 RankCrashed: exit code 3"}};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct group *group = foreign_running();

        CHECK_HAS(hear(group, exited(0, ends[i].status)), ends[i].said);
        CHECK_HAS(text_string(&group->said), "revoke 1");
        CHECK_TEXT(want(group, RANK_REVOKE, 6), "");
        CHECK_TEXT(hear(group, exited(1, SIGTERM)), "quiet -1/0");
        CU_ASSERT(ranks_due(&group->ranks) == INT64_MAX);
        CHECK_TEXT(want(group, RANK_PLACE, 6), "assign 0, assign 1, set 6 x y");
        CHECK_TEXT(want(group, RANK_START, 6), "go 0, go 1");
        group_free(group);
    }
}

static void the_job_says_which_exit_codes_are_final(void)
{
    static const unsigned char codes[32] = {[0] = 1 << 3, [(128 + SIGSEGV) / 8] = 1 << 3};
    static const struct {
        int status;
        const char *said;
    } ends[] = {{3 << 8, "fault 0 RankCrashed final: exit code 3, named by recovery.rules,"},
                {SIGSEGV, "fault 0 RankCrashed final: signal 11, named by recovery.rules,"},
                {4 << 8, "fault 0 RankCrashed: exit code 4,"},
                {SIGKILL, "fault 0 RankKilled: signal 9,"}};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct group *group = foreign_running();

        ranks_final(&group->ranks, codes, sizeof codes);
        CHECK_HAS(hear(group, exited(0, ends[i].status)), ends[i].said);
        ranks_final(&group->ranks, NULL, 0);
        CU_ASSERT(group->ranks.final_codes[0] == 0);
        group_free(group);
    }
}

static void an_end_that_was_made_here_is_never_final(void)
{
    static const unsigned char codes[32] = {[(128 + SIGKILL) / 8] = 1 << (128 + SIGKILL) % 8};
    struct group *group = group_running();

    ranks_final(&group->ranks, codes, sizeof codes);
    want(group, RANK_REVOKE, 6);
    group->now += group->ranks.leave_patience;
    tick(group);
    CHECK_HAS(hear(group, exited(1, SIGKILL)), "fault 1 Stuck: signal 9,");
    group_free(group);
}

static void what_a_process_said_last_stands_behind_how_it_ended(void)
{
    struct group *group = foreign_running();
    struct ranks_news news = exited(0, 1 << 8);

    news.text = "KeyError: 'x'";
    CHECK_HAS(hear(group, news), "fault 0 RankCrashed: exit code 1: KeyError: 'x'");
    group_free(group);
    group = foreign_running();
    news = exited(0, 0);
    news.text = "saved";
    hear(group, exited(1, 0));
    CHECK_TEXT(hear(group, news), "done 1 "); /* it is no result */
    group_free(group);
    group = group_running();
    news = news_of(RANK_FAILED, 0);
    news.code = LINK_EXIT_INPUT;
    news.text = "no such file";
    hear(group, news);
    news = exited(0, LINK_EXIT_INPUT << 8);
    news.text = "last words";
    CHECK_HAS(hear(group, news), "fault 0 InvalidInput final: no such file,"); /* it said why */
    group_free(group);
}

/* Also one that had ended well, and one whose start is under way. */
static void a_foreign_group_begins_anew_as_a_whole(void)
{
    struct group *group = foreign_set();

    want(group, RANK_START, 5);
    hear(group, news_of(RANK_SPAWNED, 0));
    CHECK_TEXT(hear(group, exited(0, 0)), "");
    CHECK_TEXT(want(group, RANK_REVOKE, 6), "revoke 1");
    CHECK_TEXT(hear(group, news_of(RANK_SPAWNED, 1)), "");
    CHECK_TEXT(hear(group, exited(1, 0)), "quiet -1/0");
    CHECK_TEXT(want(group, RANK_PLACE, 6), "assign 0, assign 1, set 6 x y");
    group_free(group);
}

static void who_is_set_is_quiet_at_once(void)
{
    struct group *group = foreign_set();

    CHECK_TEXT(want(group, RANK_REVOKE, 6), "quiet -1/0");
    group_free(group);
}

static void a_foreign_rank_has_time_to_end_and_more_at_the_end_of_the_job(void)
{
    struct group *group = foreign_running();
    int64_t grace = group->ranks.leave_patience;
    int64_t end = group->ranks.end_patience;

    CU_ASSERT(end > grace);
    CHECK_TEXT(want(group, RANK_REVOKE, 6), "revoke 0, revoke 1");
    group->now += grace;
    CHECK_TEXT(tick(group), "kill 0, kill 1");
    CHECK_TEXT(hear(group, exited(0, SIGKILL)), "");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "quiet -1/0");
    group_free(group);

    group = foreign_running();
    CHECK_TEXT(want(group, RANK_LEAVE, 0), "leave 0, leave 1");
    group->now += end - 1;
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(hear(group, exited(0, 0)), "");
    group->now++;
    CHECK_TEXT(tick(group), "kill 1");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)), "ended");
    group_free(group);
}

static void a_foreign_command_that_cannot_be_started_is_no_use_trying_again(void)
{
    struct group *group = foreign_set();
    struct ranks_news failed = {
        .event = RANK_FAILED, .rank = 0, .code = LINK_EXIT_USAGE, .text = "not there"};

    want(group, RANK_START, 5);
    hear(group, news_of(RANK_SPAWNED, 0));
    hear(group, failed);
    CHECK_HAS(hear(group, exited(0, 127 << 8)), "fault 0 InvalidInput final: not there");
    group_free(group);
}

static void a_foreign_rank_that_was_handed_over_is_ended(void)
{
    struct group *group = group_new();

    ranks_foreign(&group->ranks);
    ranks_adopt(&group->ranks, 1, LINK_NO_STATE, 0);
    CHECK_TEXT(tick(group), "");
    CHECK_TEXT(want(group, RANK_REVOKE, 9), "revoke 1");
    CHECK_TEXT(hear(group, exited(1, SIGTERM)), "quiet -1/0");
    group_free(group);
}

static void a_foreign_rank_that_takes_all_memory_is_ended_and_the_others_with_it(void)
{
    static const unsigned char codes[RANKS_CODES / 8] = {[137 / 8] = 1 << 137 % 8};
    const struct ranks_news condemned = {
        .event = RANK_CONDEMNED, .rank = 1, .cause = CAUSE_MEMORY, .text = "resident 3 GiB"};
    struct group *group = foreign_running();

    ranks_final(&group->ranks, codes, sizeof codes); /* an end made here falls under no rule */
    CHECK_TEXT(hear(group, condemned), "kill 1");
    CHECK_TEXT(hear(group, exited(1, SIGKILL)),
               "revoke 0, fault 1 OutOfMemory: resident 3 GiB, -1/0");
    group_free(group);
}

static void of_foreign_ranks_that_are_ended_together_one_is_blamed(void)
{
    for (uint32_t first = 0; first < COUNT; first++) {
        struct ranks_news condemned = {
            .event = RANK_CONDEMNED, .rank = 0, .cause = CAUSE_GPU_FABRIC, .text = "x"};
        struct group *group = foreign_running();

        CHECK_TEXT(hear(group, condemned), "kill 0");
        condemned.rank = 1;
        condemned.along = true;
        CHECK_TEXT(hear(group, condemned), "kill 1");
        if (first == 1)
            CHECK_TEXT(hear(group, exited(1, SIGKILL)), "");
        CHECK_HAS(hear(group, exited(0, SIGKILL)), "fault 0 GpuFabric: x, -1/0");
        if (first == 0)
            CHECK_TEXT(hear(group, exited(1, SIGKILL)), "");
        group_free(group);
    }
}

SUITE("agent ranks foreign",
      {"of foreign ranks that are ended together one is blamed",
       of_foreign_ranks_that_are_ended_together_one_is_blamed},
      {"a foreign rank that takes all memory is ended and the others with it",
       a_foreign_rank_that_takes_all_memory_is_ended_and_the_others_with_it},
      {"a foreign group is started at go and done when all have ended well",
       a_foreign_group_is_started_at_go_and_done_when_all_have_ended_well},
      {"a foreign group ends with the first that fails",
       a_foreign_group_ends_with_the_first_that_fails},
      {"the job says which exit codes are final", the_job_says_which_exit_codes_are_final},
      {"an end that was made here is never final", an_end_that_was_made_here_is_never_final},
      {"what a process said last stands behind how it ended",
       what_a_process_said_last_stands_behind_how_it_ended},
      {"a foreign group begins anew as a whole", a_foreign_group_begins_anew_as_a_whole},
      {"who is set is quiet at once", who_is_set_is_quiet_at_once},
      {"a foreign rank has time to end and more at the end of the job",
       a_foreign_rank_has_time_to_end_and_more_at_the_end_of_the_job},
      {"a foreign command that cannot be started is no use trying again",
       a_foreign_command_that_cannot_be_started_is_no_use_trying_again},
      {"a foreign rank that was handed over is ended",
       a_foreign_rank_that_was_handed_over_is_ended})
