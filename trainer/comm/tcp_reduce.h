/* tcp_reduce - the all-reduce over a mesh, in the fixed order of order.h.
 *
 * The vector is cut into one slice a rank. Every rank sends its parts of slice j to rank j, which
 * adds them up and sends the total to all: each byte crosses the network twice, as in the ring
 * algorithm, in two hops instead of 2 (n - 1). Slices are cut into chunks that stay in the cache:
 * one is added while others are on their way. Small vectors are not cut: everybody sends everything
 * to everybody and adds it up by itself, in one hop. */
#ifndef TRAINER_TCP_REDUCE_H
#define TRAINER_TCP_REDUCE_H

#include <stddef.h>

#include "trainer/comm/order.h"
#include "trainer/comm/tcp_mesh.h"
#include "trainer/comm/tcp_sum.h"

/* What is reduced: see comm_all_reduce. */
struct tcp_vectors {
    float *const *parts;
    float *total;
    size_t count;
};

/* comm_all_reduce over the mesh; `sum` is kept from one to the next. */
int tcp_reduce(struct tcp_mesh *mesh,
               struct tcp_sum *sum,
               const struct order *order,
               const struct tcp_vectors *vectors);

#endif
