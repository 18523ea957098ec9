/* signals - a signalfd in the loop. */
#include "base/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"

int signals_open(struct loop *loop, struct watch *watch, const int *numbers, struct error *error)
{
    CLEAN_FD int descriptor = -1;
    sigset_t taken;

    sigemptyset(&taken);
    for (; *numbers; numbers++)
        sigaddset(&taken, *numbers);
    pthread_sigmask(SIG_BLOCK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN);
    descriptor = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor < 0)
        return error_errno(error, "cannot watch signals");
    if (loop_add(loop, watch, descriptor, EPOLLIN, error))
        return -1;
    TAKE_FD(descriptor);
    return 0;
}

int signals_next(const struct watch *watch)
{
    struct signalfd_siginfo signal;

    return read(watch->descriptor, &signal, sizeof signal) == (ssize_t)sizeof signal
               ? (int)signal.ssi_signo
               : 0;
}

void signals_done(struct loop *loop, struct watch *watch)
{
    loop_remove(loop, watch);
    close(watch->descriptor);
    watch->descriptor = -1;
}
