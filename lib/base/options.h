/* options - command-line arguments as a table: one row an option, from which parsing, the usage
 * line and --help all follow. Parsing itself is getopt_long's. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define OPTIONS_LIST 64

enum option_kind {
    OPTION_FLAG,    /* target: bool */
    OPTION_TEXT,    /* target: const char *, pointing into argv */
    OPTION_INTEGER, /* target: int64_t, within [low, high] */
    OPTION_LIST     /* target: struct option_list; may be given many times */
};

struct option_list {
    const char *items[OPTIONS_LIST];
    size_t count;
};

struct option_row {
    const char *name; /* long name without dashes */
    char letter;      /* short name, 0 = none */
    enum option_kind kind;
    const char *argument; /* its name in the help; NULL for a flag */
    const char *help;
    void *target;
    int64_t low;
    int64_t high;
};

struct options {
    const char *program;  /* "muster run" */
    const char *operands; /* "JOB.yaml", "" = none */
    int least_operands;
    int most_operands;
    const char *summary; /* what it does, one sentence or more */
    const char *details; /* printed after the options; may be NULL */
    const struct option_row *rows;
    size_t row_count;
};

/* Reads argv[1..argc-1]. --help and --version are understood by themselves. Returns 0 with the
 * index of the first operand in `*first`; 1 when help or version was asked for and printed to
 * standard output; -1 for a wrong argument. */
int options_read(
    const struct options *options, int argc, char **argv, int *first, struct error *error);

/* Reports `error` and the usage on standard error. Returns 2, the exit code for wrong usage. */
int options_refuse(const struct options *options, const struct error *error);

#endif
