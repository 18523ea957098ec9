/* Real processes whose pods are to end: a part of them hands over and loses nothing, all of them
 * save and stop. There is no budget for lost ranks or pods: drains cost none. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "play.h"
#include "straight.h"
#include "support/check.h"

#define EPOCHS 40 /* some seconds of training */
#define SLOTS  4
#define EARLY  4 /* moments before the first step */

static struct straight straight;

/* Runs the job to its end, with checkpoints of its own. */
static void job_run(struct play *play,
                    const char *checkpoints,
                    const char *spares,
                    const char *faults)
{
    straight_run(&straight, EPOCHS);
    play_run(play,
             straight.directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.recovery.budgets.rank.count=0",
             "--set",
             "spec.recovery.budgets.pod.count=0",
             "--set",
             checkpoints,
             "--set",
             spares,
             "--faults",
             faults,
             "--result",
             "result.json",
             NULL);
}

/* It must end in the same bits, with no step done again. Returns how often it was repaired. */
static int drained(const char *checkpoints, const char *spares, const char *faults)
{
    struct play play;

    job_run(&play, checkpoints, spares, faults);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_weights(straight.directory) == straight.weights);
    CU_ASSERT(play_number(straight.directory, "steps") == straight.steps);
    CU_ASSERT(play_repaired(straight.directory, "Drain", ""));
    CU_ASSERT(play_redone(straight.directory) == 0);
    if (play.code)
        printf("with --faults %s\n%s", faults, text_string(&play.err));
    play_done(&play);
    return play_repairs(straight.directory);
}

static void a_member_that_leaves_costs_no_step(void)
{
    CU_ASSERT(drained("spec.checkpoint.directory=one", "spec.spares=0", "drain:2@step=60") == 1);
}

static void a_lead_that_leaves_costs_no_step(void)
{
    CU_ASSERT(drained("spec.checkpoint.directory=lead", "spec.spares=0", "drain:0@step=60") == 1);
}

/* Where training is fast, some of them leave together. */
static void each_leaves_after_the_other(void)
{
    int repairs = drained("spec.checkpoint.directory=each",
                          "spec.spares=0",
                          "drain:0@step=60,drain:1@step=1000,drain:2@step=2000,drain:3@step=3000");

    CU_ASSERT(repairs >= 2 && repairs <= 4);
}

/* Which slot is the spare is not known: of two, one is a member. */
static void a_spare_takes_the_place_of_who_leaves(void)
{
    CU_ASSERT(drained("spec.checkpoint.directory=spare",
                      "spec.spares=1",
                      "drain:0@step=60,drain:1@step=900") >= 1);
}

static void who_leaves_during_a_repair_is_let_go(void)
{
    straight_run(&straight, EPOCHS);
    straight_disturb(&straight, "rank:1@0.5s,drain:2@0.52s,slot:3@1.5s,drain:1@1.52s,drain:0@1.6s");
    CU_ASSERT(play_repairs(straight.directory) >= 2);
}

/* It has ended well, or was stopped and is run to its end. */
static void completed(const struct play *play, const char *checkpoints)
{
    struct play rest = {.code = play->code};

    if (play->code == 130)
        job_run(&rest, checkpoints, "spec.spares=0", "");
    CU_ASSERT(rest.code == 0);
    CU_ASSERT(play_weights(straight.directory) == straight.weights);
    play_done(&rest);
}

static void when_all_leave_the_job_saves_and_stops(void)
{
    char path[512];
    char checkpoint[256];
    struct play play;

    job_run(&play,
            "spec.checkpoint.directory=all",
            "spec.spares=0",
            "drain:0@step=60,drain:1@step=60,drain:2@step=60,drain:3@step=60");
    CU_ASSERT(play.code == 130);
    CU_ASSERT(play_number(straight.directory, "steps") > 60);
    CU_ASSERT(play_repairs(straight.directory) == 0);
    play_text(straight.directory, "checkpoint", checkpoint, sizeof checkpoint);
    snprintf(path, sizeof path, "%s/%s", straight.directory, checkpoint);
    CU_ASSERT(*checkpoint && access(path, F_OK) == 0);
    completed(&play, "spec.checkpoint.directory=all");
    play_done(&play);
}

/* The keepers of a run: its children, as many as there are yet. */
static int keepers_of(int process, pid_t keepers[SLOTS])
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text children = {0};
    char *rest = NULL;
    int64_t child;
    int count = 0;

    text_addf(&path, "/proc/%d/task/%d/children", process, process);
    if (file_read(path.data, 4096, &children, NULL))
        return 0;
    for (char *next = strtok_r(children.data, " ", &rest); next && count < SLOTS;
         next = strtok_r(NULL, " ", &rest)) {
        if (text_integer(next, 1, INT32_MAX, &child) == 0)
            keepers[count++] = (pid_t)child;
    }
    return count;
}

