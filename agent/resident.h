/* resident - how much memory processes hold. */
#ifndef AGENT_RESIDENT_H
#define AGENT_RESIDENT_H

#include <stdint.h>
#include <sys/types.h>

/* The bytes that a process holds and that cannot be taken back: its own and what it shares with
 * others, without files. `proc` is where the kernel's files of processes are. 0 when that cannot be
 * read. */
int64_t resident_process(const char *proc, pid_t process);

/* The same of every process in the group that `leader` leads: data loaders and the like. Memory
 * that they share is counted for each. */
int64_t resident_group(const char *proc, pid_t leader);

#endif
