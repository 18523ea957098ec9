/* Integers in byte arrays: the order of bytes is fixed, and every value comes back. */
#include "base/bytes.h"

#include <string.h>

#include "base/random.h"
#include "support/check.h"

static void the_lowest_byte_comes_first(void)
{
    unsigned char bytes[9] = {0};

    bytes_put32(bytes + 1, 0x04030201);
    CU_ASSERT(!memcmp(bytes + 1, "\1\2\3\4\0", 5));
    bytes_put64(bytes + 1, 0x0807060504030201);
    CU_ASSERT(!memcmp(bytes + 1, "\1\2\3\4\5\6\7\10", 8) && !bytes[0]);
}

static void every_value_comes_back(void)
{
    unsigned char bytes[9];
    uint64_t random = check_seed();

    for (int i = 0; i < 1000; i++) {
        uint64_t value = random_next(&random);

        bytes_put64(bytes + 1, value);
        CU_ASSERT(bytes_get64(bytes + 1) == value && bytes_get32(bytes + 1) == (uint32_t)value);
        bytes_put32(bytes + 1, (uint32_t)(value >> 32));
        CU_ASSERT(bytes_get32(bytes + 1) == value >> 32);
    }
}

SUITE("base bytes",
      {"the lowest byte comes first", the_lowest_byte_comes_first},
      {"every value comes back", every_value_comes_back})
