/* order - the fixed order in which the contributions of micro-batches are added up. Pure.
 *
 * The global batch has `total` micro-batches, 0 .. total-1. They are the leaves of a binary tree
 * whose nodes cover the aligned ranges [i 2^k, (i+1) 2^k), cut at `total`. The value of a node is
 * left + right, or left alone where the right half lies beyond `total`: then both are one node.
 *
 * Rank r of `ranks` owns the block [r total / ranks, (r+1) total / ranks). It adds up what lies
 * wholly inside: its *parts* are the maximal nodes inside its block, in index order. What is above
 * the parts is added up across ranks, in the same tree. Since every addition is one of the tree's,
 * the total has the same bits for every number of ranks.
 *
 * Vectors are the caller's: here are only their numbers. */
#ifndef TRAINER_ORDER_H
#define TRAINER_ORDER_H

#include <stddef.h>
#include <stdint.h>

#define ORDER_TOTAL ((int64_t)1 << 31) /* most micro-batches of a global batch */
#define ORDER_PARTS 64                 /* most parts of one rank: two for each level of the tree */

struct order {
    int64_t total; /* micro-batches, 1 .. ORDER_TOTAL */
    int ranks;     /* 1 .. total, so that every rank has one at least; need not divide it */
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

/* Adding up inside a rank as micro-batches come: a stack of finished nodes. Its vectors are
 * numbered from the bottom: vector i belongs to nodes[i]. When the block is complete, the nodes are
 * the rank's parts and the vectors what comm_all_reduce wants. */
struct order_stack {
    int64_t total;
    int64_t end;  /* of the block */
    int64_t next; /* the micro-batch that comes next */
    size_t count;
    struct order_node nodes[ORDER_PARTS];
};

/* Begins the block of `rank`. */
void order_begin(struct order_stack *stack, const struct order *order, int rank);

/* Counts micro-batch `stack->next` as pushed: its vector is the new top of the stack. Returns how
 * many times the caller must now add the top vector to the one below (below += top) and drop the
 * top. `stack` describes the state after these additions. At most `end` - first pushes. */
size_t order_push(struct order_stack *stack);

/* Visits the additions above all ranks' parts. Parts are numbered 0 .. n-1 over all ranks in index
 * order. `add(context, to, from)` stands for: part `to` += part `from`; `to` < `from`, and `from`
 * is not used again. Every part but 0 is added exactly once; afterwards part 0 holds the total. */
void order_combine(const struct order *order,
                   void (*add)(void *context, size_t to, size_t from),
                   void *context);

#endif
