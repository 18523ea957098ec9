/* safetensors - the header of a file in the safetensors format. Pure.
 *
 * The file is: length of the header (8 bytes, little-endian), header (a JSON object, padded with
 * spaces), data. The header maps each name to {dtype, shape, data_offsets: [begin, end]}, offsets
 * counted from the beginning of the data; "__metadata__" maps strings to strings. Data is
 * little-endian and row-major, and every byte of it belongs to exactly one tensor.
 *
 * Source: the format's description in github.com/huggingface/safetensors, README.md. What it leaves
 * open is read strictly: see safetensors_read. */
#ifndef TRAINER_SAFETENSORS_H
#define TRAINER_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

#define SAFETENSORS_PREFIX     8                     /* bytes of the header's length */
#define SAFETENSORS_LIMIT      ((uint64_t)100000000) /* most bytes of a header */
#define SAFETENSORS_ALIGN      64                    /* of the data that is written here */
#define SAFETENSORS_NAME       256                   /* longest name with its zero byte */
#define SAFETENSORS_DIMENSIONS 8

struct safetensors_entry {
    char name[SAFETENSORS_NAME];
    const char *dtype; /* "F32"; a constant */
    size_t dimensions; /* 0 = a scalar */
    int64_t shape[SAFETENSORS_DIMENSIONS];
    int64_t begin; /* bytes from the beginning of the data */
    int64_t end;
};

/* Zero-initialise to begin. */
struct safetensors {
    struct safetensors_entry *entries; /* by name */
    size_t count;
};

/* Reads a header of `size` bytes, without the 8 bytes before, of a file with `data` bytes after it.
 * Returns 0; -1 when it is not JSON, does not begin with '{', has anything but spaces after the
 * object, a name twice, an unknown dtype or member, a number that is no whole number or too large,
 * offsets that do not fit to dtype and shape, or data bytes that belong to no tensor or to two.
 * safetensors_done is owed after success. */
int safetensors_read(
    const char *header, size_t size, uint64_t data, struct safetensors *out, struct error *error);

/* Finds an entry by name, or returns NULL. */
const struct safetensors_entry *safetensors_find(const struct safetensors *header,
                                                 const char *name);

void safetensors_done(struct safetensors *header);

CLEANUP_DEFINE(safetensors, struct safetensors, safetensors_done)

/* Writes a file's beginning, up to its data: the 8 bytes and a header that is padded so that data
 * begins at a multiple of SAFETENSORS_ALIGN. Names are free of '"', '\\' and control characters. */
void safetensors_write(const struct safetensors *header, struct text *out);

#endif
