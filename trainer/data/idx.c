/* idx - the file format of images and labels. */
#include "trainer/data/idx.h"

#define MAGIC_IMAGES 0x00000803U
#define MAGIC_LABELS 0x00000801U
#define NUMBER       4 /* bytes of a number in a header */

static uint32_t number_at(const uint8_t *bytes, size_t index)
{
    const uint8_t *at = bytes + NUMBER * index;

    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void number_put(uint8_t *bytes, size_t index, uint32_t number)
{
    for (int i = 0; i < NUMBER; i++)
        bytes[NUMBER * index + (size_t)i] = (uint8_t)(number >> (24 - 8 * i));
}

static uint32_t magic_of(enum idx_kind kind)
{
    return kind == IDX_IMAGES ? MAGIC_IMAGES : MAGIC_LABELS;
}

size_t idx_header(enum idx_kind kind)
{
    return kind == IDX_IMAGES ? IDX_IMAGES_HEADER : IDX_LABELS_HEADER;
}

int idx_length(
    enum idx_kind kind, const uint8_t *bytes, size_t size, uint64_t *length, struct error *error)
{
    size_t dimensions = idx_header(kind) / NUMBER - 1;
    uint64_t product = 1;

    if (size >= NUMBER && number_at(bytes, 0) != magic_of(kind))
        return error_set(
            error, "magic number 0x%08x, expected 0x%08x", number_at(bytes, 0), magic_of(kind));
    if (size < idx_header(kind))
        return error_set(
            error, "%zu bytes, which is less than the %zu of a header", size, idx_header(kind));
    for (size_t i = 1; i <= dimensions; i++) {
        if (!number_at(bytes, i))
            return error_set(error, "dimension %zu is 0", i);
        if (__builtin_mul_overflow(product, number_at(bytes, i), &product))
            return error_set(error, "more elements than can be counted");
    }
    if (product > INT64_MAX / 2)
        return error_set(error, "more elements than can be counted");
    *length = idx_header(kind) + product;
    return 0;
}

int idx_read(
    enum idx_kind kind, const uint8_t *bytes, size_t size, struct idx *idx, struct error *error)
{
    uint64_t length;

    if (idx_length(kind, bytes, size, &length, error))
        return -1;
    if (length != size)
        return error_set(
            error, "%zu bytes, but its header promises %llu", size, (unsigned long long)length);
    idx->count = number_at(bytes, 1);
    idx->rows = kind == IDX_IMAGES ? number_at(bytes, 2) : 1;
    idx->columns = kind == IDX_IMAGES ? number_at(bytes, 3) : 1;
    idx->data = bytes + idx_header(kind);
    return 0;
}

void idx_write_header(enum idx_kind kind, const struct idx *idx, uint8_t *bytes)
{
    number_put(bytes, 0, magic_of(kind));
    number_put(bytes, 1, (uint32_t)idx->count);
    if (kind == IDX_IMAGES) {
        number_put(bytes, 2, (uint32_t)idx->rows);
        number_put(bytes, 3, (uint32_t)idx->columns);
    }
}
