/* Trainers of others that speak the link: repaired while they run, they end with the same result.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "play.h"
#include "support/check.h"

#define LIMIT (1 << 20)
#define SLOTS 3

/* Three replicas of a command, which is given as a list in YAML. */
static const char *fresh(const char *command)
{
    const char *directory = check_directory();
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text job = {0};

    text_addf(&job,
              "apiVersion: muster.dev/v1alpha1\n"
              "kind: TrainingJob\n"
              "metadata: {name: own}\n"
              "spec:\n"
              "  replicas: %d\n"
              "  interface: Link\n"
              "  template:\n"
              "    spec:\n"
              "      containers:\n"
              "        - {name: trainer, image: none, command: %s}\n",
              SLOTS,
              command);
    text_addf(&path, "%s/job.yaml", directory);
    CU_ASSERT_FATAL(file_write(path.data, job.data, job.size, NULL) == 0);
    return directory;
}

/* The C trainer, by its absolute path. */
static const char *fresh_sum(const char *steps)
{
    CLEAN(text) struct text command = {0};
    const char *bin = getenv("MUSTER_BIN");
    CLEAN_FREE char *path = realpath(bin ? bin : "build/release", NULL);

    CU_ASSERT_FATAL(path != NULL);
    text_addf(&command, "[%s/kit/sum, \"%s\", \"5\"]", path, steps);
    return fresh(command.data);
}

/* How many processes of a slot have begun. */
static int begun(const char *directory, int slot)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text log = {0};
    int count = 0;

    text_addf(&path, "%s/.muster/own/attempt-1/slot-%d.log", directory, slot);
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, &log, NULL) == 0);
    for (const char *at = log.data; (at = strstr(at, "] process ")); at++)
        count++;
    return count;
}

/* Runs the job with these faults and takes the state that it ends with. */
static void run(const char *directory, const char *faults, char state[64])
{
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--result",
             "result.json",
             faults ? "--faults" : NULL,
             faults,
             NULL);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_number(directory, "steps") == 200);
    play_text(directory, "state", state, 64);
    play_done(&play);
}

/* The first life of every process is the only one, but where it was killed. */
static void repaired(const char *(*make)(const char *steps))
{
    const char *straight = make("200");
    const char *broken = make("200");
    char wanted[64];
    char found[64];

    run(straight, NULL, wanted);
    run(broken, "rank:1@step=50,slot:0@step=100", found);
    CU_ASSERT(strlen(wanted) == 16);
    CHECK_TEXT(found, wanted);
    CU_ASSERT(play_repairs(straight) == 0 && play_repairs(broken) == 2);
    CU_ASSERT(begun(broken, 0) == 2 && begun(broken, 1) == 2 && begun(broken, 2) == 1);
}

static void a_trainer_in_c_is_repaired_while_it_runs(void)
{
    repaired(fresh_sum);
}

/* All stop at the same step, which the result names. */
static void a_trainer_in_c_stops_on_request(void)
{
    static const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};
    const char *directory = fresh_sum("100000");
    struct play play;
    int process = play_start(&play, directory, "muster", words);
    char outcome[64];

    play_until(directory, "step");
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
    play_text(directory, "outcome", outcome, sizeof outcome);
    CHECK_TEXT(outcome, "Stopped");
    CU_ASSERT(play_number(directory, "steps") > 0 && play_number(directory, "steps") < 100000);
}

SUITE("integration link",
      {"a trainer in C is repaired while it runs", a_trainer_in_c_is_repaired_while_it_runs},
      {"a trainer in C stops on request", a_trainer_in_c_stops_on_request})
