/* gaps - recent times between two events of a kind, and how long they hardly ever are. Pure. */
#ifndef AGENT_GAPS_H
#define AGENT_GAPS_H

#include <stdint.h>

#define GAPS_KEPT                                                                                  \
    128 /* so that the 99th of 100 is the second longest: one outlier does not count */

/* Zero-initialise to begin. Nanoseconds. */
struct gaps {
    int64_t items[GAPS_KEPT]; /* ring of the newest */
    uint32_t count;
    uint32_t next;
};

/* Takes one more; the oldest is forgotten when all places are taken. */
void gaps_add(struct gaps *gaps, int64_t gap);

/* The smallest gap that at least 99 of 100 do not exceed (nearest rank); 0 when there is none. */
int64_t gaps_p99(const struct gaps *gaps);

#endif
