/* crc32c - the checksum CRC-32C (RFC 3720, appendix B.4); the seam to ISA-L. */
#ifndef TRAINER_CRC32C_H
#define TRAINER_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` is the checksum of, followed by `data`. Begin with 0. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

#endif
