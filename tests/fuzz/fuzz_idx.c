/* Any bytes as an IDX file, plain or compressed: refused, or every element readable. The first byte
 * chooses: 0 images, 1 labels, 2 compressed images, 3 compressed labels. */
#include <stdint.h>
#include <stdlib.h>

#include "trainer/data/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned elements_sum(const struct idx *idx)
{
    unsigned sum = 0;

    for (int64_t i = 0; i < idx->count * idx->rows * idx->columns; i++)
        sum += idx->data[i];
    return sum;
}

static void expand(enum idx_kind kind, const uint8_t *data, size_t size)
{
    CLEAN(content) struct content content = {0};
    struct idx idx;
    struct error error;

    if (content_expand(kind, data, size, &content, &error) ||
        idx_read(kind, content.bytes, content.size, &idx, &error))
        return;
    if (elements_sum(&idx) > 255 * content.size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum idx_kind kind;
    struct idx idx;
    struct error error;

    if (!size)
        return 0;
    kind = data[0] & 1 ? IDX_LABELS : IDX_IMAGES;
    if (data[0] & 2)
        expand(kind, data + 1, size - 1);
    else if (!idx_read(kind, data + 1, size - 1, &idx, &error) && elements_sum(&idx) > 255 * size)
        abort();
    return 0;
}
