/* install - copies the agent's program to where another container finds it. */
#ifndef AGENT_INSTALL_H
#define AGENT_INSTALL_H

#include "base/error.h"

/* Copies the file `source` to `path`, mode 0555: whoever looks there finds what was there before or
 * the whole program. Only a temporary beside `path` is made, and it does not remain. What has been
 * written is not forced to disk: it is made anew with its pod. Returns 0 or -1. */
int install_program(const char *source, const char *path, struct error *error);

/* muster-agent install PATH: copies this program; `argv` begins with the word install. Returns the
 * exit code: 0 done, 1 it cannot, 2 wrong usage, both reported on standard error. */
int install_command(int argc, char **argv);

#endif
