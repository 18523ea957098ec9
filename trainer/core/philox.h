/* philox - random numbers by coordinates: no state, no order, no history. Pure.
 *
 * What a number is depends only on (seed, stream, index). So a weight is the same whoever
 * initialises it, and sample i of epoch e is the same in every layout. */
#ifndef TRAINER_PHILOX_H
#define TRAINER_PHILOX_H

#include <stdint.h>

struct philox_block {
    uint32_t word[4];
};

/* Philox4x32 with 10 rounds: 128 random bits of a 128-bit counter under a 64-bit key. A bijection
 * of the counter for every key. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC11. */
struct philox_block philox(struct philox_block counter, uint64_t key);

/* The block at coordinates (seed, stream, index). */
struct philox_block philox_at(uint64_t seed, uint64_t stream, uint64_t index);

/* A number in [0, 1), a multiple of 2^-53. */
double philox_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* A number of the standard normal distribution: Box, Muller, "A note on the generation of random
 * normal deviates", 1958. It goes through log and cos of the C library, so its last bit is the
 * same only where the library is. */
double philox_normal(uint64_t seed, uint64_t stream, uint64_t index);

#endif
