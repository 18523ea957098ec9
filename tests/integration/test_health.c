/* A probe says that an accelerator has an error: a script in its place, and trainers that wait. */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "play.h"
#include "support/check.h"

static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                          "kind: TrainingJob\n"
                          "metadata: {name: health}\n"
                          "spec:\n"
                          "  replicas: 2\n"
                          "  ranksPerReplica: 2\n"
                          "  template:\n"
                          "    spec:\n"
                          "      containers:\n"
                          "        - name: trainer\n"
                          "          image: none\n"
                          "          command: [/bin/sh, train.sh]\n";

/* The first generation waits for what is to happen to it. */
static const char trainer[] = "if [ $TORCHELASTIC_RESTART_COUNT = 0 ]; then\n"
                              "  touch waits-$RANK; sleep 1000\n"
                              "fi\n";

/* Runs the job with a probe that says this once, in slot 1, when all ranks wait. */
static void run(const char *directory, const char *says)
{
    const char *const words[] = {
        "run", "job.yaml", "--result", "result.json", "--health-probe", "./probe.sh", NULL};
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text probe = {0};
    struct play play;

    text_addf(&path, "%s/job.yaml", directory);
    CU_ASSERT_FATAL(file_write(path.data, job, strlen(job), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/train.sh", directory);
    CU_ASSERT_FATAL(file_write(path.data, trainer, strlen(trainer), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/probe.sh", directory);
    text_addf(&probe,
              "#!/bin/sh\n"
              "[ $MUSTER_SLOT = 1 ] && [ $MUSTER_RANKS = 2 ] && [ ! -e said ] || exec sleep 1000\n"
              "while [ ! -e waits-0 ] || [ ! -e waits-1 ] || [ ! -e waits-2 ] ||\n"
              "      [ ! -e waits-3 ]; do sleep 0.01; done\n"
              "touch said; echo 'a word'; echo '%s'; exit 1\n",
              says);
    CU_ASSERT_FATAL(file_write(path.data, probe.data, probe.size, NULL) == 0);
    CU_ASSERT_FATAL(chmod(path.data, 0755) == 0);
    play_wait(&play, play_start(&play, directory, "muster", words));
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1);
    play_done(&play);
}

static void a_soft_error_costs_a_rank(void)
{
    const char *directory = check_directory();

    run(directory, "{\"gpu\": 1, \"xid\": 31, \"text\": \"MMU fault\"}");
    CU_ASSERT(play_repaired(directory, "GpuSoft", "Xid 31 of GPU 1: MMU fault"));
}

static void an_error_of_the_fabric_costs_the_ranks_of_the_pod(void)
{
    const char *directory = check_directory();

    run(directory, "{\"gpu\": 0, \"xid\": 74}");
    CU_ASSERT(play_repaired(directory, "GpuFabric", "Xid 74 of GPU 0"));
}

static void a_hard_error_costs_the_pod(void)
{
    const char *directory = check_directory();

    run(directory, "{\"gpu\": 0, \"xid\": 79, \"recovery\": \"reboot\"}");
    CU_ASSERT(play_repaired(directory, "GpuHard", "Xid 79 of GPU 0"));
}

SUITE("integration health",
      {"a soft error costs a rank", a_soft_error_costs_a_rank},
      {"an error of the fabric costs the ranks of the pod",
       an_error_of_the_fabric_costs_the_ranks_of_the_pod},
      {"a hard error costs the pod", a_hard_error_costs_the_pod})
