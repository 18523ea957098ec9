/* Real processes, one of which stays away: the others go on without it, and with it when it is
 * back, in the same bits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "play.h"
#include "support/check.h"

#define EPOCHS 80 /* some seconds of training */

static uint64_t straight_weights;
static char directory[256];
static int runs;

static void job_run(struct play *play, const char *elastic, const char *faults)
{
    char checkpoints[64];

    snprintf(checkpoints, sizeof checkpoints, "spec.checkpoint.directory=ck-%d", ++runs);
    play_run(play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.recovery.replaceSeconds=1",
             "--set",
             elastic,
             "--set",
             checkpoints,
             "--faults",
             faults,
             "--result",
             "result.json",
             NULL);
}

static void straight(void)
{
    struct play play;

    if (directory[0])
        return;
    snprintf(directory, sizeof directory, "%s", check_directory());
    play_data(directory, 6000, 1000);
    play_job(directory, EPOCHS);
    job_run(&play, "spec.elastic=null", "");
    CU_ASSERT_FATAL(play.code == 0);
    straight_weights = play_weights(directory);
    play_done(&play);
}

/* Four replicas on four micro-batches a step. */
static void shrunk(const char *elastic, const char *faults, const char *said)
{
    struct play play;

    straight();
    job_run(&play, elastic, faults);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(directory) == straight_weights);
    CU_ASSERT(play_said(&play, said));
    if (play.code || play_weights(directory) != straight_weights)
        printf("with --faults %s\n%s", faults, text_string(&play.err));
    play_done(&play);
}

static void two_of_four_go_on_when_one_stays_away(void)
{
    shrunk("spec.elastic.minReplicas=2", "pod:1@step=60/1000s", "going on with 2 of 4 replicas");
}

static void the_lead_may_be_the_one_that_stays_away(void)
{
    shrunk("spec.elastic.minReplicas=1", "pod:0@step=60/1000s", "going on with 2 of 4 replicas");
}

/* The rank of the second fault is one of the two that are left. */
static void a_smaller_job_is_repaired(void)
{
    shrunk("spec.elastic.minReplicas=2",
           "pod:3@step=60/1000s,rank:1@step=600,agent:0@step=1200",
           "going on with 2 of 4 replicas");
}

static void it_shrinks_again(void)
{
    shrunk("spec.elastic.minReplicas=1",
           "pod:1@step=60/1000s,pod:2@step=600/1000s,pod:0@step=1200/1000s",
           "going on with 1 of 4 replicas");
}

static void it_grows_when_the_lost_one_is_back(void)
{
    shrunk("spec.elastic.minReplicas=2", "pod:2@step=60/1.5s", "going on with 4 of 4 replicas");
    CU_ASSERT(play_repaired(directory, "Resized", "from 2 to 4 replicas"));
    CU_ASSERT(play_repaired(directory, "AgentLost", ""));
}

/* Whoever takes the place of a lost one holds no state: it comes from those who went on. */
static void it_shrinks_and_grows_again_and_again(void)
{
    shrunk("spec.elastic.minReplicas=1",
           "pod:2@step=60/1.2s,pod:0@2.5s/1.2s,pod:1@5s/1.2s,rank:0@6.3s",
           "going on with 4 of 4 replicas");
}

static void a_foreign_group_is_started_anew_with_another_world(void)
{
    static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                              "kind: TrainingJob\n"
                              "metadata: {name: foreign}\n"
                              "spec:\n"
                              "  replicas: 3\n"
                              "  elastic: {minReplicas: 1}\n"
                              "  recovery: {replaceSeconds: 1}\n"
                              "  template:\n"
                              "    spec:\n"
                              "      containers:\n"
                              "        - name: trainer\n"
                              "          image: none\n"
                              "          command: [/bin/sh]\n"
                              "          args: [train.sh]\n";
    static const char script[] = "echo >world-$WORLD_SIZE-$RANK\n"
                                 "test $WORLD_SIZE = 2 && exit 0\n"
                                 "sleep 1000\n";
    static const char *const made[] = {"world-3-2", "world-2-0", "world-2-1"};
    const char *foreign = check_directory();
    CLEAN(text) struct text path = {0};
    struct play play;

    text_addf(&path, "%s/job.yaml", foreign);
    CU_ASSERT_FATAL(file_write(path.data, job, strlen(job), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/train.sh", foreign);
    CU_ASSERT_FATAL(file_write(path.data, script, strlen(script), NULL) == 0);
    play_run(&play, foreign, "muster", "run", "job.yaml", "--faults", "pod:1@0.5s/1000s", NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_said(&play, "going on with 2 of 3 replicas"));
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        text_clear(&path);
        text_addf(&path, "%s/%s", foreign, made[i]);
        CU_ASSERT(access(path.data, F_OK) == 0);
    }
    play_done(&play);
}

SUITE("integration shrink",
      {"two of four go on when one stays away", two_of_four_go_on_when_one_stays_away},
      {"the lead may be the one that stays away", the_lead_may_be_the_one_that_stays_away},
      {"a smaller job is repaired", a_smaller_job_is_repaired},
      {"it shrinks again", it_shrinks_again},
      {"it grows when the lost one is back", it_grows_when_the_lost_one_is_back},
      {"it shrinks and grows again and again", it_shrinks_and_grows_again_and_again},
      {"a foreign group is started anew with another world",
       a_foreign_group_is_started_anew_with_another_world})
