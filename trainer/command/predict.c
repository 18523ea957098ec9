/* predict - the command: classes of images, from a checkpoint. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "trainer/checkpoint/store.h"
#include "trainer/command/command.h"
#include "trainer/infer/predict.h"

#define PROGRAM "muster-trainer predict"

static void skipped(void *context, const char *path, const char *reason)
{
    (void)context;
    fprintf(stderr, "%s: passing over %s: %s\n", PROGRAM, path, reason);
}

/* Opens `path`, a checkpoint or a directory of checkpoints, whose newest sound one it takes.
 * Returns 0 or -1. */
static int source_open(const char *path, struct checkpoint **checkpoint, struct error *error)
{
    static const struct checkpoint_skip skip = {skipped, NULL};
    CLEAN(text) struct text manifest = {0};
    int outcome;

    text_addf(&manifest, "%s/%s", path, STORE_MANIFEST);
    if (!access(manifest.data, F_OK))
        return checkpoint_open(path, checkpoint, error);
    outcome = checkpoint_newest(path, &skip, checkpoint, error);
    return outcome > 0 ? error_set(error, "there is no checkpoint in %s", path) : outcome;
}

/* Predicts into the file at `path`, or to standard output when it is NULL. Returns 0 or -1. */
static int predict_into(const char *path,
                        const struct predict_request *request,
                        struct predict_summary *summary,
                        struct error *error)
{
    FILE *out = path ? fopen(path, "w") : stdout;
    int outcome;

    if (!out)
        return error_errno(error, "cannot create %s", path);
    outcome = predict_run(request, out, summary, error);
    if (path && fclose(out) && !outcome)
        outcome = error_errno(error, "cannot write %s", path);
    return outcome;
}

static void summary_say(const struct predict_summary *summary)
{
    fprintf(stderr, "%lld images", (long long)summary->samples);
    if (summary->labelled)
        fprintf(stderr,
                ", %lld of %lld right: accuracy %.2f %%",
                (long long)summary->correct,
                (long long)summary->labelled,
                100.0 * (double)summary->correct / (double)summary->labelled);
    fputc('\n', stderr);
}

int command_predict(int argc, char **argv)
{
    struct predict_request request = {0};
    struct predict_summary summary;
    const char *source = NULL;
    const char *output = NULL;
    const struct option_row rows[] = {
        {"checkpoint", 'c', OPTION_TEXT, "DIR", "one, or a directory of them", &source, 0, 0},
        {"data", 'd', OPTION_TEXT, "PREFIX", "how the IDX files begin", &request.data, 0, 0},
        {"probabilities", 'p', OPTION_FLAG, NULL, "write them too", &request.probabilities, 0, 0},
        {"output", 'o', OPTION_TEXT, "FILE", "instead of standard output", &output, 0, 0},
    };
    const struct options options = {
        .program = PROGRAM,
        .operands = "",
        .summary =
            "Writes the class of every image of PREFIX-images-idx3-ubyte, in its order, as\n"
            "comma-separated values. With PREFIX-labels-idx1-ubyte beside it, says how many\n"
            "are right.",
        .details =
            "Exit codes: 0 done; 2 wrong usage; 3 the checkpoint or the data cannot be used.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return LINK_EXIT_DONE;
    if (!outcome && (!source || !request.data))
        outcome = error_set(&error, "--%s is missing", source ? "data" : "checkpoint");
    if (outcome)
        return options_refuse(&options, &error);
    outcome = source_open(source, &request.checkpoint, &error);
    if (!outcome)
        outcome = predict_into(output, &request, &summary, &error);
    checkpoint_free(request.checkpoint);
    if (outcome)
        return command_fail(options.program, &error, LINK_EXIT_INPUT);
    summary_say(&summary);
    return LINK_EXIT_DONE;
}
