/* A rank that takes all the memory that its pod may have: in a control group of the test. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "play.h"
#include "support/check.h"

#define ROOT  "/sys/fs/cgroup"
#define LIMIT "419430400"
#define TRIES 500

/* Rank 1 of the first generation takes 100 MB a second, in a process of its own. */
static const char script[] =
    "if [ $RANK = 1 ] && [ $TORCHELASTIC_RESTART_COUNT = 0 ]; then\n"
    "  while :; do head -c 5000000 /dev/zero; sleep 0.05; done | tail -c 4G\n"
    "fi\n"
    "[ $TORCHELASTIC_RESTART_COUNT != 0 ] || sleep 100\n";

static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                          "kind: TrainingJob\n"
                          "metadata: {name: hungry}\n"
                          "spec:\n"
                          "  replicas: 2\n"
                          "  template:\n"
                          "    spec:\n"
                          "      containers:\n"
                          "        - name: trainer\n"
                          "          image: none\n"
                          "          command: [/bin/sh, train.sh]\n";

static bool put(const char *directory, const char *name, const char *content)
{
    CLEAN(text) struct text path = {0};
    FILE *file;
    bool written;

    text_addf(&path, "%s/%s", directory, name);
    file = fopen(path.data, "we");
    if (!file)
        return false;
    written = fputs(content, file) >= 0;
    return fclose(file) == 0 && written;
}

/* Makes a group with that limit, and goes into it. Says what is missing, and returns false, where
 * that cannot be done. */
static bool group_enter(char group[64])
{
    const char *missing = NULL;

    snprintf(group, 64, ROOT "/muster-test-%d", (int)getpid());
    if (access(ROOT "/cgroup.controllers", R_OK))
        missing = "no control groups of version 2 are at " ROOT;
    else if (!put(ROOT, "cgroup.subtree_control", "+memory") || mkdir(group, 0755))
        missing = "no control group can be made";
    else if (!put(group, "memory.max", LIMIT) || !put(group, "cgroup.procs", "0"))
        missing = "the control group cannot be used";
    if (!missing)
        return true;
    printf("\nskipped: a rank that takes all memory: %s\n", missing);
    rmdir(group);
    return false;
}

/* Goes back to the root of all groups. It is removed when the last process has left it. */
static void group_leave(const char *group)
{
    CU_ASSERT(put(ROOT, "cgroup.procs", "0"));
    for (int i = 0; i < TRIES && rmdir(group); i++)
        clock_sleep(CLOCK_MS(10));
    CU_ASSERT(access(group, F_OK) != 0);
}

static void a_rank_that_takes_all_memory_is_ended_and_the_job_goes_on(void)
{
    const char *directory = check_directory();
    const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};
    struct play play;
    char group[64];
    int process;

    if (!group_enter(group))
        return;
    put(group, "memory.swap.max", "0"); /* not there without swap */
    CU_ASSERT(put(directory, "job.yaml", job) && put(directory, "train.sh", script));
    process = play_start(&play, directory, "muster", words);
    play_wait(&play, process);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1);
    CU_ASSERT(play_repaired(directory, "OutOfMemory", "of"));
    play_done(&play);
    group_leave(group);
}

SUITE("integration memory",
      {"a rank that takes all memory is ended and the job goes on",
       a_rank_that_takes_all_memory_is_ended_and_the_job_goes_on})
