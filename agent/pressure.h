/* pressure - whether the memory of a pod is about to run out, and which rank takes it. Pure.
 *
 * When a pod is out of memory the kernel can end all of it at once: ranks, agent and keeper. So the
 * rank that grows is ended before. Nobody is ended for being large: a job may fill its pod as far
 * as it likes, as long as it stays there.
 *
 * Looks are kept for PRESSURE_SPAN. A rank is named when less than a twentieth of the limit is left
 * and the pod holds more than it ever did in that time, so much that
 * - the rest will be gone within a second, at the pace of that time, or within a quarter of a
 *   second, at the pace since the last look; or
 * - the rest will be gone within five seconds, and everybody has waited for memory for a fifth of
 *   the time since the last look; or
 * - the rest is less than 1/256 of the limit, and the growth more than 1/4096.
 * It is the one that has grown most, provided that the ranks are the cause of more than half of the
 * growth: then no two agents that share a limit each name a rank of theirs. */
#ifndef AGENT_PRESSURE_H
#define AGENT_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/message.h"

#define PRESSURE_SPAN     INT64_C(5000000000)
#define PRESSURE_MARKS    7                   /* of a second each: the span and some */
#define PRESSURE_PATIENCE INT64_C(2000000000) /* for the memory of who was ended to come back */

/* What a rank holds, with what it has started. */
struct pressure_rank {
    int32_t process;  /* 0 = none */
    int64_t resident; /* bytes */
};

/* One look at a pod. Memory in bytes. */
struct pressure_look {
    int64_t limit;   /* above 0 */
    int64_t held;    /* of that, what cannot be taken back */
    int64_t stalled; /* nanoseconds for which everybody has waited for memory, ever; 0 = not told */
    uint32_t count;
    struct pressure_rank ranks[MESSAGE_RANKS];
};

/* Who is to be ended. */
struct pressure_verdict {
    uint32_t rank;
    int64_t resident;
    int64_t growth;
};

/* The most of each that was seen within a second. */
struct pressure_mark {
    int64_t time;    /* that it began */
    int64_t reached; /* when `held` was */
    int64_t held;
    int64_t resident[MESSAGE_RANKS];
};

/* Zero-initialise to begin. */
struct pressure {
    struct pressure_mark marks[PRESSURE_MARKS]; /* oldest first */
    uint32_t mark_count;
    struct pressure_look last;
    int64_t looked; /* when; 0 = never */
    int64_t struck; /* when a rank was named; 0 = never, or long ago */
    bool counted;
    uint64_t kills; /* as told last */
    uint64_t untold;
    int64_t killed; /* when the number was seen to grow */
};

/* Takes a look. Returns whether a rank is to be ended, and which in `verdict`. After a verdict the
 * next is not before PRESSURE_PATIENCE, and what was seen until then is forgotten. */
bool pressure_take(struct pressure *pressure,
                   const struct pressure_look *look,
                   int64_t now,
                   struct pressure_verdict *verdict);

/* When the next look is due after one at `now`: the sooner, the less is left. */
int64_t pressure_due(const struct pressure *pressure, int64_t now);

/* How many processes of the pod the kernel has ended for want of memory so far. What is told first
 * was before this time. */
void pressure_kills(struct pressure *pressure, uint64_t kills, int64_t now);

/* Whether a rank that was just killed is one of these. Each of them stands for one rank, and for
 * none that dies more than two seconds later. */
bool pressure_killed(struct pressure *pressure, int64_t now);

#endif