/* Asks the first `drains` slots to leave so long after they were started. Training may have begun
 * by then: if all leave, the job may stop. */
static void drained_early(int64_t after, int drains)
{
    static int run;
    char checkpoints[64];
    const char *const words[] = {"run",
                                 "job.yaml",
                                 "--set",
                                 "spec.recovery.budgets.pod.count=0",
                                 "--set",
                                 checkpoints,
                                 "--result",
                                 "result.json",
                                 NULL};
    pid_t keepers[SLOTS];
    struct play play;
    int process;

    snprintf(checkpoints, sizeof checkpoints, "spec.checkpoint.directory=early-%d", ++run);
    process = play_start(&play, straight.directory, "muster", words);
    while (keepers_of(process, keepers) < SLOTS)
        clock_sleep(CLOCK_MS(1));
    clock_sleep(after);
    for (int i = 0; i < drains; i++)
        kill(keepers[i], SIGTERM);
    play_wait(&play, process);
    CU_ASSERT(play.code == 0 || drains == SLOTS);
    completed(&play, checkpoints);
    play_done(&play);
}

static void who_leaves_before_the_first_step_is_replaced(void)
{
    straight_run(&straight, EPOCHS);
    for (int i = 0; i < EARLY; i++)
        drained_early(CLOCK_MS(60) * i, 1 + i % 2);
}

static void all_may_leave_before_the_first_step(void)
{
    straight_run(&straight, EPOCHS);
    for (int i = 0; i < EARLY; i++)
        drained_early(CLOCK_MS(60) * i, SLOTS);
}

/* A foreign trainer of three that saves when it is asked to end. */
static const char *foreign(void)
{
    static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                              "kind: TrainingJob\n"
                              "metadata: {name: foreign}\n"
                              "spec:\n"
                              "  replicas: 3\n"
                              "  recovery: {budgets: {rank: {count: 0}, pod: {count: 0}}}\n"
                              "  template:\n"
                              "    spec:\n"
                              "      containers:\n"
                              "        - name: trainer\n"
                              "          image: none\n"
                              "          command: [/bin/sh]\n"
                              "          args: [train.sh]\n";
    static const char script[] = "trap 'sleep 0.2; echo >saved-$RANK; exit 3' TERM\n"
                                 "test $MUSTER_GENERATION -gt 1 && exit 0\n"
                                 "while :; do sleep 0.05; done\n";
    const char *directory = check_directory();
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/job.yaml", directory);
    CU_ASSERT_FATAL(file_write(path.data, job, strlen(job), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/train.sh", directory);
    CU_ASSERT_FATAL(file_write(path.data, script, strlen(script), NULL) == 0);
    return directory;
}

static void foreign_run(struct play *play, const char *directory, const char *faults)
{
    play_run(play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--faults",
             faults,
             "--result",
             "result.json",
             NULL);
    for (int rank = 0; rank < 3; rank++) {
        CLEAN(text) struct text path = {0};

        text_addf(&path, "%s/saved-%d", directory, rank);
        CU_ASSERT(access(path.data, F_OK) == 0);
    }
}

static void foreign_ranks_begin_again_without_who_leaves(void)
{
    const char *directory = foreign();
    struct play play;

    foreign_run(&play, directory, "drain:1@0.5s");
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1 && play_repaired(directory, "Drain", ""));
    play_done(&play);
}

static void foreign_ranks_save_when_all_leave(void)
{
    const char *directory = foreign();
    struct play play;

    foreign_run(&play, directory, "drain:0@0.5s,drain:1@0.5s,drain:2@0.5s");
    CU_ASSERT(play.code == 130);
    play_done(&play);
}

SUITE("integration drain",
      {"a member that leaves costs no step", a_member_that_leaves_costs_no_step},
      {"a lead that leaves costs no step", a_lead_that_leaves_costs_no_step},
      {"each leaves after the other", each_leaves_after_the_other},
      {"a spare takes the place of who leaves", a_spare_takes_the_place_of_who_leaves},
      {"who leaves during a repair is let go", who_leaves_during_a_repair_is_let_go},
      {"when all leave the job saves and stops", when_all_leave_the_job_saves_and_stops},
      {"who leaves before the first step is replaced",
       who_leaves_before_the_first_step_is_replaced},
      {"all may leave before the first step", all_may_leave_before_the_first_step},
      {"foreign ranks begin again without who leaves",
       foreign_ranks_begin_again_without_who_leaves},
      {"foreign ranks save when all leave", foreign_ranks_save_when_all_leave})
