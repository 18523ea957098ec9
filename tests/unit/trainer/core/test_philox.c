/* Philox: the published vectors, and what is derived from them. */
#include "trainer/core/philox.h"

#include <math.h>
#include <string.h>

#include "support/check.h"

#define DRAWS 200000

/* The known answers of Random123 1.14.0, kat_vectors, philox4x32 10. */
static void the_published_vectors_hold(void)
{
    static const struct {
        struct philox_block counter;
        uint64_t key;
        struct philox_block answer;
    } rows[] = {
        {{{0, 0, 0, 0}}, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
        {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
         0xffffffffffffffff,
         {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
        {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
         0x299f31d0a4093822,
         {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct philox_block block = philox(rows[i].counter, rows[i].key);

        CU_ASSERT(memcmp(&block, &rows[i].answer, sizeof block) == 0);
    }
}

static void every_coordinate_matters(void)
{
    double base = philox_uniform(1, 2, 3);

    CU_ASSERT(philox_uniform(1, 2, 3) == base);
    CU_ASSERT(philox_uniform(2, 2, 3) != base);
    CU_ASSERT(philox_uniform(1 + (1ULL << 32), 2, 3) != base);
    CU_ASSERT(philox_uniform(1, 3, 3) != base);
    CU_ASSERT(philox_uniform(1, 2 + (1ULL << 32), 3) != base);
    CU_ASSERT(philox_uniform(1, 2, 4) != base);
    CU_ASSERT(philox_uniform(1, 2, 3 + (1ULL << 32)) != base);
}

static void uniform_numbers_fill_the_unit_interval(void)
{
    double sum = 0;
    double square = 0;

    for (uint64_t i = 0; i < DRAWS; i++) {
        double value = philox_uniform(7, 0, i);

        CU_ASSERT(value >= 0 && value < 1);
        sum += value;
        square += value * value;
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / DRAWS, 0.5, 0.004);
    CU_ASSERT_DOUBLE_EQUAL(square / DRAWS, 1.0 / 3, 0.004);
}

static void normal_numbers_have_the_normal_moments(void)
{
    double moment[5] = {0};

    for (uint64_t i = 0; i < DRAWS; i++) {
        double value = philox_normal(7, 1, i);

        CU_ASSERT(isfinite(value));
        for (int k = 1; k <= 4; k++)
            moment[k] += pow(value, k) / DRAWS;
    }
    CU_ASSERT_DOUBLE_EQUAL(moment[1], 0, 0.012);
    CU_ASSERT_DOUBLE_EQUAL(moment[2], 1, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(moment[3], 0, 0.05);
    CU_ASSERT_DOUBLE_EQUAL(moment[4], 3, 0.15);
}

SUITE("trainer core philox",
      {"the published vectors hold", the_published_vectors_hold},
      {"every coordinate matters", every_coordinate_matters},
      {"uniform numbers fill the unit interval", uniform_numbers_fill_the_unit_interval},
      {"normal numbers have the normal moments", normal_numbers_have_the_normal_moments})
