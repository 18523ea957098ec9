/* idx - the file format of images and labels, read strictly. Pure.
 *
 * A file is big-endian: a magic number (0, 0, type of elements, number of dimensions), one 32-bit
 * size a dimension, then the elements, row-major. Images are bytes in three dimensions (0x803),
 * labels bytes in one (0x801). Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of
 * handwritten digits", section on file formats. */
#ifndef TRAINER_IDX_H
#define TRAINER_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define IDX_IMAGES_HEADER 16 /* bytes */
#define IDX_LABELS_HEADER 8

enum idx_kind { IDX_IMAGES, IDX_LABELS };

/* A file understood; `data` points into its bytes. Labels have rows and columns of 1. */
struct idx {
    int64_t count;
    int64_t rows;
    int64_t columns;
    const uint8_t *data; /* count x rows x columns */
};

/* Bytes of the header of that kind. */
size_t idx_header(enum idx_kind kind);

/* Reads a header of which `size` bytes are at hand and stores the length of the whole file. Returns
 * 0; -1 when it is not a header of that kind or a dimension is 0. */
int idx_length(
    enum idx_kind kind, const uint8_t *bytes, size_t size, uint64_t *length, struct error *error);

/* Reads a whole file. Returns 0; -1 when it is anything but exactly one file of that kind. */
int idx_read(
    enum idx_kind kind, const uint8_t *bytes, size_t size, struct idx *idx, struct error *error);

/* Writes the header of `count` images of rows x columns, or of `count` labels. Each number is at
 * most 2^32 - 1. */
void idx_write_header(enum idx_kind kind, const struct idx *idx, uint8_t *bytes);

#endif
