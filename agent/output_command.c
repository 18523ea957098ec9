/* output_command - `muster-agent output`: shows what a rank of this pod said last. */
#include "agent/output_command.h"

#include <stdio.h>
#include <unistd.h>

#include "agent/message.h"
#include "agent/output_memory.h"
#include "base/file.h"
#include "base/options.h"

#define PROC "/proc"

/* Returns the exit code. */
static int show(pid_t keeper, uint32_t rank, struct error *error)
{
    CLEAN(text) struct text output = {0};

    if (output_memory_read(PROC, keeper, rank, &output, error))
        return 1;
    if (!file_put(STDOUT_FILENO, output.data, output.size))
        return 0;
    error_errno(error, "cannot write");
    return 1;
}

int output_command(int argc, char **argv)
{
    int64_t keeper = 1;
    const struct option_row rows[] = {
        {"keeper", 0, OPTION_INTEGER, "PID", "process of the keeper (1)", &keeper, 1, INT32_MAX},
    };
    const struct options options = {
        .program = "muster-agent output",
        .operands = "RANK",
        .least_operands = 1,
        .most_operands = 1,
        .summary =
            "Shows the last 64 KiB that the RANK-th rank of this pod, from 0, has written to\n"
            "standard output and standard error, also before it was last started.",
        .details = "Exit codes: 0 shown; 1 it cannot be; 2 wrong usage.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int64_t rank;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return 0;
    if (outcome == 0 && text_integer(argv[first], 0, MESSAGE_RANKS - 1, &rank))
        outcome = error_set(&error, "RANK: '%s' is no number below %d", argv[first], MESSAGE_RANKS);
    if (outcome < 0)
        return options_refuse(&options, &error);
    outcome = show((pid_t)keeper, (uint32_t)rank, &error);
    if (outcome)
        fprintf(stderr, "%s: %s\n", options.program, error.text);
    return outcome;
}
