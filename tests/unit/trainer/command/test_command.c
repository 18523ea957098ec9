/* The commands as a user meets them: exit codes and what is printed. Each runs in a child. */
#include "trainer/command/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/check.h"
#include "support/tiny.h"
#include "trainer/command/job_read.h"

#define WORDS 16

typedef int (*command)(int argc, char **argv);

/* A command at work. */
struct child {
    pid_t pid;
    char out[256];
    char err[256];
};

/* Lets `number` wait for this process, so that whoever asks for signals finds it at once. */
static void signal_leave(int number)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(number);
}

/* Starts the command with the words of `line`, separated by single spaces. `pending` is a signal
 * that waits for it; 0 = none. */
static void child_start(struct child *child, command run, const char *line, int pending)
{
    const char *directory = check_directory();

    snprintf(child->out, sizeof child->out, "%s/out", directory);
    snprintf(child->err, sizeof child->err, "%s/err", directory);
    child->pid = fork();
    if (!child->pid) {
        char *words = strdup(line);
        char *argv[WORDS] = {NULL};
        int argc = 0;
        int code;

        for (char *word = strtok(words, " "); word && argc < WORDS - 1; word = strtok(NULL, " "))
            argv[argc++] = word;
        if (!freopen(child->out, "w", stdout) || !freopen(child->err, "w", stderr))
            _exit(99);
        if (pending)
            signal_leave(pending);
        code = run(argc, argv);
        fflush(NULL);
        _exit(code);
    }
}

