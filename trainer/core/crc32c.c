/* crc32c - the checksum CRC-32C. */
#include "trainer/core/crc32c.h"

#include <isa-l.h>

#define PIECE ((size_t)1 << 30) /* the library counts in int */

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
    /* the library does not change what it reads, but does not say so */
    unsigned char *next = (unsigned char *)(uintptr_t)data;

    crc = ~crc;
    while (size) {
        size_t length = size < PIECE ? size : PIECE;

        crc = crc32_iscsi(next, (int)length, crc);
        next += length;
        size -= length;
    }
    return ~crc;
}
