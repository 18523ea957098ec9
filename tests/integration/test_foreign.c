/* Trainers that know nothing of us: a shell script that finds torchrun's environment. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "play.h"
#include "support/check.h"

#define RANKS    4
#define PATIENCE CLOCK_SECONDS(60)
#define LIMIT    (1 << 16)

/* Two replicas of two ranks that run the script. */
static const char *fresh(const char *script)
{
    static const char job[] = "apiVersion: muster.dev/v1alpha1\n"
                              "kind: TrainingJob\n"
                              "metadata: {name: foreign}\n"
                              "spec:\n"
                              "  replicas: 2\n"
                              "  ranksPerReplica: 2\n"
                              "  recovery: {budgets: {rank: {count: 2}}}\n"
                              "  template:\n"
                              "    spec:\n"
                              "      containers:\n"
                              "        - name: trainer\n"
                              "          image: none\n"
                              "          command: [/bin/sh]\n"
                              "          args: [train.sh, --fast]\n";
    const char *directory = check_directory();
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/job.yaml", directory);
    CU_ASSERT_FATAL(file_write(path.data, job, strlen(job), NULL) == 0);
    text_clear(&path);
    text_addf(&path, "%s/train.sh", directory);
    CU_ASSERT_FATAL(file_write(path.data, script, strlen(script), NULL) == 0);
    return directory;
}

static int start(struct play *play, const char *directory)
{
    static const char *const words[] = {"run", "job.yaml", "--result", "result.json", NULL};

    return play_start(play, directory, "muster", words);
}

/* Reads what a rank has left under that name, once it is there. */
static void left(const char *directory, const char *name, int rank, struct text *content)
{
    CLEAN(text) struct text path = {0};
    int64_t due = clock_now() + PATIENCE;

    text_addf(&path, "%s/%s-%d", directory, name, rank);
    while (access(path.data, F_OK) && clock_now() < due)
        clock_sleep(CLOCK_MS(2));
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, content, NULL) == 0);
}

static bool is_left(const char *directory, const char *name, int rank)
{
    CLEAN(text) struct text path = {0};

    text_addf(&path, "%s/%s-%d", directory, name, rank);
    return access(path.data, F_OK) == 0;
}

/* The process of a rank, when every rank has come so far. */
static pid_t process_of(const char *directory, int rank)
{
    int64_t process = 0;

    for (int i = 0; i < RANKS; i++) {
        CLEAN(text) struct text content = {0};

        left(directory, "process", i, &content);
        if (i == rank)
            CU_ASSERT_FATAL(text_integer(content.data, 2, INT32_MAX, &process) == 0);
    }
    return (pid_t)process;
}

/* The value of a word that a rank has found in its environment. */
static void word_of(const char *environment, const char *name, char *out, size_t size)
{
    CLEAN(text) struct text key = {0};
    const char *found;

    text_addf(&key, "\n%s=", name);
    found = strstr(environment, key.data);
    snprintf(out, size, "%s", found ? found + key.size : "");
    out[strcspn(out, "\n")] = '\0';
}

static void word_is(const char *environment, const char *name, const char *wanted)
{
    char found[128];

    word_of(environment, name, found, sizeof found);
    CHECK_TEXT(found, wanted);
}

static void environment_check(const char *directory, int rank, char port[128])
{
    CLEAN(text) struct text environment = {0};
    char number[16];

    left(directory, "environment", rank, &environment);
    snprintf(number, sizeof number, "%d", rank);
    word_is(environment.data, "RANK", number);
    word_is(environment.data, "LOCAL_RANK", rank % 2 ? "1" : "0");
    word_is(environment.data, "GROUP_RANK", rank / 2 ? "1" : "0");
    word_is(environment.data, "WORLD_SIZE", "4");
    word_is(environment.data, "LOCAL_WORLD_SIZE", "2");
    word_is(environment.data, "MASTER_ADDR", "127.0.0.1");
    word_is(environment.data, "TORCHELASTIC_RUN_ID", "foreign");
    word_is(environment.data, "NODE_RANK", rank / 2 ? "1" : "0");
    word_is(environment.data, "PET_NNODES", "2");
    word_is(environment.data, "MUSTER_LINK", "");
    word_of(environment.data, "MASTER_PORT", port, 128);
}

