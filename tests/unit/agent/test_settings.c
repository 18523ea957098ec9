/* The command line of the agent: what it takes, what it stands for, what it refuses. */
#include "agent/settings.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "support/command_line.h"

/* A command line under way. */
struct attempt {
    struct settings settings;
    struct command_line line;
};

static int take(void *into, int argc, char **argv)
{
    return settings_read(into, argc, argv);
}

/* Reads a command line; what it says on that stream is added to `said`. */
static int say(struct attempt *attempt, int stream, const char *const *words, struct text *said)
{
    attempt->line.read = take;
    attempt->line.into = &attempt->settings;
    return command_line_say(&attempt->line, stream, words, said);
}

#define READ(attempt, said, ...) say(attempt, 2, (const char *const[]){__VA_ARGS__, NULL}, said)

static void every_option_reaches_its_setting(void)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};
    const struct settings *settings = &attempt.settings;
    int outcome = READ(&attempt,
                       &said,
                       "--job=uid",
                       "--attempt=3",
                       "--slot=5",
                       "--ranks=4",
                       "--directory=127.0.0.1:9",
                       "--token-file=/run/token",
                       "--trust-file=/run/trust",
                       "--listen=0.0.0.0:7000",
                       "--host=10.0.0.7",
                       "--node=here",
                       "--pod=job-3-5-0",
                       "--metrics=0.0.0.0:9100",
                       "--verdict=/run/verdict",
                       "--memory-group=/sys/fs/cgroup/pod",
                       "--grace=90",
                       "--health-probe=/usr/bin/probe",
                       "--log-level=debug",
                       "--",
                       "muster-trainer",
                       "--slot=9");

    CU_ASSERT_FATAL(outcome == 0);
    CHECK_TEXT(text_string(&said), "");
    CHECK_TEXT(settings->job, "uid");
    CU_ASSERT(settings->attempt == 3 && settings->slot == 5 && settings->ranks == 4);
    CU_ASSERT(settings->grace == 90);
    CHECK_TEXT(settings->directory, "127.0.0.1:9");
    CHECK_TEXT(settings->token_file, "/run/token");
    CHECK_TEXT(settings->trust_file, "/run/trust");
    CHECK_TEXT(settings->name.job, "uid");
    CU_ASSERT(settings->name.attempt == 3 && settings->name.slot == 5);
    CHECK_TEXT(settings->listen, "0.0.0.0:7000");
    CHECK_TEXT(settings->host, "10.0.0.7");
    CHECK_TEXT(settings->node, "here");
    CHECK_TEXT(settings->pod, "job-3-5-0");
    CHECK_TEXT(settings->metrics, "0.0.0.0:9100");
    CHECK_TEXT(settings->verdict, "/run/verdict");
    CHECK_TEXT(settings->memory_group, "/sys/fs/cgroup/pod");
    CHECK_TEXT(settings->health_probe, "/usr/bin/probe");
    CU_ASSERT(settings->log_level == LOG_LEVEL_DEBUG);
    CHECK_TEXT(settings->command[0], "muster-trainer");
    CHECK_TEXT(settings->command[1], "--slot=9");
    CU_ASSERT(settings->command[2] == NULL);
}

static void what_is_not_given_has_its_default(void)
{
    static const struct {
        const char *listen;
        const char *host;
    } cases[] = {{"127.0.0.1:0", "127.0.0.1"}, {"[::1]:7000", "::1"}, {"10.1.2.3:80", "10.1.2.3"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attempt attempt = {0};
        CLEAN(text) struct text said = {0};
        const struct settings *settings = &attempt.settings;

        CU_ASSERT(READ(&attempt,
                       &said,
                       "-j",
                       "uid",
                       "-d",
                       "127.0.0.1:9",
                       "--token-file=x",
                       "--trust-file=x",
                       "-l",
                       cases[i].listen,
                       "trainer") == 0);
        CHECK_TEXT(settings->host, cases[i].host);
        CU_ASSERT(settings->attempt == 1 && settings->slot == 0 && settings->ranks == 1);
        CU_ASSERT(settings->metrics == NULL && settings->verdict == NULL);
        CU_ASSERT(settings->log_level == LOG_LEVEL_INFO);
    }
}

/* Checks that a command line with this word at its end is refused, and how. */
static void refusal_check(const char *word, const char *says)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};

    CU_ASSERT(READ(&attempt,
                   &said,
                   "--job=uid",
                   "--directory=127.0.0.1:9",
                   "--token-file=x",
                   "--trust-file=x",
                   word,
                   "trainer") == 2);
    CHECK_HAS(text_string(&said), says);
}

static void what_is_out_of_bounds_is_refused(void)
{
    refusal_check("--slot=1024", "--slot");
    refusal_check("--slot=-1", "--slot");
    refusal_check("--ranks=0", "--ranks");
    refusal_check("--ranks=65", "--ranks");
    refusal_check("--attempt=0", "--attempt");
    refusal_check("--log-level=loud", "'loud' is not one of debug, info, warning, error");
    refusal_check("--what", "--what");
    refusal_check("--job=", "--job: '' is not of letters a to z, digits and dashes");
    refusal_check("--job=a.b", "--job: 'a.b' is not of letters");
}

static void what_cannot_be_done_without_is_asked_for(void)
{
    static const char *const lines[][4] = {
        {"--job=uid", "--token-file=x", "trainer"},
        {"--directory=127.0.0.1:9", "--token-file=x", "trainer"}};
    struct attempt attempt = {0};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        CLEAN(text) struct text said = {0};

        CU_ASSERT(say(&attempt, 2, lines[i], &said) == 2);
        CHECK_HAS(text_string(&said), "--job and --directory are needed");
    }
}

static void token_and_trust_are_asked_for(void)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text no_token = {0};
    CLEAN(text) struct text no_trust = {0};

    CU_ASSERT(READ(&attempt, &no_token, "-juid", "-d127.0.0.1:9", "--trust-file=x", "t") == 2);
    CHECK_HAS(text_string(&no_token), "--token-file and --trust-file are needed");
    CU_ASSERT(READ(&attempt, &no_trust, "-juid", "-d127.0.0.1:9", "--token-file=x", "t") == 2);
    CHECK_HAS(text_string(&no_trust), "--token-file and --trust-file are needed");
}

static void help_is_no_mistake(void)
{
    static const char *const words[] = {"--help", NULL};
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};

    CU_ASSERT(say(&attempt, 1, words, &said) == 1);
    CHECK_HAS(text_string(&said), "usage: muster-agent");
    CHECK_HAS(text_string(&said), "--trust-file FILE");
    CHECK_HAS(text_string(&said), "--token-file FILE");
}

SUITE("agent settings",
      {"every option reaches its setting", every_option_reaches_its_setting},
      {"what is not given has its default", what_is_not_given_has_its_default},
      {"what is out of bounds is refused", what_is_out_of_bounds_is_refused},
      {"what cannot be done without is asked for", what_cannot_be_done_without_is_asked_for},
      {"token and trust are asked for", token_and_trust_are_asked_for},
      {"help is no mistake", help_is_no_mistake})
