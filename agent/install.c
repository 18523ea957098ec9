/* install - copies the agent's program to where another container finds it. */
#include "agent/install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"

#define SELF  "/proc/self/exe"
#define CHUNK 65536

/* Copies everything that `from` holds. Returns 0, or -1 with errno. */
static int copy(int from, int to)
{
    char bytes[CHUNK];
    ssize_t got;

    while ((got = read(from, bytes, sizeof bytes))) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0 && file_put(to, bytes, (size_t)got))
            return -1;
    }
    return 0;
}

/* Makes `path` a copy of `source`. Its mode comes last: nobody runs a part. */
static int copy_make(const char *source, const char *path, struct error *error)
{
    CLEAN_FD int from = open(source, O_RDONLY | O_CLOEXEC);
    CLEAN_FD int to = -1;

    if (from < 0)
        return error_errno(error, "cannot open %s", source);
    unlink(path); /* of one that was ended on its way */
    to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        return error_errno(error, "cannot create %s", path);
    if (copy(from, to) || fchmod(to, 0555))
        return error_errno(error, "cannot write %s", path);
    return 0;
}

int install_program(const char *source, const char *path, struct error *error)
{
    CLEAN(text) struct text temporary = {0};
    int outcome;

    text_addf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    outcome = copy_make(source, temporary.data, error);
    if (outcome == 0 && rename(temporary.data, path))
        outcome = error_errno(error, "cannot rename %s to %s", temporary.data, path);
    if (outcome)
        unlink(temporary.data);
    return outcome;
}

int install_command(int argc, char **argv)
{
    const struct options options = {
        .program = "muster-agent install",
        .operands = "PATH",
        .least_operands = 1,
        .most_operands = 1,
        .summary = "Copies this program to PATH, for a container whose image does not hold it.",
        .details = "Exit codes: 0 installed; 1 it cannot; 2 wrong usage."};
    struct error error;
    int first;
    int outcome = options_read(&options, argc, argv, &first, &error);

    if (outcome > 0)
        return 0;
    if (outcome < 0)
        return options_refuse(&options, &error);
    if (install_program(SELF, argv[first], &error) == 0)
        return 0;
    fprintf(stderr, "%s: %s\n", options.program, error.text);
    return 1;
}
