/* backoff - how long to wait before trying again: exponential, capped, with full jitter. Pure. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

/* Zero-initialise `failures` and seed `random` to begin; set `first` and `most` (nanoseconds). */
struct backoff {
    int64_t first;
    int64_t most;
    unsigned failures;
    uint64_t random;
};

/* Counts one more failure and returns the nanoseconds to wait: random in
 * [0, min(most, first x 2^(failures-1))). */
int64_t backoff_fail(struct backoff *backoff);

/* Forgets the failures. */
void backoff_reset(struct backoff *backoff);

#endif
