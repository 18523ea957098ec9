/* probe - a program that watches the accelerators of a pod, and what it says (agent/health.h).
 *
 * It is started again whenever it ends, after a pause that grows; what it does never stops anything
 * else. Its standard input is empty, its standard error the agent's. */
#ifndef AGENT_PROBE_H
#define AGENT_PROBE_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/health.h"
#include "agent/lines.h"
#include "base/backoff.h"
#include "base/log.h"
#include "base/loop.h"

struct probe {
    struct loop *loop;
    const struct log *log;
    const char *program;            /* a path; its only argument is its name */
    const char *const *environment; /* ended by NULL; NULL = the agent's own */
    void (*heard)(void *context, const struct health_event *event);
    void *context;

    pid_t process;       /* 0 = none */
    struct watch end;    /* pidfd */
    struct watch output; /* its standard output; descriptor -1 = closed */
    struct lines lines;
    int64_t started;
    struct timer timer; /* for the next start */
    struct backoff pause;
    bool told; /* that a line of this process was no event */
};

/* Starts the program. The fields above the empty line are set by the caller, the others zero. When
 * it cannot be started, that is tried again. probe_close is owed. */
void probe_open(struct probe *probe);

/* Ends the program. */
void probe_close(struct probe *probe);

#endif
