/* gzip - bounded expansion of a compressed file; the seam to zlib. */
#ifndef TRAINER_GZIP_H
#define TRAINER_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define GZIP_RATIO 1032 /* deflate makes nothing smaller than by this */

/* Expands at most `room` bytes into `out` and stores how many there were. Returns 0 when that was
 * all; 1 when there is more; -1 when the bytes are damaged, cut off, or followed by others. */
int gzip_expand(const uint8_t *zipped,
                size_t zipped_size,
                uint8_t *out,
                size_t room,
                size_t *size,
                struct error *error);

#endif