/* A process is killed while all wait; what they find when they come again is looked at. */
static void a_killed_process_restarts_the_group_and_it_completes(void)
{
    const char *directory = fresh("test \"$1\" = --fast || exit 9\n"
                                  "if test -e process-$RANK; then\n"
                                  "    (echo; env) >environment-$RANK; exit 0\n"
                                  "fi\n"
                                  "echo -n $$ >new-$RANK; mv new-$RANK process-$RANK\n"
                                  "sleep 1000\n");
    char port[128];
    char other[128];
    struct play play;
    int process = start(&play, directory);

    CU_ASSERT(kill(process_of(directory, 1), SIGKILL) == 0);
    play_wait(&play, process);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1);
    environment_check(directory, 0, port);
    for (int rank = 1; rank < RANKS; rank++) {
        environment_check(directory, rank, other);
        CHECK_TEXT(other, port);
        CU_ASSERT(kill(process_of(directory, rank), 0) != 0);
    }
}

/* Looks for what a process of the slot has said. */
static void log_has(const char *directory, int slot, const char *line)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text content = {0};

    text_addf(&path, "%s/.muster/foreign/attempt-1/slot-%d.log", directory, slot);
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, &content, NULL) == 0);
    CHECK_HAS(text_string(&content), line);
}

/* With other words each time. */
static void a_trainer_that_always_fails_ends_with_the_budget(void)
{
    /* Whoever fails first ends the others: it waits until two have said what is looked for. */
    const char *directory =
        fresh("echo Traceback $TORCHELASTIC_RESTART_COUNT; echo \"KeyError: 'x'\" >&2\n"
              ": >said-$RANK\n"
              "until [ -e said-1 ] && [ -e said-3 ]; do sleep 0.01; done\n"
              "exit 7\n");
    struct play play;

    play_run(&play, directory, "muster", "run", "job.yaml", NULL);
    CU_ASSERT(play.code == 1);
    CU_ASSERT(play_said(&play, "KeyError: 'x' (the budget recovery.budgets.rank is spent)"));
    CU_ASSERT(play_said(&play, "RankCrashed: exit code 7: Traceback "));
    log_has(directory, 0, "[rank 1] KeyError: 'x'\n");
    log_has(directory, 1, "[rank 3] Traceback 0\n");
    play_done(&play);
}

/* One rank of four ends the same way each time, long before the budget is spent. */
static void a_trainer_that_fails_at_a_fixed_step_is_not_repaired_for_ever(void)
{
    const char *directory = fresh("echo start >>starts-$RANK\n"
                                  "test $RANK = 2 || exec sleep 1000\n"
                                  "sleep 0.3; echo 'bad record 60' >&2; exit 1\n");
    CLEAN(text) struct text starts = {0};
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.recovery.budgets.rank.count=100",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 1);
    CU_ASSERT(play_said(&play, "slot 1, rank 2, node "));
    CU_ASSERT(play_said(&play,
                        ": UserCode, RankCrashed: exit code 1: bad record 60 "
                        "(3 times in a row without progress)"));
    left(directory, "starts", 2, &starts);
    CHECK_TEXT(starts.data, "start\nstart\nstart\n");
    CU_ASSERT(play_repairs(directory) == 2);
    play_done(&play);
}

static void a_rule_ends_the_job_at_its_exit_code(void)
{
    const char *directory = fresh("echo 'bad data' >&2; exit 65\n");
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.recovery.rules=[{exitCodes: [65], action: FailJob}]",
             "--result",
             "result.json",
             NULL);
    CU_ASSERT(play.code == 1);
    CU_ASSERT(
        play_said(&play, "exit code 65, named by recovery.rules: bad data (cannot be repaired)"));
    CU_ASSERT(play_repairs(directory) == 0);
    play_done(&play);
}

static void a_command_that_is_not_there_fails_at_once(void)
{
    const char *directory = fresh("exit 0\n");
    struct play play;

    play_run(&play,
             directory,
             "muster",
             "run",
             "job.yaml",
             "--set",
             "spec.template.spec.containers[0].command=[/nowhere/train]",
             NULL);
    CU_ASSERT(play.code == 1);
    CU_ASSERT(play_said(&play, "/nowhere/train"));
    play_done(&play);
}

/* Whoever is asked to stop has time to save. */
static void a_job_that_is_stopped_lets_its_processes_save(void)
{
    const char *directory = fresh("trap 'sleep 0.5; : >saved-$RANK; exit 0' TERM\n"
                                  "echo -n $$ >new-$RANK; mv new-$RANK process-$RANK\n"
                                  "while :; do sleep 0.01; done\n");
    struct play play;
    int process = start(&play, directory);

    process_of(directory, 0);
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
    for (int rank = 0; rank < RANKS; rank++)
        CU_ASSERT(is_left(directory, "saved", rank));
}

