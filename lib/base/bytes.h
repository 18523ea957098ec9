/* bytes - little-endian integers in byte arrays of any alignment. Pure. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>

static inline void bytes_put32(void *at, uint32_t number)
{
    unsigned char *byte = at;

    for (int i = 0; i < 4; i++)
        byte[i] = (unsigned char)(number >> 8 * i);
}

static inline void bytes_put64(void *at, uint64_t number)
{
    unsigned char *byte = at;

    for (int i = 0; i < 8; i++)
        byte[i] = (unsigned char)(number >> 8 * i);
}

static inline uint32_t bytes_get32(const void *at)
{
    const unsigned char *byte = at;
    uint32_t number = 0;

    for (int i = 0; i < 4; i++)
        number |= (uint32_t)byte[i] << 8 * i;
    return number;
}

static inline uint64_t bytes_get64(const void *at)
{
    const unsigned char *byte = at;
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number |= (uint64_t)byte[i] << 8 * i;
    return number;
}

#endif