static int child_end(const struct child *child)
{
    int status = 0;

    CU_ASSERT(waitpid(child->pid, &status, 0) == child->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a command to its end. `out` and `err` receive what it printed; either may be NULL. */
static int ran(command run, const char *line, struct text *out, struct text *err)
{
    struct child child;
    int code;

    child_start(&child, run, line, 0);
    code = child_end(&child);
    if (out)
        CU_ASSERT(file_read(child.out, 1 << 20, out, NULL) == 0);
    if (err)
        CU_ASSERT(file_read(child.err, 1 << 20, err, NULL) == 0);
    return code;
}

/* Writes a manifest of the tiny training. Returns its path, owned by the caller. */
static struct text manifest_new(int epochs)
{
    struct training training = tiny_training();
    CLEAN(text) struct text yaml = {0};
    struct text path = {0};

    text_addf(&yaml,
              "apiVersion: muster.dev/v1alpha1\nkind: TrainingJob\nmetadata: {name: tiny}\n"
              "spec:\n  replicas: 1\n  training:\n    model:\n      input: {shape: [28, 28]}\n"
              "      layers:\n        - {type: dense, units: 9, activation: relu}\n"
              "        - {type: dense, units: 10, activation: softmax}\n"
              "    data: {train: %s, validation: %s}\n"
              "    optimizer: {type: adamw, learningRate: 0.01}\n"
              "    batch: {global: 20, micro: 4}\n    epochs: %d\n",
              training.data.train,
              training.data.validation,
              epochs);
    text_addf(&path, "%s/job.yaml", check_directory());
    CU_ASSERT(file_write(path.data, yaml.data, yaml.size, NULL) == 0);
    return path;
}

static void help_is_printed_by_every_command(void)
{
    static const struct {
        command run;
        const char *line;
        const char *words;
    } rows[] = {
        {command_fit, "fit --help", "usage: muster-trainer fit [OPTIONS] JOB.yaml"},
        {command_predict, "predict --help", "usage: muster-trainer predict"},
        {command_verify, "verify -h", "usage: muster-trainer verify [OPTIONS] DIRECTORY"},
        {command_data, "data --help", "usage: muster-trainer data digits"},
        {command_data, "data digits --help", "usage: muster-trainer data digits"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text out = {0};

        CU_ASSERT(ran(rows[i].run, rows[i].line, &out, NULL) == LINK_EXIT_DONE);
        CU_ASSERT(strstr(text_string(&out), rows[i].words) != NULL);
    }
}

static void wrong_usage_and_wrong_input_have_their_exit_codes(void)
{
    static const struct {
        command run;
        const char *line;
        int code;
        const char *words;
    } rows[] = {
        {command_fit, "fit", LINK_EXIT_USAGE, "missing operand: JOB.yaml"},
        {command_fit, "fit --output xml a.yaml", LINK_EXIT_USAGE, "'xml' is not one of"},
        {command_fit, "fit no-such.yaml", LINK_EXIT_INPUT, "no-such.yaml: no such file"},
        {command_predict, "predict", LINK_EXIT_USAGE, "--checkpoint is missing"},
        {command_predict, "predict -c x", LINK_EXIT_USAGE, "--data is missing"},
        {command_predict, "predict -c no-such -d x", LINK_EXIT_INPUT, "no-such"},
        {command_verify, "verify no-such", LINK_EXIT_FAILED, "there is no directory no-such"},
        {command_verify, "verify", LINK_EXIT_USAGE, "missing operand"},
        {command_data, "data", LINK_EXIT_USAGE, "usage: "},
        {command_data, "data letters", LINK_EXIT_USAGE, "unknown kind of data 'letters'"},
        {command_data, "data digits", LINK_EXIT_USAGE, "--output is missing"},
        {command_data, "data digits -o x -d 4", LINK_EXIT_USAGE, "is not a number from 0 to 3"},
        {command_data, "data digits -o x -d 1x", LINK_EXIT_USAGE, "is not a number from 0 to 3"},
        {command_data, "data digits -o x -d nan", LINK_EXIT_USAGE, "is not a number from 0 to 3"},
        {command_data, "data digits -o x -n 0", LINK_EXIT_USAGE, "--count"},
        {command_data, "data digits -o /proc/x -n 1", LINK_EXIT_FAILED, "cannot create"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text err = {0};

        CU_ASSERT(ran(rows[i].run, rows[i].line, NULL, &err) == rows[i].code);
        CU_ASSERT(strstr(text_string(&err), rows[i].words) != NULL);
    }
}

static void a_job_is_trained_checked_and_used(void)
{
    struct training training = tiny_training();
    CLEAN(text) struct text path = manifest_new(2);
    CLEAN(text) struct text line = {0};
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text err = {0};
    const char *directory = check_directory();

    text_addf(&line, "fit %s --checkpoint %s --output json", path.data, directory);
    CU_ASSERT(ran(command_fit, line.data, &out, NULL) == LINK_EXIT_DONE);
    CU_ASSERT(strncmp(text_string(&out), "{\"task\":\"Train\",\"steps\":6,", 26) == 0);
    text_clear(&line);
    text_addf(&line, "verify %s", directory);
    CU_ASSERT(ran(command_verify, line.data, &out, NULL) == LINK_EXIT_DONE);
    CU_ASSERT(strstr(text_string(&out), "step-00000006.1.1  6 steps\n") != NULL);
    text_clear(&line);
    text_addf(&line, "verify %s/step-00000006.1.1", directory);
    CU_ASSERT(ran(command_verify, line.data, &out, NULL) == LINK_EXIT_DONE);
    text_clear(&line);
    text_addf(&line, "predict -c %s -d %s", directory, training.data.validation);
    CU_ASSERT(ran(command_predict, line.data, &out, &err) == LINK_EXIT_DONE);
    CU_ASSERT(strncmp(text_string(&out), "index,class\n0,", 14) == 0);
    CU_ASSERT(strncmp(text_string(&err), "21 images, ", 11) == 0);
}

static void settings_of_the_command_line_count(void)
{
    CLEAN(text) struct text path = manifest_new(2);
    CLEAN(text) struct text line = {0};
    CLEAN(text) struct text out = {0};
    CLEAN(text) struct text err = {0};

    text_addf(&line, "fit %s --set spec.training.epochs=1", path.data);
    CU_ASSERT(ran(command_fit, line.data, &out, NULL) == LINK_EXIT_DONE);
    CU_ASSERT(strstr(text_string(&out), "steps                3\n") != NULL);
    CU_ASSERT(strstr(text_string(&out), "task                 Train\n") != NULL);
    text_clear(&line);
    text_addf(&line, "fit %s --set spec.training.epochs=ten", path.data);
    CU_ASSERT(ran(command_fit, line.data, NULL, &err) == LINK_EXIT_INPUT);
    CU_ASSERT(strstr(text_string(&err), "spec.training.epochs") != NULL);
}

/* The part of a JSON result that tells whether two trainings ended alike. */
static int same_end(const struct text *a, const struct text *b)
{
    const char *left = strstr(text_string(a), "\"weightsCrc32c\"");
    const char *right = strstr(text_string(b), "\"weightsCrc32c\"");

    return left && right && !strcmp(left, right);
}

static void a_signal_saves_and_the_same_command_goes_on(void)
{
    CLEAN(text) struct text path = manifest_new(2);
    CLEAN(text) struct text line = {0};
    CLEAN(text) struct text stopped = {0};
    CLEAN(text) struct text resumed = {0};
    CLEAN(text) struct text straight = {0};
    struct child child;

    text_addf(&line, "fit %s --output json", path.data);
    CU_ASSERT(ran(command_fit, line.data, &straight, NULL) == LINK_EXIT_DONE);
    text_addf(&line, " --checkpoint %s", check_directory());
    child_start(&child, command_fit, line.data, SIGTERM);
    CU_ASSERT(child_end(&child) == LINK_EXIT_DONE);
    CU_ASSERT(file_read(child.out, 1 << 20, &stopped, NULL) == 0);
    CU_ASSERT(strstr(text_string(&stopped), "\"steps\":1,") != NULL);
    CU_ASSERT(strstr(text_string(&stopped), "\"stopped\":true") != NULL);
    CU_ASSERT(ran(command_fit, line.data, &resumed, NULL) == LINK_EXIT_DONE);
    CU_ASSERT(same_end(&resumed, &straight));
}

static void the_job_of_an_agent_comes_by_descriptor(void)
{
    CLEAN(text) struct text path = manifest_new(2);
    CLEAN(text) struct text report = {0};
    CLEAN(job) struct job job = {0};
    CLEAN(job) struct job again = {0};
    char number[16];
    int descriptor = open(path.data, O_RDONLY | O_CLOEXEC);

    CU_ASSERT(descriptor >= 0 && lseek(descriptor, 7, SEEK_SET) == 7);
    snprintf(number, sizeof number, "%d", descriptor);
    CU_ASSERT(job_read_descriptor(number, &job, &report) == 0);
    CU_ASSERT(job.training.epochs == 2);
    close(descriptor);
    CU_ASSERT(job_read_descriptor(number, &again, &report) == 1);
    CU_ASSERT(job_read_descriptor("many", &again, &report) == 1);
    CU_ASSERT(strstr(text_string(&report), "'many' is not the number of a descriptor") != NULL);
}

SUITE("trainer command",
      {"help is printed by every command", help_is_printed_by_every_command},
      {"wrong usage and wrong input have their exit codes",
       wrong_usage_and_wrong_input_have_their_exit_codes},
      {"a job is trained, checked and used", a_job_is_trained_checked_and_used},
      {"settings of the command line count", settings_of_the_command_line_count},
      {"a signal saves and the same command goes on", a_signal_saves_and_the_same_command_goes_on},
      {"the job of an agent comes by descriptor", the_job_of_an_agent_comes_by_descriptor})
