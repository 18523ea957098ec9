/* sampler - in which order the samples of an epoch are visited. Pure.
 *
 * The order is a permutation that is computed, not stored: the state of a run is one cursor, and a
 * restart with another number of ranks neither skips nor repeats a sample. */
#ifndef TRAINER_SAMPLER_H
#define TRAINER_SAMPLER_H

#include <stdint.h>

/* Which of `count` samples (1 .. 2^62) is number `index` of epoch `epoch`. For every seed and epoch
 * this is a permutation of 0 .. count - 1. A Feistel network (Luby, Rackoff, "How to construct
 * pseudorandom permutations", 1988) with Philox as its round function permutes the next power of
 * four; cycle walking (Black, Rogaway, "Ciphers with arbitrary finite domains", 2002) brings it
 * back into the range. */
int64_t sampler_at(int64_t count, uint64_t seed, int64_t epoch, int64_t index);

#endif
