/* spread - bytes from one rank to some others, along a binomial tree.
 *
 * The members are a list that all of them know: first the source, then the receivers, in any order.
 * Member p > 0 receives from the member whose place is p without its highest bit, and then helps:
 * after k rounds 2^k members have the bytes. */
#ifndef TRAINER_SPREAD_H
#define TRAINER_SPREAD_H

#include <stddef.h>

#include "trainer/comm/comm.h"

#define SPREAD_MEMBERS  (1 << 20) /* most members */
#define SPREAD_CHILDREN 20        /* most children of a member */

/* The place that member `place` receives from; -1 for the source. Pure. */
int spread_parent(int place);

/* Fills `children` with the places that member `place` of `count` sends to, in order, and returns
 * how many there are. Pure. */
int spread_children(int place, int count, int children[SPREAD_CHILDREN]);

/* Takes part as the member that `comm` is of `members`: receives `size` bytes into `data` unless it
 * is the source, then passes them on. A rank that is no member has nothing to do. Returns 0 or
 * COMM_BROKEN; then `data` of a receiver is undefined. */
int spread_run(struct comm *comm, const int *members, int count, void *data, size_t size);

#endif
