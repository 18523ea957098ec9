/* random - a small generator whose state the caller owns, for everything that must replay from a
 * seed. Pure. For identities and secrets see entropy.h. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* Returns the next number of the sequence that `*state` stands in and advances it.
 * SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
uint64_t random_next(uint64_t *state);

/* Returns a number in [0, limit), or 0 when limit is 0. The bias is below limit / 2^64. */
uint64_t random_below(uint64_t *state, uint64_t limit);

#endif
