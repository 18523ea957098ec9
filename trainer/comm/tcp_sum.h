/* tcp_sum - adding up the parts of all ranks in the fixed order, and the memory for it.
 *
 * What depends on the order only is prepared once and kept: steps use one order again and again. */
#ifndef TRAINER_TCP_SUM_H
#define TRAINER_TCP_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "trainer/comm/order.h"

#define TCP_SUM_LINE 16 /* floats that are added at a time: the best places to cut a vector */

/* vectors[to] += vectors[from] */
struct tcp_addition {
    size_t to;
    size_t from;
};

/* Zero-initialise to begin. */
struct tcp_sum {
    int64_t total;                  /* micro-batches of the order; 0 = none yet */
    size_t parts;                   /* of all ranks */
    size_t *firsts;                 /* one a rank and one more: number of the rank's first part */
    struct tcp_addition *additions; /* parts - 1 */
    float **vectors;                /* one a part: the caller says where it is */
    float *scratch;                 /* for parts that come from others */
    size_t scratch_size;            /* floats */
};

/* Prepares for an order. The number of ranks is the same in every call. Returns 0, or -1 without
 * memory. */
int tcp_sum_prepare(struct tcp_sum *sum, const struct order *order);

/* Makes room for `size` floats at `scratch`; its content is lost. Returns 0, or -1 without memory.
 */
int tcp_sum_scratch(struct tcp_sum *sum, size_t size);

/* The number of parts of `rank`. */
size_t tcp_sum_parts(const struct tcp_sum *sum, int rank);

/* Adds up `count` floats at each of the vectors, whose content is undefined afterwards. The total
 * is written to `out`, which may be one of the vectors. */
void tcp_sum_add(const struct tcp_sum *sum, float *out, size_t count);

void tcp_sum_done(struct tcp_sum *sum);

CLEANUP_DEFINE(tcp_sum, struct tcp_sum, tcp_sum_done)

#endif
