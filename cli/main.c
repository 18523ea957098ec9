/* main - finds the verb and hands it the rest of the command line. */
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "cli/command.h"

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} verbs[] = {
    {"run", command_run, "run a TrainingJob on this machine, without a cluster"},
    {"validate", command_validate, "say what is wrong with a manifest, or print it with defaults"},
};

static void usage(FILE *to)
{
    fprintf(to, "usage: muster VERB [OPTIONS] ...\n\nverbs:\n");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].help);
    fprintf(to, "\nTry 'muster VERB --help'.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (!strcmp(name, verbs[i].name))
            return verbs[i].run(argc - 1, argv + 1);
    }
    if (!strcmp(name, "--version")) {
        printf("muster %s\n", MUSTER_VERSION);
        return COMMAND_DONE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        usage(stdout);
        return COMMAND_DONE;
    }
    if (*name)
        fprintf(stderr, "muster: unknown verb '%s'\n", name);
    usage(stderr);
    return COMMAND_USAGE;
}
