/* command - what the commands share. */
#include "trainer/command/command.h"

#include <stdio.h>

int command_fail(const char *program, const struct error *error, int code)
{
    fprintf(stderr, "%s: %s\n", program, error->text);
    return code;
}
