/* fit - the command: trains the model of a job. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "trainer/command/command.h"
#include "trainer/command/display.h"
#include "trainer/command/job_read.h"
#include "trainer/train/fit.h"

#define PROGRAM       "muster-trainer fit"
#define USUAL_SECONDS 60 /* between checkpoints, where the job has none */
#define USUAL_KEEP    3

/* What the command line asks for. */
struct request {
    const char *path; /* of the manifest; NULL = the agent's job */
    const char *checkpoint;
    const char *output;
    struct option_list sets;
};

static const char details[] =
    "The training runs alone in this process. SIGINT or SIGTERM saves and stops at the next step;\n"
    "the same command goes on from there. Under an agent the job comes from the agent.\n"
    "Exit codes: 0 done or stopped; 1 failed; 2 wrong usage; 3 the job or its data cannot be used.";

/* Reads the command line. Returns as options_read; what is wrong was already said. */
static int request_read(struct request *request, int argc, char **argv)
{
    const struct option_row rows[] = {
        {"set",
         0,
         OPTION_LIST,
         "PATH=VALUE",
         "change the manifest; null removes a key",
         &request->sets,
         0,
         0},
        {"checkpoint", 'c', OPTION_TEXT, "DIR", "instead of the job's", &request->checkpoint, 0, 0},
        {"output",
         'o',
         OPTION_TEXT,
         "FORMAT",
         "of the result: text or json",
         &request->output,
         0,
         0},
    };
    bool handed = getenv("MUSTER_SPEC") != NULL;
    const struct options options = {.program = PROGRAM,
                                    .operands = handed ? "" : "JOB.yaml",
                                    .least_operands = handed ? 0 : 1,
                                    .most_operands = handed ? 0 : 1,
                                    .summary =
                                        "Trains the model of a TrainingJob. A file named - is "
                                        "standard input.",
                                    .details = details,
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (!outcome && strcmp(request->output, "text") && strcmp(request->output, "json"))
        outcome = error_set(&error, "--output: '%s' is not one of text, json", request->output);
    if (outcome < 0)
        options_refuse(&options, &error);
    if (!outcome)
        request->path = handed ? NULL : argv[first];
    return outcome;
}

static int job_read(const struct request *request, struct job *job)
{
    CLEAN(text) struct text report = {0};
    int outcome = request->path ? job_read_file(request->path, &request->sets, job, &report)
                                : job_read_descriptor(getenv("MUSTER_SPEC"), job, &report);

    fputs(text_string(&report), stderr);
    return outcome;
}

static void observe(void *context, const struct world_progress *progress)
{
    display_note(context, progress, clock_now());
}

/* Prints the result: as it is, or a line a key. */
static void result_show(const struct request *request, const char *result)
{
    cJSON *tree;
    const cJSON *item;

    if (!strcmp(request->output, "json")) {
        printf("%s\n", result);
        return;
    }
    tree = cJSON_Parse(result);
    cJSON_ArrayForEach(item, tree)
    {
        char *value = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);

        printf("%-20s %s\n", item->string, value ? value : item->valuestring);
        cJSON_free(value);
    }
    cJSON_Delete(tree);
}

/* The job's checkpoints, in another directory if the command line says so. */
static struct fit_checkpoints checkpoints_of(const struct request *request, const struct job *job)
{
    struct job_checkpoint said = job->checkpoint;

    if (!said.directory)
        said = (struct job_checkpoint){.every_seconds = USUAL_SECONDS, .keep_last = USUAL_KEEP};
    if (request->checkpoint)
        return (struct fit_checkpoints){{request->checkpoint, (int)said.keep_last},
                                        CLOCK_SECONDS(said.every_seconds)};
    return (struct fit_checkpoints){{said.directory, (int)said.keep_last},
                                    CLOCK_SECONDS(said.every_seconds)};
}

/* Says why this rank cannot go on, to the user and to the agent. Returns the code. */
static int job_failed(struct world *world, const struct error *error, int code)
{
    world->table->failed(world, code, error->text);
    return command_fail(PROGRAM, error, code);
}

/* Trains. Returns the exit code. */
static int job_fit(const struct request *request, const struct job *job, struct world *world)
{
    static const struct log log = {LOG_LEVEL_INFO, "trainer"};
    struct display display;
    struct fit_settings settings = {.training = &job->training,
                                    .checkpoints = checkpoints_of(request, job),
                                    .log = &log,
                                    .observe = observe,
                                    .context = &display};
    CLEAN(fit) struct fit *fit = NULL;
    CLEAN(text) struct text result = {0};
    struct error error;
    int outcome;

    display_init(&display, STDERR_FILENO);
    if (fit_new(&settings, &fit, &error))
        return job_failed(world, &error, LINK_EXIT_INPUT);
    outcome = fit_run(fit, world, &result, &error);
    display_end(&display);
    if (outcome)
        return job_failed(
            world, &error, outcome == FIT_REFUSED ? LINK_EXIT_INPUT : LINK_EXIT_FAILED);
    if (result.size)
        result_show(request, result.data);
    return LINK_EXIT_DONE;
}

/* The world of the agent that started this process, or nobody's. Returns NULL, reported, when the
 * agent's descriptors are unusable. */
static struct world *world_find(void)
{
    struct world *world = NULL;
    struct error error;
    int outcome = world_agent_new(&world, &error);

    if (outcome < 0)
        command_fail(PROGRAM, &error, LINK_EXIT_FAILED);
    return outcome > 0 ? world_alone_new() : world;
}

int command_fit(int argc, char **argv)
{
    struct request request = {.output = "text"};
    CLEAN(job) struct job job = {0};
    struct world *world;
    int outcome = request_read(&request, argc, argv);
    int code;

    if (outcome)
        return outcome > 0 ? LINK_EXIT_DONE : LINK_EXIT_USAGE;
    if (job_read(&request, &job))
        return LINK_EXIT_INPUT;
    world = world_find();
    if (!world)
        return LINK_EXIT_FAILED;
    code = job_fit(&request, &job, world);
    world->table->free(world);
    return code;
}
