/* order - the tree over micro-batches: blocks, parts, and the additions within and across ranks. */
#include "trainer/comm/order.h"

#include <assert.h>
#include <stdbool.h>

static void order_check(const struct order *order, int rank)
{
    assert(order->total >= 1 && order->total <= ORDER_TOTAL);
    assert(order->ranks >= 1 && order->ranks <= order->total);
    assert(rank >= 0 && rank < order->ranks);
}

struct order_node order_block(const struct order *order, int rank)
{
    order_check(order, rank);
    return (struct order_node){rank * order->total / order->ranks,
                               (rank + 1) * order->total / order->ranks};
}

/* The end of the node that begins at `first` and covers `size` leaves, cut at `total`. */
static int64_t node_end(int64_t first, int64_t size, int64_t total)
{
    return first + size < total ? first + size : total;
}

/* The largest node that begins at `first` and ends within `limit`. */
static struct order_node node_within(int64_t first, int64_t limit, int64_t total)
{
    int64_t size = 1;

    while (size < total && first % (2 * size) == 0 && node_end(first, 2 * size, total) <= limit)
        size *= 2;
    return (struct order_node){first, node_end(first, size, total)};
}

size_t order_parts(const struct order *order, int rank, struct order_node nodes[ORDER_PARTS])
{
    struct order_node block = order_block(order, rank);
    size_t count = 0;

    while (block.first < block.last) {
        assert(count < ORDER_PARTS);
        nodes[count] = node_within(block.first, block.last, order->total);
        block.first = nodes[count++].last;
    }
    return count;
}

/* Whether two neighbours are the halves of one node. The left one is never cut, for something lies
 * behind it; so its size is its level. */
static bool node_siblings(struct order_node left, struct order_node right, int64_t total)
{
    int64_t size = left.last - left.first;

    return left.first % (2 * size) == 0 && right.last == node_end(right.first, size, total);
}

void order_begin(struct order_stack *stack, const struct order *order, int rank)
{
    struct order_node block = order_block(order, rank);

    stack->total = order->total;
    stack->end = block.last;
    stack->next = block.first;
    stack->count = 0;
}

/* Puts a node on top. Returns the number of additions that join it with what is below. */
static size_t stack_put(struct order_stack *stack, struct order_node node)
{
    struct order_node *nodes = stack->nodes;
    size_t additions = 0;

    assert(stack->count < ORDER_PARTS);
    nodes[stack->count++] = node;
    while (stack->count >= 2 &&
           node_siblings(nodes[stack->count - 2], nodes[stack->count - 1], stack->total)) {
        nodes[stack->count - 2].last = nodes[stack->count - 1].last;
        stack->count--;
        additions++;
    }
    return additions;
}

size_t order_push(struct order_stack *stack)
{
    int64_t leaf = stack->next++;

    assert(leaf < stack->end);
    return stack_put(stack, (struct order_node){leaf, leaf + 1});
}

/* The parts of all ranks are pushed as leaves were; beside each node stands the number of the part
 * that accumulates it. */
void order_combine(const struct order *order,
                   void (*add)(void *context, size_t to, size_t from),
                   void *context)
{
    struct order_stack stack = {.total = order->total};
    struct order_node parts[ORDER_PARTS];
    size_t numbers[ORDER_PARTS];
    size_t next = 0;

    for (int rank = 0; rank < order->ranks; rank++) {
        size_t count = order_parts(order, rank, parts);

        for (size_t i = 0; i < count; i++) {
            size_t top = stack.count;

            numbers[top] = next++;
            for (size_t left = stack_put(&stack, parts[i]); left; left--, top--)
                add(context, numbers[top - 1], numbers[top]);
        }
    }
}
