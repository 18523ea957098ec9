/* sizes - how many ranks a job may have. */
#include "job/sizes.h"

#include "job/training.h"

bool sizes_legal(const struct training_batch *batch, int64_t world)
{
    return world >= 1 && world <= SIZES_WORLD && batch->global / batch->micro % world == 0;
}

size_t sizes_near(const struct training_batch *batch, int64_t world, int64_t *sizes)
{
    int64_t start = world < 0 ? 0 : world > SIZES_WORLD ? SIZES_WORLD : world;
    int64_t below[SIZES_NEAR / 2];
    size_t fewer = 0;
    size_t count = 0;

    for (int64_t size = start; size >= 1 && fewer < SIZES_NEAR / 2; size--) {
        if (sizes_legal(batch, size))
            below[fewer++] = size;
    }
    while (fewer)
        sizes[count++] = below[--fewer];
    for (int64_t size = start + 1, more = 0; size <= SIZES_WORLD && more < SIZES_NEAR / 2; size++) {
        if (sizes_legal(batch, size)) {
            sizes[count++] = size;
            more++;
        }
    }
    return count;
}
