/* run - a TrainingJob on this machine, without a cluster. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/command.h"
#include "cli/local/runner.h"
#include "cli/local/summary.h"
#include "cli/manifest_file.h"

#define PROGRAM_LIMIT 4096

struct arguments {
    struct option_list sets;
    const char *directory;
    const char *faults;
    const char *output;
    const char *result;
    const char *agent;
    const char *trainer;
    const char *listen;
    const char *log_level;
    int64_t metrics_port;
    const char *health_probe;
    bool quiet;
    const char *manifest;
};

static const char details[] =
    "Paths in the manifest begin at the working directory (--directory). Logs are in\n"
    "DIR/.muster/NAME/attempt-N.\n\n"
    "A fault is rank:R (its process), agent:S (the agent proper of a slot), slot:S or pod:S\n"
    "(everything of it) or lead, then @step=N or @SECONDSs after the first step. It is\n"
    "killed, or, with /SECONDSs behind that, stopped for so long, an agent with its keeper;\n"
    "a pod is killed, and started again only then. drain:S asks a slot to leave, as the\n"
    "drain of a node does:\n"
    "  --faults rank:2@step=300,slot:1@25s,agent:0@30s/5s\n\n"
    "Exit codes: 0 succeeded; 1 failed; 2 wrong usage or an invalid manifest, nothing was\n"
    "started; 130 stopped on request.";

/* Returns 0; 1 when help was asked for; 2 for wrong usage, reported. */
static int arguments_read(struct arguments *arguments, int argc, char **argv)
{
    struct arguments *a = arguments;
    const struct option_row rows[] = {
        {"set",
         0,
         OPTION_LIST,
         "PATH=VALUE",
         "change the manifest; null removes a key",
         &a->sets,
         0,
         0},
        {"directory", 'C', OPTION_TEXT, "DIR", "work there", &a->directory, 0, 0},
        {"faults", 'f', OPTION_TEXT, "LIST", "kill things, see below", &a->faults, 0, 0},
        {"output", 'o', OPTION_TEXT, "FORMAT", "text, or json: the result", &a->output, 0, 0},
        {"result", 0, OPTION_TEXT, "FILE", "write the result there as JSON", &a->result, 0, 0},
        {"metrics-port",
         0,
         OPTION_INTEGER,
         "PORT",
         "slot N serves metrics at PORT + N",
         &a->metrics_port,
         1,
         64000},
        {"health-probe", 0, OPTION_TEXT, "FILE", "watch GPUs by it", &a->health_probe, 0, 0},
        {"quiet", 'q', OPTION_FLAG, NULL, "no progress", &a->quiet, 0, 0},
        {"agent", 0, OPTION_TEXT, "FILE", "muster-agent (default: beside muster)", &a->agent, 0, 0},
        {"trainer",
         0,
         OPTION_TEXT,
         "FILE",
         "muster-trainer (default: beside muster)",
         &a->trainer,
         0,
         0},
        {"listen", 0, OPTION_TEXT, "HOST:PORT", "where agents enrol", &a->listen, 0, 0},
        {"log-level",
         0,
         OPTION_TEXT,
         "LEVEL",
         "of the agents: debug, info, ...",
         &a->log_level,
         0,
         0},
    };
    const struct options options = {
        .program = "muster run",
        .operands = "JOB.yaml",
        .least_operands = 1,
        .most_operands = 1,
        .summary = "Runs a TrainingJob on this machine: every replica is an agent with its ranks.\n"
                   "What dies is repaired. A second run goes on from the last checkpoint.\n"
                   "Ctrl-C saves and stops; once more stops at once.",
        .details = details,
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return 1;
    if (outcome == 0 && strcmp(a->output, "text") && strcmp(a->output, "json"))
        outcome = error_set(&error, "--output: '%s' is not one of text, json", a->output);
    if (outcome < 0)
        return options_refuse(&options, &error);
    a->manifest = argv[first];
    return 0;
}

/* The path of a program: as given, else in the directory of this one. */
static char *program_path(const char *given, const char *name)
{
    CLEAN(text) struct text path = {0};
    char self[PROGRAM_LIMIT];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    if (given || size < 0)
        return memory_text(given ? given : name);
    self[size] = '\0';
    slash = strrchr(self, '/');
    text_addf(&path, "%.*s/%s", slash ? (int)(slash - self) : 1, slash ? self : ".", name);
    return memory_text(path.data);
}

static int conclude(const struct arguments *arguments,
                    enum runner_outcome outcome,
                    const struct text *result)
{
    CLEAN(text) struct text words = {0};
    struct error error;

    if (arguments->result && file_write(arguments->result, result->data, result->size, &error)) {
        fprintf(stderr, "muster run: %s\n", error.text);
        return COMMAND_FAILED;
    }
    if (!strcmp(arguments->output, "json"))
        fputs(result->data, stdout);
    if (outcome == RUNNER_FAILED || outcome == RUNNER_INTERRUPTED) {
        if (summary_reason(result->data, &words) == 0)
            fprintf(stderr, "muster run: %s\n", words.data);
    } else if (strcmp(arguments->output, "json")) {
        summary_words(result->data, &words);
        fputs(words.data, stdout);
    }
    if (outcome == RUNNER_FAILED)
        return COMMAND_FAILED;
    return outcome == RUNNER_SUCCEEDED ? COMMAND_DONE : COMMAND_STOPPED;
}

static int run(const struct arguments *arguments, const struct job *job, struct faults *faults)
{
    CLEAN_FREE char *agent = program_path(arguments->agent, "muster-agent");
    CLEAN_FREE char *trainer = program_path(arguments->trainer, "muster-trainer");
    CLEAN(text) struct text result = {0};
    const struct runner_settings settings = {.job = job,
                                             .work = ".",
                                             .agent = agent,
                                             .trainer = trainer,
                                             .listen = arguments->listen,
                                             .log_level = arguments->log_level,
                                             .metrics_port = arguments->metrics_port,
                                             .health_probe = arguments->health_probe,
                                             .quiet = arguments->quiet,
                                             .faults = faults};
    enum runner_outcome outcome;
    struct error error;

    if (runner_run(&settings, &outcome, &result, &error)) {
        fprintf(stderr, "muster run: %s\n", error.text);
        return COMMAND_FAILED;
    }
    return conclude(arguments, outcome, &result);
}

/* The path as seen from here, for use after the working directory has changed. */
static char *path_absolute(const char *path)
{
    CLEAN(text) struct text whole = {0};
    CLEAN_FREE char *here = path[0] == '/' ? NULL : realpath(".", NULL);

    if (here)
        text_addf(&whole, "%s/", here);
    text_add(&whole, path);
    return memory_text(whole.data);
}

int command_run(int argc, char **argv)
{
    struct arguments arguments = {
        .faults = "", .output = "text", .listen = "127.0.0.1:0", .log_level = "info"};
    CLEAN(job) struct job job = {0};
    CLEAN_FREE struct faults *faults = memory_get(1, sizeof *faults);
    CLEAN_FREE char *result = NULL;
    struct error error;
    int outcome = arguments_read(&arguments, argc, argv);

    if (outcome)
        return outcome > 1 ? outcome : COMMAND_DONE;
    outcome = manifest_file_load(arguments.manifest, &arguments.sets, &job);
    if (outcome)
        return outcome;
    if (faults_parse(faults,
                     arguments.faults,
                     (uint32_t)(job.replicas + job.spares),
                     (uint32_t)job_world(&job),
                     &error)) {
        fprintf(stderr, "muster run: --faults: %s\n", error.text);
        return COMMAND_USAGE;
    }
    if (arguments.result) {
        result = path_absolute(arguments.result);
        arguments.result = result;
    }
    if (arguments.directory && chdir(arguments.directory)) {
        fprintf(stderr, "muster run: --directory %s: cannot enter it\n", arguments.directory);
        return COMMAND_USAGE;
    }
    return run(&arguments, &job, faults);
}
