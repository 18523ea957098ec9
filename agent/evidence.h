/* evidence - what the kernel says a process is doing. */
#ifndef AGENT_EVIDENCE_H
#define AGENT_EVIDENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

#define EVIDENCE_PROC   "/proc"
#define EVIDENCE_CGROUP "/sys/fs/cgroup"

/* Whether the process was stopped, by a signal or a debugger. `proc` is where the kernel's files of
 * processes are. False when that cannot be read. */
bool evidence_stopped(const char *proc, pid_t process);

/* Adds what can be read, "process 71 is T, in do_signal_stop, system call 202": its state as
 * proc(5) names it, the function of the kernel that it waits in, and its system call by number. */
void evidence_add(const char *proc, pid_t process, struct text *out);

/* Adds what the control group of a process has had to do without, "throttled 12 times, 0.8 s; CPU
 * pressure 13.2 %" (of the last ten seconds), as far as it can be read. `cgroup` is where the
 * unified hierarchy is (cgroups(7)). */
void evidence_throttling(const char *proc, const char *cgroup, pid_t process, struct text *out);

#endif
