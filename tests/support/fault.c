/* fault - wrappers around allocation and system calls that fail on demand. */
#include "support/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static _Thread_local int armed_kind;
static _Thread_local int calls_left;
static _Thread_local int fired;
static _Thread_local int deadly;
static _Thread_local int spared; /* depth of calls that abort rather than fail */

void fault_arm(enum fault_kind kind, int k)
{
    armed_kind = (int)kind;
    calls_left = k;
    fired = 0;
    deadly = 0;
}

void fault_arm_exit(enum fault_kind kind, int k)
{
    fault_arm(kind, k);
    deadly = 1;
}

int fault_disarm(void)
{
    armed_kind = 0;
    return fired;
}

/* Whether calls of that kind are counted here. */
static int fault_counts(enum fault_kind kind)
{
    if (kind == FAULT_MEMORY && armed_kind & FAULT_TRIES)
        return !spared;
    return armed_kind & (int)kind;
}

static int fault_due(enum fault_kind kind)
{
    if (!fault_counts(kind) || --calls_left)
        return 0;
    if (deadly)
        _exit(FAULT_EXIT);
    fired = 1;
    errno = kind == FAULT_MEMORY ? ENOMEM : EIO;
    return 1;
}

/* WRAP(kind, failure value, return type, name, (parameters), (arguments)) */
#define WRAP(kind, failure, type, name, parameters, arguments)                                     \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        if (fault_due(kind))                                                                       \
            return failure;                                                                        \
        return __real_##name arguments;                                                            \
    }

/* memory and files */

WRAP(FAULT_MEMORY, NULL, void *, malloc, (size_t size), (size))
WRAP(FAULT_MEMORY, NULL, void *, calloc, (size_t count, size_t size), (count, size))
WRAP(FAULT_MEMORY, NULL, void *, realloc, (void *memory, size_t size), (memory, size))
WRAP(FAULT_MEMORY, NULL, void *, aligned_alloc, (size_t at, size_t size), (at, size))
WRAP(FAULT_MEMORY, NULL, char *, strdup, (const char *text), (text))
WRAP(FAULT_SYSTEM, -1, ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP(FAULT_SYSTEM, -1, ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(FAULT_SYSTEM, -1, ssize_t, pread, (int fd, void *d, size_t n, off_t at), (fd, d, n, at))
WRAP(FAULT_SYSTEM, -1, ssize_t, pwrite, (int fd, const void *d, size_t n, off_t at), (fd, d, n, at))
WRAP(FAULT_SYSTEM, -1, int, fsync, (int fd), (fd))
WRAP(FAULT_SYSTEM, -1, int, rename, (const char *from, const char *to), (from, to))
WRAP(FAULT_SYSTEM,
     -1,
     int,
     renameat2,
     (int old, const char *from, int new, const char *to, unsigned flags),
     (old, from, new, to, flags))
WRAP(FAULT_SYSTEM, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(FAULT_SYSTEM, -1, int, unlink, (const char *path), (path))
WRAP(FAULT_SYSTEM, -1, int, remove, (const char *path), (path))
WRAP(FAULT_SYSTEM, -1, int, stat, (const char *path, struct stat *status), (path, status))
WRAP(FAULT_SYSTEM, -1, int, fstat, (int fd, struct stat *status), (fd, status))
WRAP(FAULT_SYSTEM, NULL, DIR *, opendir, (const char *path), (path))
WRAP(FAULT_SYSTEM, NULL, struct dirent *, readdir, (DIR * directory), (directory))
WRAP(FAULT_SYSTEM, -1, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(FAULT_SYSTEM,
     MAP_FAILED,
     void *,
     mmap,
     (void *at, size_t size, int access, int flags, int fd, off_t offset),
     (at, size, access, flags, fd, offset))
WRAP(FAULT_SYSTEM, -1, int, memfd_create, (const char *name, unsigned flags), (name, flags))

/* These abort when there is no memory: FAULT_TRIES does not count what they call. */

void *__real_memory_get(size_t count, size_t size);
void *__wrap_memory_get(size_t count, size_t size);
void *__wrap_memory_get(size_t count, size_t size)
{
    void *memory;

    spared++;
    memory = __real_memory_get(count, size);
    spared--;
    return memory;
}

char *__real_memory_text(const char *text);
char *__wrap_memory_text(const char *text);
char *__wrap_memory_text(const char *text)
{
    char *copy;

    spared++;
    copy = __real_memory_text(text);
    spared--;
    return copy;
}

void __real_memory_grow(void *array, size_t *capacity, size_t needed, size_t size);
void __wrap_memory_grow(void *array, size_t *capacity, size_t needed, size_t size);
void __wrap_memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    spared++;
    __real_memory_grow(array, capacity, needed, size);
    spared--;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fault_due(FAULT_SYSTEM))
        return -1;
    return __real_open(path, flags, mode);
}

/* sockets and processes */

WRAP(FAULT_SYSTEM, -1, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(FAULT_SYSTEM, -1, int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(FAULT_SYSTEM, -1, int, listen, (int fd, int backlog), (fd, backlog))
WRAP(FAULT_SYSTEM, -1, int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(FAULT_SYSTEM,
     -1,
     int,
     accept4,
     (int fd, struct sockaddr *address, socklen_t *size, int flags),
     (fd, address, size, flags))
WRAP(FAULT_SYSTEM,
     -1,
     int,
     getsockopt,
     (int fd, int level, int name, void *value, socklen_t *size),
     (fd, level, name, value, size))
WRAP(FAULT_SYSTEM,
     -1,
     ssize_t,
     send,
     (int fd, const void *d, size_t n, int flags),
     (fd, d, n, flags))
WRAP(FAULT_SYSTEM, -1, ssize_t, recv, (int fd, void *d, size_t n, int flags), (fd, d, n, flags))
WRAP(
    FAULT_SYSTEM, -1, ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
WRAP(FAULT_SYSTEM, -1, ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags))
WRAP(FAULT_SYSTEM, -1, int, poll, (struct pollfd * fds, nfds_t n, int timeout), (fds, n, timeout))
WRAP(FAULT_SYSTEM, -1, int, epoll_create1, (int flags), (flags))
WRAP(FAULT_SYSTEM,
     -1,
     int,
     epoll_ctl,
     (int epoll, int operation, int fd, struct epoll_event *event),
     (epoll, operation, fd, event))
WRAP(FAULT_SYSTEM, -1, int, timerfd_create, (int clock, int flags), (clock, flags))
WRAP(FAULT_SYSTEM,
     -1,
     int,
     signalfd,
     (int fd, const sigset_t *signals, int flags),
     (fd, signals, flags))
WRAP(FAULT_SYSTEM, -1, int, pipe2, (int *ends, int flags), (ends, flags))
WRAP(FAULT_SYSTEM, -1, pid_t, fork, (void), ())
