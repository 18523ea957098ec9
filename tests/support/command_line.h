/* command_line - runs what reads a command line, and keeps what it says. */
#ifndef SUPPORT_COMMAND_LINE_H
#define SUPPORT_COMMAND_LINE_H

#include "base/text.h"

#define COMMAND_LINE_WORDS 24 /* with the name of the program */

/* Reads a command line into `into`; the words may be put in another order and pointed to. */
typedef int (*command_line_reader)(void *into, int argc, char **argv);

struct command_line {
    command_line_reader read;
    void *into;
    char words[COMMAND_LINE_WORDS][160];
    char *argv[COMMAND_LINE_WORDS + 1];
    int outcome;
};

/* Has `words` (NULL ends them) read behind the name of a program. What is said on that standard
 * stream (1 or 2) is added to `said`. Returns what the reader returns; what it points to lives as
 * long as `line`. */
int command_line_say(struct command_line *line,
                     int stream,
                     const char *const *words,
                     struct text *said);

#endif
