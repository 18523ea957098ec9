/* sampler - a permutation that is computed, not stored. */
#include "trainer/train/sampler.h"

#include <assert.h>

#include "trainer/core/philox.h"

#define ROUNDS 6
#define DOMAIN 0x53414D50U /* "SAMP": counters that no weight is drawn from */

/* Half the bits that the numbers below `count` need, rounded up; at least 1. */
static unsigned half_bits(uint64_t count)
{
    unsigned half = 1;

    while (half < 31 && count > (uint64_t)1 << (2 * half))
        half++;
    return half;
}

/* Permutes the numbers of 2 x half bits. */
static uint64_t permute(uint64_t value, unsigned half, uint64_t seed, uint64_t epoch)
{
    uint32_t mask = (uint32_t)(((uint64_t)1 << half) - 1);
    uint32_t left = (uint32_t)(value >> half);
    uint32_t right = (uint32_t)value & mask;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct philox_block counter = {
            {right, DOMAIN + round, (uint32_t)epoch, (uint32_t)(epoch >> 32)}};
        uint32_t mixed = left ^ (philox(counter, seed).word[0] & mask);

        left = right;
        right = mixed;
    }
    return (uint64_t)left << half | right;
}

int64_t sampler_at(int64_t count, uint64_t seed, int64_t epoch, int64_t index)
{
    unsigned half = half_bits((uint64_t)count);
    uint64_t value = (uint64_t)index;

    assert(index >= 0 && index < count);
    do
        value = permute(value, half, seed, (uint64_t)epoch);
    while (value >= (uint64_t)count);
    return (int64_t)value;
}
