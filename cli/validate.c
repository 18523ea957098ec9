/* validate - says what is wrong with a manifest, or prints it with every default. */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cli/command.h"
#include "cli/manifest_file.h"

int command_validate(int argc, char **argv)
{
    struct option_list sets = {.count = 0};
    const char *output = "none";
    const struct option_row rows[] = {
        {"set",
         0,
         OPTION_LIST,
         "PATH=VALUE",
         "change the manifest; null removes a key",
         &sets,
         0,
         0},
        {"output", 'o', OPTION_TEXT, "FORMAT", "none, or json: print the job", &output, 0, 0},
    };
    const struct options options = {.program = "muster validate",
                                    .operands = "JOB.yaml",
                                    .least_operands = 1,
                                    .most_operands = 1,
                                    .summary = "Checks a TrainingJob as 'muster run' does. "
                                               "A file named - is standard input.",
                                    .details = "Exit codes: 0 valid; 2 invalid, or wrong usage.",
                                    .rows = rows,
                                    .row_count = sizeof rows / sizeof *rows};
    CLEAN(job) struct job job = {0};
    CLEAN(text) struct text out = {0};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return COMMAND_DONE;
    if (outcome == 0 && strcmp(output, "none") && strcmp(output, "json"))
        outcome = error_set(&error, "--output: '%s' is not one of none, json", output);
    if (outcome < 0)
        return options_refuse(&options, &error);
    outcome = manifest_file_load(argv[first], &sets, &job);
    if (outcome == 0 && !strcmp(output, "json")) {
        job_print(&job, &out);
        printf("%s\n", out.data);
    }
    return outcome;
}
