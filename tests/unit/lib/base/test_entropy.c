/* Entropy: every byte is filled, and no two fills are equal. */
#include "base/entropy.h"

#include <string.h>

#include "support/check.h"

static void every_byte_is_filled(void)
{
    unsigned char seen[100] = {0};
    unsigned char bytes[100];

    for (int i = 0; i < 20; i++) {
        entropy_fill(bytes, sizeof bytes);
        for (size_t k = 0; k < sizeof bytes; k++)
            seen[k] |= bytes[k];
    }
    for (size_t k = 0; k < sizeof seen; k++)
        CU_ASSERT(seen[k] != 0); /* by chance once in 2^160 */
}

static void no_two_fills_are_equal(void)
{
    unsigned char first[16];
    unsigned char second[16];

    entropy_fill(first, sizeof first);
    entropy_fill(second, sizeof second);
    CU_ASSERT(memcmp(first, second, sizeof first) != 0);
}

static void nothing_is_written_beyond_the_end(void)
{
    unsigned char bytes[8] = {0};

    entropy_fill(bytes, 4);
    entropy_fill(bytes + 7, 0);
    CU_ASSERT(!memcmp(bytes + 4, "\0\0\0\0", 4));
}

SUITE("base entropy",
      {"every byte is filled", every_byte_is_filled},
      {"no two fills are equal", no_two_fills_are_equal},
      {"nothing is written beyond the end", nothing_is_written_beyond_the_end})
