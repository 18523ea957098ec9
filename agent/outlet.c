/* outlet - a standard stream of this program, written without ever waiting for its reader. */
#include "agent/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens anew what the descriptor leads to: whether a write waits is said of what was opened, which
 * other programs may share. Files never let a write wait, and sockets cannot be opened. Returns a
 * descriptor, or -1 when that is not to be had. */
static int open_anew(int descriptor)
{
    char path[32];
    struct stat status;

    if (fstat(descriptor, &status) || (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)))
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Writes at most a pipe's whole piece, which ends with a line where it can. Returns as write. */
static ssize_t piece_write(const struct outlet *outlet)
{
    const char *from = outlet->kept.data + outlet->written;
    size_t size = outlet_kept(outlet);
    struct pollfd ready = {.fd = outlet->descriptor, .events = POLLOUT};
    const char *end;

    if (size > PIPE_BUF) {
        end = memrchr(from, '\n', PIPE_BUF);
        size = end ? (size_t)(end - from) + 1 : PIPE_BUF;
    }
    if (outlet->patient && poll(&ready, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(outlet->descriptor, from, size);
}

static void wait_begin(struct outlet *outlet)
{
    if (outlet->waiting)
        return;
    if (loop_add(outlet->loop, &outlet->watch, outlet->descriptor, EPOLLOUT, NULL) == 0)
        outlet->waiting = true;
    else
        outlet->lost = true;
}

static void wait_end(struct outlet *outlet)
{
    if (outlet->waiting)
        loop_remove(outlet->loop, &outlet->watch);
    outlet->waiting = false;
}

static void kept_drop(struct outlet *outlet)
{
    text_clear(&outlet->kept);
    outlet->written = 0;
    wait_end(outlet);
}

/* Writes what the reader takes. */
static void flush(struct outlet *outlet)
{
    while (!outlet->lost && outlet_kept(outlet)) {
        ssize_t written = piece_write(outlet);

        if (written >= 0)
            outlet->written += (size_t)written;
        else if (errno == EAGAIN) {
            wait_begin(outlet);
            if (outlet->waiting)
                return;
        } else if (errno != EINTR)
            outlet->lost = true;
    }
    kept_drop(outlet);
}

static void on_room(void *context, uint32_t events)
{
    struct outlet *outlet = context;

    (void)events;
    flush(outlet);
    outlet->taken(outlet->context);
}

int outlet_open(struct outlet *outlet, struct loop *loop, int descriptor, struct error *error)
{
    int own = open_anew(descriptor);

    outlet->patient = own < 0;
    if (own < 0)
        own = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (own < 0)
        return error_errno(error, "cannot keep descriptor %d", descriptor);
    outlet->loop = loop;
    outlet->descriptor = own;
    outlet->waiting = outlet->lost = false;
    outlet->kept = (struct text){0};
    outlet->written = 0;
    outlet->watch = (struct watch){.call = on_room, .context = outlet};
    return 0;
}

void outlet_close(struct outlet *outlet)
{
    wait_end(outlet);
    close(outlet->descriptor);
    text_done(&outlet->kept);
}

void outlet_put(struct outlet *outlet, const void *bytes, size_t size)
{
    if (outlet->lost)
        return;
    if (outlet->written > outlet->kept.size / 2) { /* what was written makes room */
        memmove(outlet->kept.data, outlet->kept.data + outlet->written, outlet_kept(outlet));
        text_cut(&outlet->kept, outlet_kept(outlet));
        outlet->written = 0;
    }
    text_add_bytes(&outlet->kept, bytes, size);
    if (!outlet->waiting)
        flush(outlet);
}

size_t outlet_kept(const struct outlet *outlet)
{
    return outlet->kept.size - outlet->written;
}
