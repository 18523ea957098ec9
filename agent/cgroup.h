/* cgroup - what the kernel says of the memory of a control group, version 2 (Linux,
 * Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files"). */
#ifndef AGENT_CGROUP_H
#define AGENT_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_PROC "/proc"

/* The state of a group's memory. */
struct cgroup_memory {
    int64_t limit;   /* bytes; 0 = none, or the group may swap, so that it is none */
    int64_t held;    /* bytes that cannot be taken back; with a limit only */
    int64_t stalled; /* nanoseconds for which everybody has waited for memory; 0 = not told */
    bool counted;    /* `kills` is known */
    uint64_t kills;  /* processes that the kernel has ended for want of memory */
};

/* Adds the directory, below `root`, of the group that this process is in, as `proc`/self/cgroup has
 * it. Returns 0, or 1 when it is in none of version 2. */
int cgroup_find(const char *proc, const char *root, struct text *directory);

/* Reads the files of a group. What cannot be read or understood counts as absent; without what is
 * held there is no limit. Below half of the limit `held` is all that is used: what could be taken
 * back is then not looked for. */
void cgroup_read(const char *proc, const char *directory, struct cgroup_memory *memory);

/* Asks to be woken up when processes of the group have waited for memory for a twentieth of two
 * seconds (Documentation/accounting/psi.rst). Returns a descriptor, the caller's, on which that is
 * EPOLLPRI; -1 when that is not to be had, as in most containers. */
int cgroup_trigger(const char *directory);

#endif
