/* order - the fixed order in which the contributions of micro-batches are added up. Pure.
 *
 * The global batch has `total` micro-batches, 0 .. total-1. They are the leaves of a binary tree
 * whose nodes cover aligned ranges [i 2^k, (i+1) 2^k); a node's value is left + right, or left
 * alone where the right half lies beyond `total`. Rank r of `ranks` owns the contiguous block [r
 * total / ranks, (r+1) total / ranks). It adds up what lies wholly inside its block: its *parts*
 * are the maximal nodes inside the block, in index order. The rest of the tree is added up across
 * ranks. Floating-point addition in one fixed tree makes the total the same bits for every number
 * of ranks.
 *
 * Source of the idea: design decision "the micro-batch is the unit that never changes". */
#ifndef TRAINER_ORDER_H
#define TRAINER_ORDER_H

#include <stddef.h>
#include <stdint.h>

#define ORDER_PARTS 64 /* most parts of one rank: two for each level of the tree */

struct order {
    int64_t total; /* micro-batches, >= 1 */
    int ranks;     /* >= 1 and <= total */
};

/* One node of the tree: the range [first, last), last cut at `total`. */
struct order_node {
    int64_t first;
    int64_t last;
};

/* The block of `rank`. */
struct order_node order_block(const struct order *order, int rank);

/* Stores the parts of `rank` in index order and returns how many there are (at least 1). */
size_t order_parts(const struct order *order, int rank, struct order_node nodes[ORDER_PARTS]);

/* Adding up inside a rank as micro-batches come: a stack of finished nodes. */
struct order_stack {
    struct order order;
    struct order_node nodes[ORDER_PARTS];
    size_t count;
    int64_t next; /* the micro-batch that comes next */
};

/* Begins the block of `rank`. */
void order_begin(struct order_stack *stack, const struct order *order, int rank);

/* Counts micro-batch `stack->next` as pushed on top of the stack (its vector is now vector number
 * count-1). Returns how many times the caller must now add the top vector to the one below and drop
 * the top: the stack is already changed so. */
size_t order_push(struct order_stack *stack);

/* Visits the tree above all ranks' parts in the fixed order. `add(context, to, from)` is called for
 * every addition across parts; parts are numbered 0 .. n-1 over all ranks in index order, and `to`
 * accumulates. Afterwards part 0 holds the total. */
void order_combine(const struct order *order,
                   void (*add)(void *context, size_t to, size_t from),
                   void *context);

#endif
