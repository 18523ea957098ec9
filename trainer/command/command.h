/* command - the commands of muster-trainer, one file each. They return the exit code. */
#ifndef TRAINER_COMMAND_H
#define TRAINER_COMMAND_H

#include "base/options.h"
#include "wire/link.h"

int command_fit(int argc, char **argv);
int command_predict(int argc, char **argv);
int command_verify(int argc, char **argv);

/* "data": its own first argument names what to make. */
int command_data(int argc, char **argv);
int command_data_digits(int argc, char **argv);

/* Says on standard error why a command ends without success. Returns `code`. */
int command_fail(const char *program, const struct error *error, int code);

#endif
