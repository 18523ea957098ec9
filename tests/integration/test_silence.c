/* Real processes that are stopped for a while: nobody tells that they are not there. */
#include <stdio.h>

#include "base/text.h"
#include "play.h"
#include "support/check.h"

#define EPOCHS 40 /* some seconds of training */

/* The weights that an undisturbed run ends in, and how many steps it takes. */
static uint64_t straight_weights;
static double straight_steps;
static char directory[256];

static void work(void)
{
    struct play play;

    if (directory[0])
        return;
    snprintf(directory, sizeof directory, "%s", check_directory());
    play_data(directory, 6000, 1000);
    play_job(directory, EPOCHS);
    play_run(&play, directory, "muster", "run", "job.yaml", "--result", "result.json", NULL);
    CU_ASSERT_FATAL(play.code == 0);
    play_done(&play);
    straight_weights = play_weights(directory);
    straight_steps = play_number(directory, "steps");
}

/* Whatever a stopped process does when it goes on, the training ends as if nothing had been. */
static void run_with(const char *faults)
{
    static int count;
    char checkpoints[64];
    struct play play;

    work();
    snprintf(checkpoints, sizeof checkpoints, "spec.checkpoint.directory=ck-%d", ++count);
    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             checkpoints,
             "--faults",
             faults,
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(directory) == straight_weights);
    CU_ASSERT(play_number(directory, "steps") == straight_steps);
    if (play.code || play_weights(directory) != straight_weights)
        printf("with --faults %s\n%s", faults, text_string(&play.err));
    play_done(&play);
}

/* It is never let go on: its agent ends it, because it hangs, or because it does not leave a
 * generation that was revoked for another reason meanwhile, as on a busy machine. */
static void rank_check(const char *faults)
{
    run_with(faults);
    CU_ASSERT(play_repaired(directory, "RankHung", " is T") ||
              play_repaired(directory, "Stuck", ""));
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
