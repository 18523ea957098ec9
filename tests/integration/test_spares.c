/* Real processes with a spare: it takes the place of what is killed, and nothing else changes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "play.h"
#include "support/check.h"

#define EPOCHS 40 /* some seconds of training */

static uint64_t straight_weights;
static char directory[256];

/* Three replicas on three micro-batches a step, so that every one of them is needed. */
static void job_run(struct play *play,
                    const char *spares,
                    const char *checkpoints,
                    const char *faults)
{
    play_run(play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.replicas=3",
             "--set",
             "spec.training.batch.global=48",
             "--set",
             spares,
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
    job_run(&play, "spec.spares=0", "spec.checkpoint.directory=straight", "");
    CU_ASSERT_FATAL(play.code == 0);
    straight_weights = play_weights(directory);
    play_done(&play);
}

static void killed(const char *faults, const char *checkpoints, int least_repairs)
{
    struct play play;

    straight();
    job_run(&play, "spec.spares=1", checkpoints, faults);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(directory) == straight_weights);
    CU_ASSERT(play_repairs(directory) >= least_repairs);
    for (int i = 0; i < play_repairs(directory); i++)
        printf("(%.1f ms) ", play_repair_milliseconds(directory, i));
    if (play.code || play_weights(directory) != straight_weights)
        printf("with --faults %s\n%s", faults, text_string(&play.err));
    play_done(&play);
}

static void an_undisturbed_run_with_a_spare_ends_in_the_same_bits(void)
{
    killed("", "spec.checkpoint.directory=undisturbed", 0);
}

/* Which slot is the spare is not known: of two, one is a member. Keeper, agent and rank die. */
static void a_spare_takes_the_place_of_a_killed_slot(void)
{
    killed("slot:1@step=100,slot:2@step=800", "spec.checkpoint.directory=slots", 1);
}

static void a_spare_takes_the_place_of_the_lead(void)
{
    killed("lead@step=100", "spec.checkpoint.directory=lead", 1);
}

/* Four slots hold no more than one spare: it can be there again only as who was killed before. */
static void the_killed_slot_comes_back_as_the_spare(void)
{
    killed("lead@step=100,lead@step=600,lead@step=1100,lead@step=1600,rank:1@step=2100",
           "spec.checkpoint.directory=again",
           5);
}

static void a_foreign_rank_is_started_when_its_slot_is_needed(void)
{
    static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                              "kind: TrainingJob\n"
                              "metadata: {name: foreign}\n"
                              "spec:\n"
                              "  replicas: 2\n"
                              "  spares: 1\n"
                              "  template:\n"
                              "    spec:\n"
                              "      containers:\n"
                              "        - name: trainer\n"
                              "          image: none\n"
                              "          command: [/bin/sh]\n"
                              "          args: [train.sh]\n";
    static const char script[] = "test $WORLD_SIZE = 2 || exit 9\n"
                                 "echo >rank-$RANK\n"
                                 "test $MUSTER_GENERATION -gt 1 && exit 0\n"
                                 "sleep 1000\n";
    const char *foreign = check_directory();
    CLEAN(text) struct text path = {0};
    struct play play;

    text_addf(&path, "%s/job.yaml", foreign);
    CU_ASSERT_FATAL(file_write(path.data, job, strlen(job), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/train.sh", foreign);
    CU_ASSERT_FATAL(file_write(path.data, script, strlen(script), NULL) == 0);
    play_run(&play,
             foreign,
             "muster",
             "run",
             "job.yaml",
             "--faults",
             "lead@0.5s",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(foreign) == 1);
    for (int rank = 0; rank < 3; rank++) {
        text_clear(&path);
        text_addf(&path, "%s/rank-%d", foreign, rank);
        CU_ASSERT((access(path.data, F_OK) == 0) == (rank < 2));
    }
    play_done(&play);
}

SUITE("integration spares",
      {"an undisturbed run with a spare ends in the same bits",
       an_undisturbed_run_with_a_spare_ends_in_the_same_bits},
      {"a spare takes the place of a killed slot", a_spare_takes_the_place_of_a_killed_slot},
      {"a spare takes the place of the lead", a_spare_takes_the_place_of_the_lead},
      {"the killed slot comes back as the spare", the_killed_slot_comes_back_as_the_spare},
      {"a foreign rank is started when its slot is needed",
       a_foreign_rank_is_started_when_its_slot_is_needed})
