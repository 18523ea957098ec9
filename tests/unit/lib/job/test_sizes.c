/* Sizes: a world is legal when every rank gets the same number of micro-batches. */
#include "job/sizes.h"

#include <inttypes.h>

#include "base/text.h"
#include "job/job.h"
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

/* What a job of four replicas and the wanted ranks of each may shrink to, in words. */
static void smaller(struct job job, const char *wanted)
{
    CLEAN(text) struct text out = {0};
    unsigned char set[SIZES_SET];

    sizes_smaller(&job, set);
    for (int size = 0; size < SIZES_WORLD; size++) {
        if (set[size / 8] >> size % 8 & 1)
            text_addf(&out, "%s%d", out.size ? " " : "", size);
    }
    CHECK_TEXT(text_string(&out), wanted);
}

static void a_job_that_is_not_elastic_does_not_shrink(void)
{
    smaller((struct job){.replicas = 4, .ranks_per_replica = 1}, "");
}

static void a_foreign_job_shrinks_to_everything_from_the_least_on(void)
{
    struct job job = {.replicas = 5, .ranks_per_replica = 2, .is_elastic = true};

    job.elastic.min_replicas = 2;
    smaller(job, "2 3 4");
    job.elastic.min_replicas = 5;
    smaller(job, "");
}

static void a_native_job_shrinks_to_what_divides_its_micro_batches(void)
{
    struct job job = {.replicas = 6, .ranks_per_replica = 2, .is_elastic = true, .native = true};

    job.training.batch = (struct training_batch){.global = 96, .micro = 4}; /* 24 micro-batches */
    job.elastic.min_replicas = 1;
    smaller(job, "1 2 3 4");
    job.elastic.min_replicas = 3;
    smaller(job, "3 4");
}

static void only_the_listed_sizes_are_taken(void)
{
    struct job job = {.replicas = 6,
                      .ranks_per_replica = 1,
                      .is_elastic = true,
                      .elastic = {.min_replicas = 2, .sizes = {4, 6, 2}, .size_count = 3}};

    smaller(job, "2 4");
}

static void of_the_most_replicas_every_size_has_its_bit(void)
{
    struct job job = {.replicas = JOB_REPLICAS, .ranks_per_replica = 1, .is_elastic = true};
    unsigned char set[SIZES_SET];

    job.elastic.min_replicas = 1;
    sizes_smaller(&job, set);
    CU_ASSERT(set[0] == 0xfe);
    for (int i = 1; i < SIZES_SET; i++)
        CU_ASSERT(set[i] == 0xff);
}

SUITE("job sizes",
      {"divisors of the micro-batches are legal", divisors_of_the_micro_batches_are_legal},
      {"no world is larger than the most", no_world_is_larger_than_the_most},
      {"the nearest are given in rising order", the_nearest_are_given_in_rising_order},
      {"a job that is not elastic does not shrink", a_job_that_is_not_elastic_does_not_shrink},
      {"a foreign job shrinks to everything from the least on",
       a_foreign_job_shrinks_to_everything_from_the_least_on},
      {"a native job shrinks to what divides its micro-batches",
       a_native_job_shrinks_to_what_divides_its_micro_batches},
      {"only the listed sizes are taken", only_the_listed_sizes_are_taken},
      {"of the most replicas every size has its bit", of_the_most_replicas_every_size_has_its_bit})
