/* settings - the command line of the controller, and its environment. */
#include "controller/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/net.h"
#include "base/options.h"
#include "base/text.h"

#define KEY_LIMIT 256

static int key_read(struct settings *settings, struct error *error)
{
    CLEAN(text) struct text content = {0};
    unsigned char bytes[(RPC_SECRET - 1) / 2];
    int outcome;

    if (!settings->key_file)
        return 0;
    outcome = file_read(settings->key_file, KEY_LIMIT, &content, error);
    if (outcome > 0)
        return error_set(error, "--key-file %s: no such file", settings->key_file);
    if (outcome < 0)
        return -1;
    if (content.size && content.data[content.size - 1] == '\n')
        content.data[--content.size] = '\0';
    if (text_unhex(bytes, sizeof bytes, text_string(&content)))
        return error_set(error,
                         "--key-file %s: must hold %d hexadecimal digits",
                         settings->key_file,
                         RPC_SECRET - 1);
    memcpy(settings->key, content.data, RPC_SECRET);
    return 0;
}

/* What is not on the command line comes from the environment. */
static void environment_take(struct settings *settings)
{
    const struct {
        const char **place;
        const char *name;
    } rows[] = {
        {&settings->directory, "MUSTER_DIRECTORY"},
        {&settings->agent_image, "MUSTER_AGENT_IMAGE"},
        {&settings->trainer_image, "MUSTER_TRAINER_IMAGE"},
        {&settings->pod, "MUSTER_POD"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!*rows[i].place)
            *rows[i].place = getenv(rows[i].name);
    }
    if (!settings->pod)
        settings->pod = "muster-controller";
}

static int complete(struct settings *settings, const char *level, struct error *error)
{
    struct net_address parsed;

    environment_take(settings);
    if (log_level_parse(level, &settings->log_level))
        return error_set(
            error, "--log-level: '%s' is not one of debug, info, warning, error", level);
    if (!settings->agent_image || !settings->trainer_image || !settings->directory)
        return error_set(error, "--agent-image, --trainer-image and --directory are needed");
    if (net_parse(settings->directory, &parsed, error))
        return error_prefix(error, "--directory");
    return key_read(settings, error);
}

int settings_read(struct settings *settings, int argc, char **argv)
{
    const char *level = "info";
    struct settings *s = settings;
    const struct option_row rows[] = {
        {"kubeconfig", 0, OPTION_TEXT, "FILE", "of the cluster", &s->kubeconfig, 0, 0},
        {"namespace", 'n', OPTION_TEXT, "NAME", "serve this one only", &s->space, 0, 0},
        {"listen", 'l', OPTION_TEXT, "HOST:PORT", "for agents", &s->listen, 0, 0},
        {"directory", 'd', OPTION_TEXT, "HOST:PORT", "where agents find it", &s->directory, 0, 0},
        {"http", 0, OPTION_TEXT, "HOST:PORT", "serve metrics here", &s->http, 0, 0},
        {"agent-image", 0, OPTION_TEXT, "IMAGE", "has the agent", &s->agent_image, 0, 0},
        {"trainer-image", 0, OPTION_TEXT, "IMAGE", "has the trainer", &s->trainer_image, 0, 0},
        {"key-file", 0, OPTION_TEXT, "FILE", "instead of the Secret", &s->key_file, 0, 0},
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

    *settings = (struct settings){.listen = "0.0.0.0:7070", .http = "0.0.0.0:8080"};
    outcome = options_read(&options, argc, argv, &first, &error);
    if (outcome > 0)
        return 1;
    if (outcome == 0)
        outcome = complete(settings, level, &error);
    return outcome < 0 ? options_refuse(&options, &error) : 0;
}
