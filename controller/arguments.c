/* arguments - the command line of the controller, and its environment. */
#include "controller/arguments.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "base/options.h"
#include "base/text.h"

static bool is_given(const char *text)
{
    return text && *text;
}

/* What is not on the command line comes from the environment. */
static void environment_take(struct arguments *arguments)
{
    const struct {
        const char **place;
        const char *name;
    } rows[] = {
        {&arguments->directory, "MUSTER_DIRECTORY"},
        {&arguments->agent_image, "MUSTER_AGENT_IMAGE"},
        {&arguments->trainer_image, "MUSTER_TRAINER_IMAGE"},
        {&arguments->pod, "MUSTER_POD"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!*rows[i].place)
            *rows[i].place = getenv(rows[i].name);
    }
    if (!is_given(arguments->pod))
        arguments->pod = "muster-controller";
}

static int complete(struct arguments *arguments, const char *level, struct error *error)
{
    struct net_address parsed;

    environment_take(arguments);
    if (log_level_parse(level, &arguments->log_level))
        return error_set(
            error, "--log-level: '%s' is not one of debug, info, warning, error", level);
    if (!is_given(arguments->agent_image) || !is_given(arguments->trainer_image) ||
        !is_given(arguments->directory))
        return error_set(error, "--agent-image, --trainer-image and --directory are needed");
    if (net_parse(arguments->directory, &parsed, error))
        return error_prefix(error, "--directory");
    return 0;
}

int arguments_read(struct arguments *arguments, int argc, char **argv)
{
    const char *level = "info";
    struct arguments *s = arguments;
    const struct option_row rows[] = {
        {"kubeconfig", 0, OPTION_TEXT, "FILE", "of the cluster", &s->kubeconfig, 0, 0},
        {"namespace", 'n', OPTION_TEXT, "NAME", "serve this one only", &s->space, 0, 0},
        {"listen", 'l', OPTION_TEXT, "HOST:PORT", "for agents", &s->listen, 0, 0},
        {"directory", 'd', OPTION_TEXT, "HOST:PORT", "where agents find it", &s->directory, 0, 0},
        {"http", 0, OPTION_TEXT, "HOST:PORT", "serve metrics here", &s->http, 0, 0},
        {"agent-image", 0, OPTION_TEXT, "IMAGE", "has the agent", &s->agent_image, 0, 0},
        {"trainer-image", 0, OPTION_TEXT, "IMAGE", "has the trainer", &s->trainer_image, 0, 0},
        {"own-authority", 0, OPTION_FLAG, NULL, "use no Secret", &s->own_authority, 0, 0},
        {"log-level", 0, OPTION_TEXT, "LEVEL", "debug, info, warning, error", &level, 0, 0},
    };
    const struct options options = {
        .program = "muster-controller",
        .operands = "",
        .summary = "Runs the TrainingJobs of a cluster: makes their pods, replaces those that are\n"
                   "lost, and is the directory of their agents.",
        .details =
            "The cluster is that of --kubeconfig, of $KUBECONFIG, of the pod it runs in, or\n"
            "of ~/.kube/config. What is not said is taken from MUSTER_DIRECTORY,\n"
            "MUSTER_AGENT_IMAGE, MUSTER_TRAINER_IMAGE and MUSTER_POD.\n\n"
            "Exit codes: 0 ended by SIGTERM or SIGINT; 1 cannot run; 2 wrong usage.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome;

    *arguments = (struct arguments){.listen = "0.0.0.0:7070", .http = "0.0.0.0:8080"};
    outcome = options_read(&options, argc, argv, &first, &error);
    if (outcome > 0)
        return 1;
    if (outcome == 0)
        outcome = complete(arguments, level, &error);
    return outcome < 0 ? options_refuse(&options, &error) : 0;
}
