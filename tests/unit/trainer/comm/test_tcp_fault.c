/* Every allocation and every system call of a rank fails once: it and its peer say so or succeed,
 * never hang and never give wrong results. */
#include <string.h>

#include "base/clock.h"
#include "support/check.h"
#include "support/fault.h"
#include "team.h"

#define FLOATS 40000 /* enough for slices in chunks */

struct vectors {
    float parts[2][2][FLOATS]; /* of each rank */
    float sums[2][FLOATS];
};

static struct vectors vectors;

static int reduce(struct team_member *member, size_t count)
{
    struct order order = {3, 2};
    float *parts[2] = {vectors.parts[member->rank][0], vectors.parts[member->rank][1]};
    float *sum = vectors.sums[member->rank];
    int outcome;

    for (size_t i = 0; i < FLOATS; i++)
        parts[0][i] = parts[1][i] = 1;
    outcome = comm_all_reduce(member->comm, &order, parts, sum, count);
    TEAM_CHECK(member, outcome || (sum[0] == 3 && sum[count / 2] == 3 && sum[count - 1] == 3));
    return outcome;
}

static void play(struct team_member *member)
{
    char all[2][4] = {"", ""};
    int other = 1 - member->rank;
    int outcome = reduce(member, 100);

    if (!outcome)
        outcome = reduce(member, FLOATS);
    if (!outcome)
        outcome = comm_all_gather(member->comm, member->rank ? "one" : "two", all, 4);
    TEAM_CHECK(member, outcome || (!strcmp(all[0], "two") && !strcmp(all[1], "one")));
    if (!outcome && member->rank)
        outcome = comm_send(member->comm, other, "abc", 4);
    if (!outcome && !member->rank)
        outcome = comm_receive(member->comm, other, all[0], 4);
    TEAM_CHECK(member, outcome || member->rank || !strcmp(all[0], "abc"));
    if (!outcome)
        outcome = comm_barrier(member->comm);
    TEAM_CHECK(member, outcome == 0 || outcome == COMM_BROKEN);
    TEAM_CHECK(member, !outcome == !comm_reason(member->comm)[0]);
}

static void every_failing_call_of_a_rank_breaks_the_generation_or_nothing(void)
{
    int fired = 1;
    int broken = 0;

    for (int k = 1; fired; k++) {
        struct team team = {.size = 2, .timeout = CLOCK_SECONDS(120), .play = play, .fault = k};

        team_listen(&team);
        team_run(&team);
        team_assert(&team);
        fired = team.fired;
        broken += team.members[0].outcome != 0;
        CU_ASSERT(fired || (!team.members[0].outcome && !team.members[1].outcome));
    }
    CU_ASSERT(broken > 0);
}

static void every_failing_call_of_listening_is_reported(void)
{
    struct tcp_listener *listener = NULL;
    struct tcp_blob blob;
    int fired = 1;

    for (int k = 1; fired; k++) {
        struct error error = {""};

        fault_arm(FAULT_OUTCOMES, k);
        listener = tcp_listen("127.0.0.1", &blob, &error);
        fired = fault_disarm();
        CU_ASSERT(listener || error.text[0]);
        tcp_listener_free(listener);
    }
    CU_ASSERT(listener != NULL);
}

SUITE("trainer tcp fault",
      {"every failing call of a rank breaks the generation or nothing",
       every_failing_call_of_a_rank_breaks_the_generation_or_nothing},
      {"every failing call of listening is reported", every_failing_call_of_listening_is_reported})
