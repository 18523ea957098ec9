/* The sampler: a permutation for every size, another for every seed and epoch, and well mixed. */
#include "trainer/train/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "support/numbers.h"

/* Counts the numbers below `count` that come exactly once. */
static int64_t once_count(int64_t count, uint64_t seed, int64_t epoch)
{
    unsigned char *seen = memory_get((size_t)count, 1);
    int64_t once = 0;

    for (int64_t i = 0; i < count; i++) {
        int64_t sample = sampler_at(count, seed, epoch, i);

        if (sample >= 0 && sample < count && !seen[sample]++)
            once++;
    }
    free(seen);
    return once;
}

static void every_size_is_permuted(void)
{
    uint64_t random = check_seed();

    for (int64_t count = 1; count <= 300; count++)
        CU_ASSERT(once_count(count, random, count % 7) == count);
    for (int i = 0; i < 10; i++) {
        int64_t count = numbers_between(&random, 300, 70000);

        CU_ASSERT(once_count(count, random, i) == count);
    }
    CU_ASSERT(once_count(1 << 16, random, 3) == 1 << 16);
    CU_ASSERT(once_count((1 << 16) + 1, random, 3) == (1 << 16) + 1);
}

static void huge_sizes_stay_in_range_and_do_not_meet(void)
{
    const int64_t count = (int64_t)1 << 62;
    int64_t found[64];

    for (int64_t i = 0; i < 64; i++) {
        found[i] = sampler_at(count, 1, 1, i);
        CU_ASSERT(found[i] >= 0 && found[i] < count);
        for (int64_t k = 0; k < i; k++)
            CU_ASSERT(found[i] != found[k]);
    }
}

static int64_t same_count(uint64_t seed, int64_t epoch)
{
    int64_t same = 0;

    for (int64_t i = 0; i < 1000; i++)
        same += sampler_at(1000, 7, 1, i) == sampler_at(1000, seed, epoch, i);
    return same;
}

/* Two independent permutations agree in about one place. */
static void seed_and_epoch_choose_the_permutation(void)
{
    CU_ASSERT(same_count(7, 1) == 1000);
    CU_ASSERT(same_count(7, 2) < 10);
    CU_ASSERT(same_count(8, 1) < 10);
    CU_ASSERT(same_count(7 + (1ULL << 32), 1) < 10);
}

/* Every tenth of an epoch holds about a tenth of every tenth of the samples. */
static void an_epoch_is_well_mixed(void)
{
    int cells[10][10] = {{0}};

    for (int64_t i = 0; i < 50000; i++)
        cells[i / 5000][sampler_at(50000, 3, 0, i) / 5000]++;
    for (int i = 0; i < 100; i++)
        CU_ASSERT(abs(cells[i / 10][i % 10] - 500) < 120);
}

SUITE("trainer train sampler",
      {"every size is permuted", every_size_is_permuted},
      {"huge sizes stay in range and do not meet", huge_sizes_stay_in_range_and_do_not_meet},
      {"seed and epoch choose the permutation", seed_and_epoch_choose_the_permutation},
      {"an epoch is well mixed", an_epoch_is_well_mixed})
