/* The command line of the controller and its environment. */
#include "controller/arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/command_line.h"

/* A command line under way. */
struct attempt {
    struct arguments arguments;
    struct command_line line;
};

static int take(void *into, int argc, char **argv)
{
    return arguments_read(into, argc, argv);
}

/* Reads a command line; what it says on that stream is added to `said`. */
static int say(struct attempt *attempt, int stream, const char *const *words, struct text *said)
{
    attempt->line.read = take;
    attempt->line.into = &attempt->arguments;
    return command_line_say(&attempt->line, stream, words, said);
}

#define READ(attempt, said, ...) say(attempt, 2, (const char *const[]){__VA_ARGS__, NULL}, said)
#define IMAGES                   "--agent-image=a:1", "--trainer-image=t:1"
#define NEEDED                   IMAGES, "--directory=10.0.0.1:7070"

static void environment_set(const char *directory, const char *agent, const char *trainer)
{
    setenv("MUSTER_DIRECTORY", directory, 1);
    setenv("MUSTER_AGENT_IMAGE", agent, 1);
    setenv("MUSTER_TRAINER_IMAGE", trainer, 1);
}

static void environment_clear(void)
{
    unsetenv("MUSTER_DIRECTORY");
    unsetenv("MUSTER_AGENT_IMAGE");
    unsetenv("MUSTER_TRAINER_IMAGE");
    unsetenv("MUSTER_POD");
}

static void every_option_is_taken(void)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};
    const struct arguments *arguments = &attempt.arguments;

    environment_clear();
    CU_ASSERT(READ(&attempt,
                   &said,
                   NEEDED,
                   "--kubeconfig=/k",
                   "-n",
                   "team-a",
                   "--listen=127.0.0.1:1",
                   "--http=127.0.0.1:2",
                   "--log-level=debug",
                   "--own-authority") == 0);
    CHECK_TEXT(text_string(&said), "");
    CHECK_TEXT(arguments->agent_image, "a:1");
    CHECK_TEXT(arguments->trainer_image, "t:1");
    CHECK_TEXT(arguments->directory, "10.0.0.1:7070");
    CHECK_TEXT(arguments->kubeconfig, "/k");
    CHECK_TEXT(arguments->space, "team-a");
    CHECK_TEXT(arguments->listen, "127.0.0.1:1");
    CHECK_TEXT(arguments->http, "127.0.0.1:2");
    CU_ASSERT(arguments->own_authority);
    CHECK_TEXT(arguments->pod, "muster-controller");
    CU_ASSERT(arguments->log_level == LOG_LEVEL_DEBUG);
}

static void what_is_not_given_comes_from_the_environment_or_has_its_default(void)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};
    const struct arguments *arguments = &attempt.arguments;

    environment_clear();
    environment_set("10.0.0.9:1", "a:2", "t:2");
    setenv("MUSTER_POD", "muster-controller-x", 1);
    CU_ASSERT(READ(&attempt, &said, "--agent-image=a:3") == 0);
    CHECK_TEXT(arguments->directory, "10.0.0.9:1");
    CHECK_TEXT(arguments->agent_image, "a:3");
    CHECK_TEXT(arguments->trainer_image, "t:2");
    CHECK_TEXT(arguments->pod, "muster-controller-x");
    CHECK_TEXT(arguments->listen, "0.0.0.0:7070");
    CHECK_TEXT(arguments->http, "0.0.0.0:8080");
    CU_ASSERT(!arguments->own_authority);
    CU_ASSERT(!arguments->space && !arguments->kubeconfig);
    CU_ASSERT(arguments->log_level == LOG_LEVEL_INFO);
    environment_clear();
}

/* So is it where a manifest names a key that is not there. */
static void what_is_empty_in_the_environment_is_not_given(void)
{
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};

    environment_clear();
    environment_set("10.0.0.9:1", "", "t:2");
    CU_ASSERT(READ(&attempt, &said, "--log-level=info") == 2);
    CHECK_HAS(text_string(&said), "--agent-image, --trainer-image and --directory are needed");
    environment_set("10.0.0.9:1", "a:2", "t:2");
    setenv("MUSTER_POD", "", 1);
    CU_ASSERT(READ(&attempt, &said, "--log-level=info") == 0);
    CHECK_TEXT(attempt.arguments.pod, "muster-controller");
    environment_clear();
}

static void what_is_wrong_is_said(void)
{
    static const struct {
        const char *word;
        const char *said;
    } rows[] = {
        {"--directory=here", "--directory: "},
        {"--directory=", "are needed"},
        {"--agent-image=", "are needed"},
        {"--log-level=loud", "--log-level: 'loud' is not one of debug, info, warning, error"},
        {"--nonsense", "nonsense"},
        {"operand", "operand"},
    };

    environment_clear();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct attempt attempt = {0};
        CLEAN(text) struct text said = {0};

        CU_ASSERT(READ(&attempt, &said, NEEDED, rows[i].word) == 2);
        CHECK_HAS(text_string(&said), rows[i].said);
        CHECK_HAS(text_string(&said), "usage: muster-controller");
    }
}

static void help_is_given(void)
{
    static const char *const words[] = {"--help", NULL};
    struct attempt attempt = {0};
    CLEAN(text) struct text said = {0};

    CU_ASSERT(say(&attempt, 1, words, &said) == 1);
    CHECK_HAS(text_string(&said), "--trainer-image IMAGE");
    CHECK_HAS(text_string(&said), "MUSTER_DIRECTORY");
}

SUITE("controller arguments",
      {"every option is taken", every_option_is_taken},
      {"what is not given comes from the environment or has its default",
       what_is_not_given_comes_from_the_environment_or_has_its_default},
      {"what is empty in the environment is not given",
       what_is_empty_in_the_environment_is_not_given},
      {"what is wrong is said", what_is_wrong_is_said},
      {"help is given", help_is_given})
