/* world_alone - the world of a trainer that nobody started for a job: one rank, no peers.
 *
 * Its place has attempt 0: nobody numbers attempts here (see train/restore.h). */
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "trainer/world.h"

struct alone {
    struct world world;
    int signals; /* signalfd; -1 = signals keep their default effect */
    bool draining;
    sigset_t before; /* the caller's signal mask */
};

static int alone_join(struct world *world,
                      struct comm *old,
                      struct comm **comm,
                      struct world_place *place,
                      struct error *error)
{
    (void)world;
    (void)error;
    comm_free(old);
    *comm = comm_self_new();
    *place = (struct world_place){.size = 1, .restore = WORLD_NO_STATE};
    return 0;
}

static void alone_progress(struct world *world, const struct world_progress *progress)
{
    (void)world;
    (void)progress;
}

static void alone_computed(struct world *world, int64_t nanoseconds, int64_t micro_batches)
{
    (void)world;
    (void)nanoseconds;
    (void)micro_batches;
}

static void alone_restored(struct world *world)
{
    (void)world;
}

static void alone_saved(struct world *world, int64_t step, const char *reason)
{
    (void)world;
    (void)step;
    (void)reason;
}

/* The first signal is a wish; from then on signals have their old effect, so that a second one
 * ends a trainer that takes too long. */
static enum link_drain alone_draining(struct world *world)
{
    struct alone *alone = (struct alone *)world;
    struct signalfd_siginfo signal;

    if (!alone->draining && alone->signals >= 0 &&
        read(alone->signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
        alone->draining = true;
        pthread_sigmask(SIG_SETMASK, &alone->before, NULL);
    }
    return alone->draining ? LINK_DRAIN_STOP : LINK_DRAIN_NOT;
}

static bool alone_over(struct world *world)
{
    (void)world;
    return false;
}

static int alone_finish(struct world *world, bool stopped, const char *result, struct error *error)
{
    (void)world;
    (void)stopped;
    (void)result;
    (void)error;
    return WORLD_LEAVE;
}

static void alone_failed(struct world *world, int code, const char *reason)
{
    (void)world;
    (void)code;
    (void)reason;
}

static void alone_free(struct world *world)
{
    struct alone *alone = (struct alone *)world;

    if (alone->signals >= 0) {
        close(alone->signals);
        pthread_sigmask(SIG_SETMASK, &alone->before, NULL);
    }
    free(alone);
}

struct world *world_alone_new(void)
{
    static const struct world_table table = {.join = alone_join,
                                             .progress = alone_progress,
                                             .computed = alone_computed,
                                             .restored = alone_restored,
                                             .saved = alone_saved,
                                             .draining = alone_draining,
                                             .over = alone_over,
                                             .finish = alone_finish,
                                             .failed = alone_failed,
                                             .free = alone_free};
    struct alone *alone = memory_get(1, sizeof *alone);
    sigset_t stop;

    alone->world.table = &table;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    alone->signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
    if (alone->signals >= 0)
        pthread_sigmask(SIG_BLOCK, &stop, &alone->before);
    return &alone->world;
}
