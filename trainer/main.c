/* main - finds the command and hands it the rest of the command line. */
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "trainer/command/command.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"fit", command_fit, "train the model of a TrainingJob"},
    {"predict", command_predict, "classify images with a trained model"},
    {"verify", command_verify, "compare the checksums of checkpoints"},
    {"data", command_data, "make data: synthetic digits"},
};

static void usage(FILE *to)
{
    fprintf(to, "usage: muster-trainer COMMAND [OPTIONS] ...\n\ncommands:\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\nTry 'muster-trainer COMMAND --help'.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (!strcmp(name, commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    if (!strcmp(name, "--version")) {
        printf("muster-trainer %s\n", MUSTER_VERSION);
        return LINK_EXIT_DONE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        usage(stdout);
        return LINK_EXIT_DONE;
    }
    if (*name)
        fprintf(stderr, "muster-trainer: unknown command '%s'\n", name);
    usage(stderr);
    return LINK_EXIT_USAGE;
}
