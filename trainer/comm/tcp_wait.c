/* tcp_wait - poll() with a deadline and a watch. */
#include "trainer/comm/tcp_wait.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "base/clock.h"

/* Somebody else reads the watched descriptor. While it stays readable for another reason than a
 * revoked generation, it is not polled and the question is asked this often instead. */
#define ASK CLOCK_MS(10)

int tcp_revoked(const struct comm_watch *watch)
{
    return watch->revoked && watch->revoked(watch->context);
}

/* Nanoseconds as milliseconds for poll(), rounded up. */
static int poll_time(int64_t left)
{
    int64_t milliseconds = left / CLOCK_MS(1) + 1;

    return milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;
}

int tcp_wait(struct pollfd *polls,
             size_t count,
             const struct comm_watch *watch,
             int64_t deadline,
             struct error *error)
{
    bool deaf = false;

    for (;;) {
        int64_t left = deadline - clock_now();
        int ready;

        if (tcp_revoked(watch))
            return TCP_WAIT_REVOKED;
        if (left <= 0)
            return TCP_WAIT_LATE;
        if (deaf && left > ASK)
            left = ASK;
        polls[0] = (struct pollfd){.fd = deaf ? -1 : watch->descriptor, .events = POLLIN};
        ready = poll(polls, count, poll_time(left));
        if (ready < 0 && errno != EINTR)
            return error_errno(error, "cannot wait for sockets");
        deaf = ready > 0 && polls[0].revents;
        if (ready > deaf)
            return 0;
    }
}
