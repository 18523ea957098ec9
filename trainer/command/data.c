/* data - the commands that make data. */
#include <stdio.h>
#include <string.h>

#include "trainer/command/command.h"

static void usage(FILE *to)
{
    fprintf(to,
            "usage: muster-trainer data digits [OPTIONS]\n\n"
            "  digits     write synthetic digits as IDX files\n\n"
            "Try 'muster-trainer data digits --help'.\n");
}

int command_data(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (!strcmp(name, "digits"))
        return command_data_digits(argc - 1, argv + 1);
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
        usage(stdout);
        return LINK_EXIT_DONE;
    }
    if (*name)
        fprintf(stderr, "muster-trainer data: unknown kind of data '%s'\n", name);
    usage(stderr);
    return LINK_EXIT_USAGE;
}
