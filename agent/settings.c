/* settings - the command line of the agent. */
#include "agent/settings.h"

#include "agent/message.h"
#include "base/options.h"

static int complete(struct settings *settings, const char *level, struct error *error)
{
    if (!settings->job || !settings->directory)
        return error_set(error, "--job and --directory are needed");
    if (!settings->token_file || !settings->trust_file)
        return error_set(error, "--token-file and --trust-file are needed");
    if (member_name_make(
            &settings->name, settings->job, (uint32_t)settings->attempt, (uint32_t)settings->slot))
        return error_set(
            error, "--job: '%s' is not of letters a to z, digits and dashes", settings->job);
    if (log_level_parse(level, &settings->log_level))
        return error_set(
            error, "--log-level: '%s' is not one of debug, info, warning, error", level);
    if (!settings->host) {
        net_host(settings->listen, settings->listen_host);
        settings->host = settings->listen_host;
    }
    return 0;
}

int settings_read(struct settings *settings, int argc, char **argv)
{
    const char *level = "info";
    const struct option_row rows[] = {
        {"job", 'j', OPTION_TEXT, "UID", "uid of the job", &settings->job, 0, 0},
        {"attempt", 'a', OPTION_INTEGER, "N", "attempt, from 1", &settings->attempt, 1, UINT32_MAX},
        {"slot", 's', OPTION_INTEGER, "N", "index of this pod", &settings->slot, 0, 1023},
        {"ranks", 'r', OPTION_INTEGER, "N", "ranks here", &settings->ranks, 1, MESSAGE_RANKS},
        {"directory", 'd', OPTION_TEXT, "HOST:PORT", "where to enrol", &settings->directory, 0, 0},
        {"token-file", 0, OPTION_TEXT, "FILE", "shown to enrol", &settings->token_file, 0, 0},
        {"trust-file", 0, OPTION_TEXT, "FILE", "vouch for directory", &settings->trust_file, 0, 0},
        {"listen", 'l', OPTION_TEXT, "HOST:PORT", "for other agents", &settings->listen, 0, 0},
        {"host", 0, OPTION_TEXT, "HOST", "address given to peers", &settings->host, 0, 0},
        {"node", 0, OPTION_TEXT, "NAME", "name of the machine", &settings->node, 0, 0},
        {"pod", 0, OPTION_TEXT, "NAME", "name of the pod", &settings->pod, 0, 0},
        {"metrics", 'm', OPTION_TEXT, "HOST:PORT", "serve metrics here", &settings->metrics, 0, 0},
        {"verdict", 0, OPTION_TEXT, "FILE", "write the outcome here", &settings->verdict, 0, 0},
        {"memory-group", 0, OPTION_TEXT, "DIR", "watch this cgroup", &settings->memory_group, 0, 0},
        {"grace", 0, OPTION_INTEGER, "SECONDS", "from SIGTERM on", &settings->grace, 1, 86400},
        {"health-probe", 0, OPTION_TEXT, "FILE", "watch GPUs by it", &settings->health_probe, 0, 0},
        {"log-level", 0, OPTION_TEXT, "LEVEL", "debug, info, warning, error", &level, 0, 0},
    };
    const struct options options = {
        .program = "muster-agent",
        .operands = "-- COMMAND [ARGUMENT...]",
        .least_operands = 1,
        .most_operands = 1 << 20,
        .summary = "Runs the ranks of one pod of a training job: meets the other agents, starts\n"
                   "COMMAND once for each rank, and repairs the job when something dies.",
        .details =
            "'muster-agent install PATH' copies this program to PATH and does nothing else.\n"
            "'muster-agent output RANK' shows what a rank of this pod said last.\n\n"
            "SIGTERM or SIGINT: the others are told, what is trained is handed over or saved, and\n"
            "the pod is left, within the grace period. SIGHUP ends everything at once.\n\n"
            "Exit codes: 0 the job succeeded or was stopped, or this pod has left it; 1 it "
            "failed,\n"
            "or the pod was not left in time; 2 wrong usage; 128 + number: ended by that signal.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome;

    *settings = (struct settings){
        .attempt = 1, .ranks = 1, .listen = "127.0.0.1:0", .node = "", .pod = "", .grace = 30};
    outcome = options_read(&options, argc, argv, &first, &error);
    if (outcome > 0)
        return 1;
    if (outcome == 0)
        outcome = complete(settings, level, &error);
    if (outcome < 0)
        return options_refuse(&options, &error);
    settings->command = argv + first;
    return 0;
}
