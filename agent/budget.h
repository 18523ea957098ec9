/* budget - so many events in so long a time, and no more. Pure. */
#ifndef AGENT_BUDGET_H
#define AGENT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_MOST 1000

/* Set `count` and `window` (nanoseconds) to begin, the rest to zero. */
struct budget {
    uint32_t count;
    int64_t window;
    int64_t times[BUDGET_MOST]; /* ring of the newest events */
    uint32_t used;
    uint32_t next;
};

/* Counts one event at `now`. Returns whether it is still within the budget: at most `count` events
 * in the last `window`. */
bool budget_spend(struct budget *budget, int64_t now);

#endif
