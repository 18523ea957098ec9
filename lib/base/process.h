/* process - starting a child so that nothing leaks into it and its death is seen. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"

/* One descriptor the child is to have: `from` in this process becomes `to` in the child. */
struct process_descriptor {
    int from;
    int to;
};

struct process_spec {
    const char *const *arguments;                 /* ended by NULL; the first is the program */
    const char *const *environment;               /* ended by NULL; NULL = this process's own */
    const char *directory;                        /* working directory; NULL = this process's own */
    const struct process_descriptor *descriptors; /* 0, 1 and 2 are inherited unless named */
    size_t descriptor_count;                      /* at most PROCESS_DESCRIPTORS */
    bool own_group;                               /* leads a process group of its own */
    int death_signal; /* sent to the child when the calling thread ends; 0 = none */
};

#define PROCESS_DESCRIPTORS 8

/* Starts the program with default signal dispositions, an empty signal mask and no other
 * descriptor. On success returns 0, `*pid` is a child that the caller must reap, and `*pidfd`
 * (close-on-exec, the caller's) becomes readable when it ends. Returns -1 when it cannot be
 * started; a program that is missing or not executable is found here, not in the child. */
int process_start(const struct process_spec *spec, pid_t *pid, int *pidfd, struct error *error);

/* Says in words how a child ended: "exit code 3", "signal 9 (Killed)". `status` is waitpid's. */
void process_status(int status, struct text *out);

#endif
