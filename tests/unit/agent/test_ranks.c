/* The ranks of an agent as a group: placed, started and revoked together. */
#include "agent/ranks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "wire/link.h"

#define COUNT  2
#define SECOND INT64_C(1000000000)

/* A group, and what came out of its last step as one text: "assign 0, set 5 blobs=x,y". */
struct group {
    struct ranks ranks;
    struct ranks_output output;
    struct text said;
    int64_t now;
};

static struct group *group_new(void)
{
    struct group *group = memory_get(1, sizeof *group);

    ranks_init(&group->ranks, COUNT, 1);
    group->now = SECOND;
    return group;
}

static void group_free(struct group *group)
{
    text_done(&group->said);
    free(group);
}

static void comma(struct text *out)
{
    text_add(out, out->size ? ", " : "");
}

static void say_event(struct text *out, const struct member_event *event)
{
    const struct message *message = event->message;

    comma(out);
    if (event->kind == MEMBER_QUIET)
        text_addf(out, "quiet %lld/%lld", (long long)message->committed, (long long)message->begun);
    if (event->kind == MEMBER_SET) {
        text_addf(out, "set %llu", (unsigned long long)message->number);
        for (uint32_t i = 0; i < message->blob_count; i++)
            text_addf(
                out, " %.*s", (int)message->blobs[i].size, (const char *)message->blobs[i].bytes);
    }
    if (event->kind == MEMBER_DONE)
        text_addf(out, "done %d %s", (int)message->outcome, message->text);
    if (event->kind == MEMBER_FAULT)
        text_addf(out,
                  "fault %u %s%s: %s, %lld/%lld",
                  (unsigned)message->fault.local_rank,
                  cause_name(message->fault.cause),
                  message->fault.final ? " final" : "",
                  message->text,
                  (long long)message->committed,
                  (long long)message->begun);
}

static void output_say(struct group *group)
{
    static const char *const orders[] = {"spawn", "kill", "assign", "go", "revoke", "leave"};
    const struct ranks_output *output = &group->output;

    text_clear(&group->said);
    for (size_t i = 0; i < output->order_count; i++) {
        comma(&group->said);
        text_addf(&group->said,
                  "%s %u",
                  orders[output->orders[i].kind],
                  (unsigned)output->orders[i].rank);
    }
    for (size_t i = 0; i < output->telling_count; i++)
        say_event(&group->said, &output->telling[i]);
    if (output->ended) {
        comma(&group->said);
        text_add(&group->said, "ended");
    }
}

static const char *hear(struct group *group, struct ranks_news news)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_hear(&group->ranks, &news, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

static const char *want(struct group *group, enum rank_event what, uint64_t number)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_want(&group->ranks, what, number, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

static const char *tick(struct group *group)
{
    group->output.order_count = group->output.telling_count = 0;
    ranks_tick(&group->ranks, group->now, &group->output);
    output_say(group);
    return text_string(&group->said);
}

static struct ranks_news news_of(enum rank_event event, uint32_t rank)
{
    return (struct ranks_news){.event = event, .rank = rank};
}

static struct ranks_news ready(uint32_t rank, uint64_t generation)
{
    static const struct blob blobs[COUNT] = {{.size = 1, .bytes = "x"}, {.size = 1, .bytes = "y"}};

    return (struct ranks_news){
        .event = RANK_READY, .rank = rank, .generation = generation, .blob = &blobs[rank]};
}

static struct ranks_news quiet(uint32_t rank, int64_t committed, int64_t begun)
{
    return (struct ranks_news){
        .event = RANK_QUIET, .rank = rank, .committed = committed, .begun = begun};
}

static struct ranks_news exited(uint32_t rank, int status)
{
    return (struct ranks_news){.event = RANK_EXITED, .rank = rank, .status = status};
}

/* Both ranks run in generation 5. */
static struct group *group_running(void)
{
    struct group *group = group_new();

    tick(group);
    for (uint32_t rank = 0; rank < COUNT; rank++) {
        hear(group, news_of(RANK_SPAWNED, rank));
        hear(group, news_of(RANK_HELLO, rank));
    }
    want(group, RANK_PLACE, 5);
    hear(group, ready(0, 5));
    hear(group, ready(1, 5));
    want(group, RANK_START, 5);
    return group;
}

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
        const char *said;
    } ends[] = {
        {SIGKILL, 0, "fault 1 RankKilled: signal 9, -1/0"},
        {SIGTERM, 0, "fault 1 RankKilled: signal 15, -1/0"},
        {SIGSEGV, 0, "fault 1 RankCrashed: signal 11, -1/0"},
        {1 << 8, 0, "fault 1 RankCrashed: exit code 1, -1/0"},
        {0, 0, "fault 1 RankCrashed: exit code 0, -1/0"},
        {LINK_EXIT_INPUT << 8, 0, "fault 1 InvalidInput final: exit code 3, -1/0"},
        {LINK_EXIT_USAGE << 8, 0, "fault 1 InvalidInput final: exit code 2, -1/0"},
        {1 << 8, LINK_EXIT_FAILED, "fault 1 RankCrashed: it said why, -1/0"},
        {1 << 8, LINK_EXIT_INPUT, "fault 1 InvalidInput final: it said why, -1/0"},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct group *group = group_running();
        struct ranks_news failed = {
            .event = RANK_FAILED, .rank = 1, .code = ends[i].code, .text = "it said why"};
        bool final = strstr(ends[i].said, "final") != NULL;

        if (ends[i].code)
            CHECK_TEXT(hear(group, failed), "");
        CHECK_HAS(hear(group, exited(1, ends[i].status)), ends[i].said);
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

static void a_rank_that_does_not_run_does_not_hang(void)
{
    struct group *group = group_new();
    struct ranks_news hung = {.event = RANK_HUNG, .rank = 0, .text = "nobody got on"};

    tick(group);
    hear(group, news_of(RANK_SPAWNED, 0));
    CHECK_TEXT(hear(group, hung), "");
    group_free(group);
}

SUITE("agent ranks",
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
       a_rank_that_was_handed_over_is_called_out_of_its_generation},
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
