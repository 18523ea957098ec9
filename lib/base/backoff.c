/* backoff - exponential, capped, with full jitter. */
#include "base/backoff.h"

#include "base/random.h"

int64_t backoff_fail(struct backoff *backoff)
{
    int64_t bound = backoff->first;

    for (unsigned i = 0; i < backoff->failures && bound < backoff->most; i++)
        bound = bound > backoff->most / 2 ? backoff->most : 2 * bound;
    if (bound > backoff->most)
        bound = backoff->most;
    if (backoff->failures < 63)
        backoff->failures++;
    return (int64_t)random_below(&backoff->random, (uint64_t)bound);
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}
