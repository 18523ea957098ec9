/* Real processes that are stopped for a while: nobody tells that they are not there. */
#include "play.h"
#include "straight.h"
#include "support/check.h"

#define EPOCHS 40 /* some seconds of training */

static struct straight straight;

/* Whatever a stopped process does when it goes on, the training ends as if nothing had been. */
static void run_with(const char *faults)
{
    straight_run(&straight, EPOCHS);
    straight_disturb(&straight, faults);
}

/* It is never let go on: its agent ends it, because it hangs, or because it does not leave a
 * generation that was revoked for another reason meanwhile, as on a busy machine. */
static void rank_check(const char *faults)
{
    run_with(faults);
    CU_ASSERT(play_repaired(straight.directory, "RankHung", " is T") ||
              play_repaired(straight.directory, "Stuck", ""));
}

static void a_stopped_rank_is_ended_and_repaired(void)
{
    rank_check("rank:2@step=300/1000s");
}

static void a_stopped_rank_of_the_lead_is_ended_and_repaired(void)
{
    rank_check("rank:0@step=300/1000s");
}

/* Its rank lives on and waits for the others, who do not come. Here and below the repair may go
 * untold: when the one that was stopped leads after it. */
static void a_stopped_agent_and_keeper_are_given_up_and_come_back(void)
{
    run_with("agent:2@step=300/4s");
}

static void a_stopped_lead_is_replaced_and_comes_back(void)
{
    run_with("lead@step=300/4s");
}

static void a_stopped_slot_is_given_up_and_comes_back(void)
{
    run_with("slot:3@step=300/4s");
}

SUITE("integration silence",
      {"a stopped rank is ended and repaired", a_stopped_rank_is_ended_and_repaired},
      {"a stopped rank of the lead is ended and repaired",
       a_stopped_rank_of_the_lead_is_ended_and_repaired},
      {"a stopped agent and keeper are given up and come back",
       a_stopped_agent_and_keeper_are_given_up_and_come_back},
      {"a stopped lead is replaced and comes back", a_stopped_lead_is_replaced_and_comes_back},
      {"a stopped slot is given up and comes back", a_stopped_slot_is_given_up_and_comes_back})
