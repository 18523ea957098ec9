/* verify - reads every byte of checkpoints and compares the checksums. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/store.h"
#include "trainer/command/command.h"

/* Checks one checkpoint and says what it found. Returns 0, or 1 when it is damaged. */
static int one_verify(const char *path)
{
    struct checkpoint *checkpoint = NULL;
    struct error error;
    int outcome = checkpoint_open(path, &checkpoint, &error);

    if (!outcome)
        outcome = checkpoint_verify(checkpoint, &error);
    if (outcome)
        printf("damaged  %s  %s\n", path, error.text);
    else
        printf("sound    %s  %lld steps\n", path, (long long)checkpoint_facts(checkpoint)->id.step);
    checkpoint_free(checkpoint);
    return outcome != 0;
}

/* Checks every checkpoint below a directory. Returns the exit code. */
static int all_verify(const char *program, const char *directory)
{
    CLEAN(store) struct store_list list = {0};
    struct error error;
    size_t checked = 0;
    int damaged = 0;
    int outcome = store_list(directory, &list, &error);

    if (outcome > 0)
        error_set(&error, "there is no directory %s", directory);
    if (outcome)
        return command_fail(program, &error, LINK_EXIT_FAILED);
    for (size_t i = 0; i < list.count; i++) {
        CLEAN(text) struct text path = {0};

        if (list.entries[i].temporary)
            continue;
        store_path(directory, &list.entries[i], &path);
        damaged |= one_verify(path.data);
        checked++;
    }
    if (checked)
        return damaged ? LINK_EXIT_FAILED : LINK_EXIT_DONE;
    error_set(&error, "there is no checkpoint in %s", directory);
    return command_fail(program, &error, LINK_EXIT_FAILED);
}

int command_verify(int argc, char **argv)
{
    const struct options options = {
        .program = "muster-trainer verify",
        .operands = "DIRECTORY",
        .least_operands = 1,
        .most_operands = 1,
        .summary = "Reads every byte of a checkpoint, or of all checkpoints in a directory, and\n"
                   "compares the checksums. Prints a line for each, the newest first.",
        .details =
            "Exit codes: 0 all are sound; 1 one is damaged, or there is none; 2 wrong usage."};
    CLEAN(text) struct text manifest = {0};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return LINK_EXIT_DONE;
    if (outcome < 0)
        return options_refuse(&options, &error);
    text_addf(&manifest, "%s/%s", argv[first], STORE_MANIFEST);
    if (access(manifest.data, F_OK))
        return all_verify(options.program, argv[first]);
    return one_verify(argv[first]) ? LINK_EXIT_FAILED : LINK_EXIT_DONE;
}
