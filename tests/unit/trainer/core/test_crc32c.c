/* CRC-32C: the vectors of RFC 3720, appendix B.4, and that pieces make the whole. */
#include "trainer/core/crc32c.h"

#include <string.h>

#include "support/check.h"

static void the_published_vectors_hold(void)
{
    unsigned char bytes[32];

    memset(bytes, 0, sizeof bytes);
    CU_ASSERT(crc32c(0, bytes, sizeof bytes) == 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    CU_ASSERT(crc32c(0, bytes, sizeof bytes) == 0x62a8ab43);
    for (unsigned char i = 0; i < 32; i++)
        bytes[i] = i;
    CU_ASSERT(crc32c(0, bytes, sizeof bytes) == 0x46dd794e);
    CU_ASSERT(crc32c(0, bytes, 0) == 0);
}

static void pieces_make_the_whole(void)
{
    static const char text[] = "what was read in two pieces";

    for (size_t cut = 0; cut <= sizeof text; cut++)
        CU_ASSERT(crc32c(crc32c(0, text, cut), text + cut, sizeof text - cut) ==
                  crc32c(0, text, sizeof text));
}

SUITE("trainer core crc32c",
      {"the published vectors hold", the_published_vectors_hold},
      {"pieces make the whole", pieces_make_the_whole})
