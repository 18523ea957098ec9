/* sizes - how many ranks a job may have. */
#include "job/sizes.h"

#include <string.h>

#include "job/job.h"

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

static bool wanted(const struct job *job, int64_t replicas)
{
    const struct job_elastic *elastic = &job->elastic;
    bool listed = !elastic->size_count;

    for (size_t i = 0; i < elastic->size_count; i++)
        listed |= elastic->sizes[i] == replicas;
    return listed &&
           (!job->native || sizes_legal(&job->training.batch, replicas * job->ranks_per_replica));
}

void sizes_smaller(const struct job *job, unsigned char set[SIZES_SET])
{
    memset(set, 0, SIZES_SET);
    if (!job->is_elastic)
        return;
    for (int64_t size = job->elastic.min_replicas; size < job->replicas; size++) {
        if (wanted(job, size))
            set[size / 8] |= (unsigned char)(1u << size % 8);
    }
}
