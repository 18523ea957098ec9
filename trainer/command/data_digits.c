/* data digits - writes synthetic digits as IDX files. */
#include <stdio.h>
#include <stdlib.h>

#include "trainer/command/command.h"
#include "trainer/data/digits_file.h"

#define DIFFICULTY_MOST 3.0

/* Reads a difficulty. Returns 0 or -1. */
static int difficulty_read(const char *text, double *difficulty, struct error *error)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end || !(number >= 0 && number <= DIFFICULTY_MOST))
        return error_set(error, "--difficulty: '%s' is not a number from 0 to 3", text);
    *difficulty = number;
    return 0;
}

int command_data_digits(int argc, char **argv)
{
    struct digits_request request = {.count = 10000};
    const char *difficulty = "1";
    int64_t seed = 1;
    const struct option_row rows[] = {
        {"output",
         'o',
         OPTION_TEXT,
         "PREFIX",
         "begin both file names with it",
         &request.prefix,
         0,
         0},
        {"count", 'n', OPTION_INTEGER, "N", "images (10000)", &request.count, 1, DIGITS_MOST},
        {"seed", 's', OPTION_INTEGER, "S", "which images (1)", &seed, 0, INT64_MAX},
        {"difficulty", 'd', OPTION_TEXT, "D", "0 all alike, 1 usual, up to 3", &difficulty, 0, 0},
        {"force", 'f', OPTION_FLAG, NULL, "replace files that are there", &request.force, 0, 0},
    };
    const struct options options = {
        .program = "muster-trainer data digits",
        .operands = "",
        .summary =
            "Writes labelled images of synthetic digits, 28 x 28 pixels, drawn from strokes:\n"
            "PREFIX-images-idx3-ubyte and PREFIX-labels-idx1-ubyte. Image i of a seed is the\n"
            "same whatever the count.",
        .details = "Exit codes: 0 written; 1 not written; 2 wrong usage.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return LINK_EXIT_DONE;
    if (!outcome && !request.prefix)
        outcome = error_set(&error, "--output is missing");
    if (outcome || difficulty_read(difficulty, &request.difficulty, &error))
        return options_refuse(&options, &error);
    request.seed = (uint64_t)seed;
    if (digits_write(&request, &error))
        return command_fail(options.program, &error, LINK_EXIT_FAILED);
    return LINK_EXIT_DONE;
}
