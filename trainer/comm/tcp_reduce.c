/* tcp_reduce - the all-reduce: who sends which floats when. */
#include "trainer/comm/tcp_reduce.h"

#include <assert.h>

#include "trainer/comm/tcp_transfer.h"

#define CHUNK  ((size_t)16 * 1024)  /* most floats of a chunk */
#define ROUND  ((size_t)256 * 1024) /* floats of one chunk of all parts: they stay in the cache */
#define DIRECT ((size_t)32 * 1024)  /* floats that a rank may gather to save a hop */
#define LAG    2                    /* chunks that are sent before the first total */
#define WINDOW 4                    /* chunks from others that are kept at a time */

/* One all-reduce. */
struct reduction {
    struct tcp_sum *sum;
    const struct tcp_vectors *vectors;
    int rank;
    size_t others;          /* ranks but for the own */
    size_t slice;           /* floats of a slice, but for the last ones */
    size_t chunk;           /* floats of a chunk, but for the last of a slice */
    size_t chunks;          /* of a slice */
    size_t combined;        /* chunks of the own slice that have been added up */
    size_t missing[WINDOW]; /* ranks whose parts of a chunk have not all come */
};

/* Some floats of the vector. */
struct span {
    size_t first;
    size_t count;
};

static const struct iovec no_area = {NULL, 0};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* `a` / `b`, rounded up. */
static size_t divide_up(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

static struct iovec area_of(float *vector, struct span span)
{
    return (struct iovec){vector + span.first, span.count * sizeof *vector};
}

/* By which ranks see that they reduce the same: the length of the vector and of the order. */
static uint64_t agreed_size(const struct reduction *reduction)
{
    return (uint64_t)reduction->vectors->count * (uint64_t)ORDER_TOTAL * 2 +
           (uint64_t)reduction->sum->total;
}

/* --- one hop: everything to everybody --- */

static enum tcp_next direct_outgoing(void *context, int rank, size_t index, struct iovec *area)
{
    const struct reduction *reduction = context;

    (void)rank;
    if (index == tcp_sum_parts(reduction->sum, reduction->rank))
        return TCP_END;
    *area = area_of(reduction->vectors->parts[index], (struct span){0, reduction->vectors->count});
    return TCP_AREA;
}

static enum tcp_next direct_incoming(void *context, int rank, size_t index, struct iovec *area)
{
    const struct reduction *reduction = context;
    const struct tcp_sum *sum = reduction->sum;

    if (index == tcp_sum_parts(sum, rank))
        return TCP_END;
    *area = area_of(sum->vectors[sum->firsts[rank] + index],
                    (struct span){0, reduction->vectors->count});
    return TCP_AREA;
}

/* The own parts are being sent until the end of the transfer, so nothing is added up before. */
static int reduce_direct(struct tcp_mesh *mesh, struct reduction *reduction)
{
    struct tcp_sum *sum = reduction->sum;
    const struct tcp_vectors *vectors = reduction->vectors;
    struct tcp_transfer transfer = {.kind = TCP_ALL_REDUCE,
                                    .size = agreed_size(reduction),
                                    .peer = TCP_EVERYBODY,
                                    .outgoing = direct_outgoing,
                                    .incoming = direct_incoming,
                                    .context = reduction};

    if (tcp_sum_scratch(sum, sum->parts * vectors->count))
        return tcp_mesh_break(mesh, "out of memory for an all-reduce");
    for (size_t i = 0; i < sum->parts; i++)
        sum->vectors[i] = sum->scratch + i * vectors->count;
    for (size_t i = 0; i < tcp_sum_parts(sum, reduction->rank); i++)
        sum->vectors[sum->firsts[reduction->rank] + i] = vectors->parts[i];
    if (tcp_transfer(mesh, &transfer))
        return COMM_BROKEN;
    tcp_sum_add(sum, vectors->total, vectors->count);
    return 0;
}

/* --- two hops: slices, chunk by chunk ---
 *
 * On every connection turn 0, 1, .. carries a chunk of each part of the receiver's slice, then the
 * total of the chunk LAG turns before, of the sender's slice. A chunk can be added up as soon as
 * all others have sent it, and for that they wait for nothing later than the chunk LAG turns
 * before: so no circle of ranks waits for each other. A total overwrites only floats that were sent
 * to its owner before: it could not be there otherwise. */

struct turn {
    size_t number;
    size_t part;
    bool total; /* instead of a part */
};

/* What the sender has in its area `index`. */
static struct turn turn_of(const struct reduction *reduction, int sender, size_t index)
{
    size_t parts = tcp_sum_parts(reduction->sum, sender);
    size_t part = index % (parts + 1);

    return (struct turn){index / (parts + 1), part, part == parts};
}

/* Chunk `number` of the slice of `rank`; empty where the slice is shorter. */
static struct span chunk_of(const struct reduction *reduction, int rank, size_t number)
{
    size_t begin = smaller((size_t)rank * reduction->slice, reduction->vectors->count);
    size_t end = smaller(begin + reduction->slice, reduction->vectors->count);
    size_t first = smaller(begin + number * reduction->chunk, end);

    return (struct span){first, smaller(end - first, reduction->chunk)};
}

/* Where a chunk of somebody's part is kept until it is added up. */
static float *scratch_of(const struct reduction *reduction, size_t part, size_t number)
{
    const struct tcp_sum *sum = reduction->sum;

    return sum->scratch + (number % WINDOW * sum->parts + part) * reduction->chunk;
}

/* The area of a total: chunk `turn` - LAG of the slice of `rank`. */
static struct iovec total_of(const struct reduction *reduction, int rank, size_t turn)
{
    if (turn < LAG)
        return no_area;
    return area_of(reduction->vectors->total, chunk_of(reduction, rank, turn - LAG));
}

static enum tcp_next sliced_outgoing(void *context, int rank, size_t index, struct iovec *area)
{
    const struct reduction *reduction = context;
    struct turn turn = turn_of(reduction, reduction->rank, index);

    if (turn.number == reduction->chunks + LAG)
        return TCP_END;
    if (turn.total && turn.number >= reduction->combined + LAG)
        return TCP_WAIT;
    if (turn.total)
        *area = total_of(reduction, reduction->rank, turn.number);
    else
        *area =
            area_of(reduction->vectors->parts[turn.part], chunk_of(reduction, rank, turn.number));
    return TCP_AREA;
}

static enum tcp_next sliced_incoming(void *context, int rank, size_t index, struct iovec *area)
{
    const struct reduction *reduction = context;
    struct turn turn = turn_of(reduction, rank, index);
    size_t part = reduction->sum->firsts[rank] + turn.part;

    if (turn.number == reduction->chunks + LAG)
        return TCP_END;
    if (!turn.total && turn.number >= reduction->combined + WINDOW)
        return TCP_WAIT;
    if (turn.total)
        *area = total_of(reduction, rank, turn.number);
    else
        *area = area_of(scratch_of(reduction, part, turn.number),
                        (struct span){0, chunk_of(reduction, reduction->rank, turn.number).count});
    return TCP_AREA;
}

/* Adds up the next chunk of the own slice. */
static void chunk_combine(struct reduction *reduction)
{
    struct tcp_sum *sum = reduction->sum;
    size_t own = sum->firsts[reduction->rank];
    struct span span = chunk_of(reduction, reduction->rank, reduction->combined);

    for (size_t i = 0; i < sum->parts; i++)
        sum->vectors[i] = scratch_of(reduction, i, reduction->combined);
    for (size_t i = 0; i < tcp_sum_parts(sum, reduction->rank); i++)
        sum->vectors[own + i] = reduction->vectors->parts[i] + span.first;
    tcp_sum_add(sum, reduction->vectors->total + span.first, span.count);
    reduction->missing[reduction->combined % WINDOW] = reduction->others;
    reduction->combined++;
}

static void sliced_arrived(void *context, int rank, size_t index)
{
    struct reduction *reduction = context;
    struct turn turn = turn_of(reduction, rank, index);

    if (turn.number >= reduction->chunks || turn.part + 1 != tcp_sum_parts(reduction->sum, rank))
        return;
    reduction->missing[turn.number % WINDOW]--;
    while (reduction->combined < reduction->chunks &&
           reduction->missing[reduction->combined % WINDOW] == 0)
        chunk_combine(reduction);
}

/* Cuts the vector. All ranks come to the same result. */
static void reduction_cut(struct reduction *reduction, size_t size)
{
    size_t lines = divide_up(reduction->vectors->count, TCP_SUM_LINE);
    size_t most = ROUND / reduction->sum->parts;

    if (most > CHUNK)
        most = CHUNK;
    if (most < TCP_SUM_LINE)
        most = TCP_SUM_LINE;
    reduction->slice = divide_up(lines, size) * TCP_SUM_LINE;
    reduction->chunk = smaller(reduction->slice, most / TCP_SUM_LINE * TCP_SUM_LINE);
    reduction->chunks = divide_up(reduction->slice, reduction->chunk);
    for (int i = 0; i < WINDOW; i++)
        reduction->missing[i] = reduction->others;
}

static int reduce_sliced(struct tcp_mesh *mesh, struct reduction *reduction)
{
    struct tcp_transfer transfer = {.kind = TCP_ALL_REDUCE,
                                    .size = agreed_size(reduction),
                                    .peer = TCP_EVERYBODY,
                                    .outgoing = sliced_outgoing,
                                    .incoming = sliced_incoming,
                                    .arrived = sliced_arrived,
                                    .context = reduction};

    reduction_cut(reduction, (size_t)mesh->comm.size);
    if (tcp_sum_scratch(reduction->sum, WINDOW * reduction->sum->parts * reduction->chunk))
        return tcp_mesh_break(mesh, "out of memory for an all-reduce");
    return tcp_transfer(mesh, &transfer);
}

int tcp_reduce(struct tcp_mesh *mesh,
               struct tcp_sum *sum,
               const struct order *order,
               const struct tcp_vectors *vectors)
{
    struct reduction reduction = {.sum = sum, .vectors = vectors, .rank = mesh->comm.rank};

    assert(order->ranks == mesh->comm.size);
    if (tcp_sum_prepare(sum, order))
        return tcp_mesh_break(mesh, "out of memory for an all-reduce");
    reduction.others = (size_t)order->ranks - 1;
    if (vectors->count * sum->parts <= DIRECT || !reduction.others)
        return reduce_direct(mesh, &reduction);
    return reduce_sliced(mesh, &reduction);
}
