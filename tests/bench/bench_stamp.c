/* bench_stamp - a rank that trains nothing: it says when it was started and when it was asked to
 * end.
 *
 * bench-stamp FILE appends a line for each, "nanoseconds word rank", to a file that all ranks
 * share. */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define TERMINATED 143 /* as a shell tells of SIGTERM */

/* One write, so that lines of several ranks do not mix. Returns 0 or 1. */
static int say(const char *path, int64_t when, const char *word)
{
    CLEAN_FD int out = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    const char *rank = getenv("RANK");
    char line[128];
    int size = snprintf(line, sizeof line, "%" PRId64 " %s %s\n", when, word, rank ? rank : "0");

    return out < 0 || size >= (int)sizeof line || write(out, line, (size_t)size) != size;
}

int main(int argc, char **argv)
{
    int64_t begun = clock_now();
    sigset_t signals;
    int signal;

    if (argc != 2) {
        fprintf(stderr, "usage: bench-stamp FILE\n");
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (say(argv[1], begun, "start") || sigwait(&signals, &signal) ||
        say(argv[1], clock_now(), "end"))
        return 1;
    return TERMINATED;
}
