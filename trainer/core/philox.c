/* philox - the counter-based generator Philox4x32-10. */
#include "trainer/core/philox.h"

#include <math.h>

#define ROUNDS       10
#define MULTIPLIER_0 0xD2511F53U
#define MULTIPLIER_1 0xCD9E8D57U
#define WEYL_0       0x9E3779B9U /* golden ratio */
#define WEYL_1       0xBB67AE85U /* sqrt(3) - 1 */
#define PI           3.14159265358979323846

struct philox_block philox(struct philox_block counter, uint64_t key)
{
    uint32_t key_0 = (uint32_t)key;
    uint32_t key_1 = (uint32_t)(key >> 32);
    uint32_t *word = counter.word;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t product_0 = (uint64_t)MULTIPLIER_0 * word[0];
        uint64_t product_1 = (uint64_t)MULTIPLIER_1 * word[2];

        word[0] = (uint32_t)(product_1 >> 32) ^ word[1] ^ key_0;
        word[1] = (uint32_t)product_1;
        word[2] = (uint32_t)(product_0 >> 32) ^ word[3] ^ key_1;
        word[3] = (uint32_t)product_0;
        key_0 += WEYL_0;
        key_1 += WEYL_1;
    }
    return counter;
}

struct philox_block philox_at(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct philox_block counter = {
        {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};

    return philox(counter, seed);
}

/* 53 of the 64 bits as a number in [0, 1). */
static double unit(uint32_t high, uint32_t low)
{
    uint64_t bits = (uint64_t)high << 32 | low;

    return (double)(bits >> 11) * 0x1p-53;
}

double philox_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct philox_block block = philox_at(seed, stream, index);

    return unit(block.word[0], block.word[1]);
}

double philox_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct philox_block block = philox_at(seed, stream, index);
    double radius = sqrt(-2 * log(1 - unit(block.word[0], block.word[1])));

    return radius * cos(2 * PI * unit(block.word[2], block.word[3]));
}
