/* self - the communicator of a world of one rank: nothing to move, nothing to wait for. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "trainer/comm/comm.h"

/* Counts a collective. Returns 0, or COMM_BROKEN after an abort. */
static int self_begin(struct comm *comm)
{
    if (comm->broken.text[0])
        return COMM_BROKEN;
    comm_count(comm);
    return 0;
}

/* The block of the only rank is the whole tree: one part, which is the total. */
static int self_all_reduce(
    struct comm *comm, const struct order *order, float *const *parts, float *sum, size_t count)
{
    assert(order->ranks == 1);
    if (self_begin(comm))
        return COMM_BROKEN;
    if (sum != parts[0] && count)
        memcpy(sum, parts[0], count * sizeof *sum);
    return 0;
}

static int self_all_gather(struct comm *comm, const void *mine, void *all, size_t size)
{
    if (self_begin(comm))
        return COMM_BROKEN;
    if (mine != all && size)
        memcpy(all, mine, size);
    return 0;
}

static void self_abort(struct comm *comm, const char *reason)
{
    if (!comm->broken.text[0])
        error_set(&comm->broken, "%s", reason);
}

/* There is no other rank: a caller that means one has lost count of its world. */
static int self_send(struct comm *comm, int rank, const void *data, size_t size)
{
    (void)data;
    (void)size;
    if (!comm->broken.text[0])
        error_set(&comm->broken, "there is no rank %d in a world of one", rank);
    return COMM_BROKEN;
}

static int self_receive(struct comm *comm, int rank, void *data, size_t size)
{
    return self_send(comm, rank, data, size);
}

static int self_barrier(struct comm *comm)
{
    return self_begin(comm);
}

static void self_free(struct comm *comm)
{
    free(comm);
}

struct comm *comm_self_new(void)
{
    static const struct comm_table table = {.name = "self",
                                            .all_reduce = self_all_reduce,
                                            .all_gather = self_all_gather,
                                            .send = self_send,
                                            .receive = self_receive,
                                            .barrier = self_barrier,
                                            .abort = self_abort,
                                            .free = self_free};
    struct comm *comm = memory_get(1, sizeof *comm);

    comm->table = &table;
    comm->size = 1;
    return comm;
}
