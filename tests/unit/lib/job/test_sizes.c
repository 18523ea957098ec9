/* Sizes: a world is legal when every rank gets the same number of micro-batches. */
#include "job/sizes.h"

#include <inttypes.h>

#include "base/text.h"
#include "job/training.h"
#include "support/check.h"

static void divisors_of_the_micro_batches_are_legal(void)
{
    struct training_batch batch = {.global = 384, .micro = 32}; /* 12 micro-batches */

    for (int64_t world = -2; world <= 30; world++)
        CU_ASSERT(sizes_legal(&batch, world) == (world >= 1 && 12 % world == 0));
}

static void no_world_is_larger_than_the_most(void)
{
    struct training_batch batch = {.global = 1049600, .micro = 1};

    CU_ASSERT(sizes_legal(&batch, SIZES_WORLD));
    CU_ASSERT(!sizes_legal(&batch, SIZES_WORLD + 1));
}

/* The sizes near `world`, in words. */
static void are(int64_t micro_batches, int64_t world, const char *wanted)
{
    struct training_batch batch = {.global = 8 * micro_batches, .micro = 8};
    CLEAN(text) struct text out = {0};
    int64_t sizes[SIZES_NEAR];
    size_t count = sizes_near(&batch, world, sizes);

    for (size_t i = 0; i < count; i++)
        text_addf(&out, "%s%" PRId64, i ? " " : "", sizes[i]);
    CHECK_TEXT(text_string(&out), wanted);
}

static void the_nearest_are_given_in_rising_order(void)
{
    are(60, 7, "4 5 6 10 12 15");
    are(60, 6, "4 5 6 10 12 15");
    are(60, 2, "1 2 3 4 5");
    are(60, 100, "20 30 60");
    are(7, 3, "1 7");
    are(1, 5, "1");
    are(4096, 5000, "256 512 1024");
    are(4096, 600, "128 256 512 1024");
    are(6, 0, "1 2 3");
    are(6, INT64_MIN, "1 2 3");
    are(6, INT64_MAX, "2 3 6");
}

SUITE("job sizes",
      {"divisors of the micro-batches are legal", divisors_of_the_micro_batches_are_legal},
      {"no world is larger than the most", no_world_is_larger_than_the_most},
      {"the nearest are given in rising order", the_nearest_are_given_in_rising_order})
