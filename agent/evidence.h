/* evidence - what the kernel says a process is doing. */
#ifndef AGENT_EVIDENCE_H
#define AGENT_EVIDENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

#define EVIDENCE_PROC "/proc"

/* Whether the process was stopped, by a signal or a debugger. `proc` is where the kernel's files of
 * processes are. False when that cannot be read. */
bool evidence_stopped(const char *proc, pid_t process);

/* Adds what can be read, "process 71 is T, in do_signal_stop, system call 202": its state as
 * proc(5) names it, the function of the kernel that it waits in, and its system call by number. */
void evidence_add(const char *proc, pid_t process, struct text *out);

#endif
