/* IDX files: everything that is not exactly one is refused, with a reason. */
#include "trainer/data/idx.h"

#include <string.h>

#include "support/check.h"

static const uint8_t images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9};

static void a_whole_file_is_understood(void)
{
    struct idx idx = {0};

    CU_ASSERT(idx_read(IDX_IMAGES, images, sizeof images, &idx, NULL) == 0);
    CU_ASSERT(idx.count == 2 && idx.rows == 1 && idx.columns == 3 && idx.data == images + 16);
    CU_ASSERT(idx_read(IDX_LABELS, labels, sizeof labels, &idx, NULL) == 0);
    CU_ASSERT(idx.count == 3 && idx.rows == 1 && idx.columns == 1 && idx.data == labels + 8);
}

static void a_written_header_reads_back(void)
{
    struct idx idx = {2, 1, 3, NULL};
    uint8_t header[IDX_IMAGES_HEADER];

    idx_write_header(IDX_IMAGES, &idx, header);
    CU_ASSERT(memcmp(header, images, IDX_IMAGES_HEADER) == 0);
    idx.count = 3;
    idx_write_header(IDX_LABELS, &idx, header);
    CU_ASSERT(memcmp(header, labels, IDX_LABELS_HEADER) == 0);
}

static void anything_else_is_refused_with_its_reason(void)
{
    static const struct {
        size_t size;
        enum idx_kind kind;
        uint8_t bytes[28];
        const char *reason;
    } rows[] = {
        {0, IDX_LABELS, {0}, "0 bytes, which is less than the 8 of a header"},
        {7, IDX_LABELS, {0, 0, 8, 1, 0, 0, 0}, "7 bytes, which is less than the 8 of a header"},
        {11,
         IDX_IMAGES,
         {0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9},
         "magic number 0x00000801, expected 0x00000803"},
        {4, IDX_LABELS, {0, 0, 8, 3}, "magic number 0x00000803, expected 0x00000801"},
        {9,
         IDX_LABELS,
         {1, 8, 0, 0, 1, 0, 0, 0, 1},
         "magic number 0x01080000, expected 0x00000801"},
        {10, IDX_LABELS, {0, 0, 8, 1, 0, 0, 0, 3, 7, 8}, "10 bytes, but its header promises 11"},
        {12, IDX_LABELS, {0, 0, 8, 1, 0, 0, 0, 3, 7, 8}, "12 bytes, but its header promises 11"},
        {8, IDX_LABELS, {0, 0, 8, 1, 0, 0, 0, 0}, "dimension 1 is 0"},
        {16, IDX_IMAGES, {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0}, "dimension 3 is 0"},
        {16,
         IDX_IMAGES,
         {0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
         "more elements than can be counted"},
        {16,
         IDX_IMAGES,
         {0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1},
         "more elements than can be counted"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {""};
        struct idx idx;

        CU_ASSERT(idx_read(rows[i].kind, rows[i].bytes, rows[i].size, &idx, &error) == -1);
        CU_ASSERT(strcmp(error.text, rows[i].reason) == 0);
    }
}

SUITE("trainer data idx",
      {"a whole file is understood", a_whole_file_is_understood},
      {"a written header reads back", a_written_header_reads_back},
      {"anything else is refused with its reason", anything_else_is_refused_with_its_reason})