#define ONCE                                                                                       \
    "if test -e process-$RANK; then exit 0; fi\n"                                                  \
    "echo -n $PPID >keeper-$RANK\n"                                                                \
    "echo -n $$ >new-$RANK; mv new-$RANK process-$RANK\n"                                          \
    "sleep 1000\n"

static pid_t keeper_of(const char *directory, int rank)
{
    CLEAN(text) struct text content = {0};
    int64_t process = 0;

    left(directory, "keeper", rank, &content);
    CU_ASSERT_FATAL(text_integer(content.data, 2, INT32_MAX, &process) == 0);
    return (pid_t)process;
}

/* The agent proper of replica 1: the child of its keeper that is no rank. */
static pid_t second_agent(const char *directory)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text children = {0};
    pid_t keeper = keeper_of(directory, 2);
    int64_t child = 0;

    text_addf(&path, "/proc/%ld/task/%ld/children", (long)keeper, (long)keeper);
    CU_ASSERT_FATAL(file_read(path.data, LIMIT, &children, NULL) == 0 && children.size);
    for (char *next = strtok(children.data, " "); next; next = strtok(NULL, " ")) {
        CU_ASSERT_FATAL(text_integer(next, 2, INT32_MAX, &child) == 0);
        if (child != process_of(directory, 2) && child != process_of(directory, 3))
            break;
    }
    return (pid_t)child;
}

static void an_agent_that_dies_restarts_the_group(void)
{
    const char *directory = fresh(ONCE);
    struct play play;
    int process = start(&play, directory);

    process_of(directory, 0);
    CU_ASSERT(kill(second_agent(directory), SIGKILL) == 0);
    play_wait(&play, process);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1);
}

static void a_replica_that_is_lost_restarts_the_group(void)
{
    const char *directory = fresh(ONCE);
    struct play play;
    int process = start(&play, directory);

    process_of(directory, 0);
    CU_ASSERT(kill(keeper_of(directory, 0), SIGKILL) == 0); /* it leads */
    play_wait(&play, process);
    CU_ASSERT(play.code == 0);
    CU_ASSERT(play_repairs(directory) == 1);
}

/* Asks the keeper of a rank's replica for what its second rank said; it may have to be read yet. */
static void second_said(const char *directory, pid_t keeper, const char *words)
{
    int64_t due = clock_now() + PATIENCE;
    char number[16];
    bool found = false;

    snprintf(number, sizeof number, "%ld", (long)keeper);
    while (!found && clock_now() < due) {
        struct play play;

        play_run(&play, directory, "muster-agent", "output", "--keeper", number, "1", NULL);
        CU_ASSERT(play.code == 0);
        found = !strcmp(text_string(&play.out), words);
        play_done(&play);
    }
    CU_ASSERT(found);
}

static void what_a_rank_said_is_shown_while_its_keeper_is_stopped(void)
{
    const char *directory = fresh("echo \"I am $RANK\"; echo 'but why'\n" ONCE);
    struct play play;
    int process = start(&play, directory);
    pid_t keeper = keeper_of(directory, 3);

    second_said(directory, keeper, "I am 3\nbut why\n");
    CU_ASSERT(kill(keeper, SIGSTOP) == 0);
    second_said(directory, keeper, "I am 3\nbut why\n");
    CU_ASSERT(kill(keeper, SIGCONT) == 0);
    process_of(directory, 0);
    kill(process, SIGINT);
    play_wait(&play, process);
    CU_ASSERT(play.code == 130);
    play_run(&play, directory, "muster-agent", "output", "--keeper", "1", "0", NULL);
    CU_ASSERT(play.code == 1 && play_said(&play, "process 1 is no keeper of this user"));
    play_done(&play);
}

SUITE("integration foreign",
      {"a killed process restarts the group and it completes",
       a_killed_process_restarts_the_group_and_it_completes},
      {"a trainer that always fails ends with the budget",
       a_trainer_that_always_fails_ends_with_the_budget},
      {"a trainer that fails at a fixed step is not repaired for ever",
       a_trainer_that_fails_at_a_fixed_step_is_not_repaired_for_ever},
      {"a rule ends the job at its exit code", a_rule_ends_the_job_at_its_exit_code},
      {"a command that is not there fails at once", a_command_that_is_not_there_fails_at_once},
      {"a job that is stopped lets its processes save",
       a_job_that_is_stopped_lets_its_processes_save},
      {"an agent that dies restarts the group", an_agent_that_dies_restarts_the_group},
      {"a replica that is lost restarts the group", a_replica_that_is_lost_restarts_the_group},
      {"what a rank said is shown while its keeper is stopped",
       what_a_rank_said_is_shown_while_its_keeper_is_stopped})
