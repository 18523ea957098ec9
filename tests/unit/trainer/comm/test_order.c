/* The fixed order: blocks and parts are what the header says, and one tree comes out of any number
 * of ranks. */
#include "trainer/comm/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "support/check.h"

#define TOTALS 40

/* Calls `check` with every number of ranks of every total. */
static void every_order(void (*check)(const struct order *order))
{
    for (int total = 1; total <= TOTALS; total++) {
        for (int ranks = 1; ranks <= total; ranks++)
            check(&(struct order){total, ranks});
    }
}

static void check_blocks(const struct order *order)
{
    int64_t next = 0;

    for (int rank = 0; rank < order->ranks; rank++) {
        struct order_node block = order_block(order, rank);

        CU_ASSERT(block.first == next && block.last > block.first);
        CU_ASSERT(block.last - block.first <= order->total / order->ranks + 1);
        next = block.last;
    }
    CU_ASSERT(next == order->total);
}

static void blocks_cover_the_batch_evenly(void)
{
    every_order(check_blocks);
}

/* The definition, without cunning: some level has an aligned node of just this range. */
static int is_node(struct order_node node, int64_t total)
{
    for (int64_t size = 1; size < 2 * total; size *= 2) {
        int64_t last = node.first + size < total ? node.first + size : total;

        if (node.first % size == 0 && node.last == last)
            return 1;
    }
    return 0;
}

/* The smallest node that is larger than `node` and holds it. */
static struct order_node parent_of(struct order_node node, int64_t total)
{
    for (int64_t size = 1;; size *= 2) {
        int64_t first = node.first / size * size;
        int64_t last = first + size < total ? first + size : total;

        if (last >= node.last && last - first > node.last - node.first)
            return (struct order_node){first, last};
    }
}

static void check_rank_parts(const struct order *order, int rank)
{
    struct order_node block = order_block(order, rank);
    struct order_node parts[ORDER_PARTS];
    size_t count = order_parts(order, rank, parts);
    int64_t next = block.first;

    CU_ASSERT(count >= 1 && count <= ORDER_PARTS);
    for (size_t i = 0; i < count; i++) {
        struct order_node parent;

        CU_ASSERT(parts[i].first == next && is_node(parts[i], order->total));
        next = parts[i].last;
        if (parts[i].last - parts[i].first == order->total)
            continue;
        parent = parent_of(parts[i], order->total);
        CU_ASSERT(parent.first < block.first || parent.last > block.last);
    }
    CU_ASSERT(next == block.last);
}

static void check_parts(const struct order *order)
{
    for (int rank = 0; rank < order->ranks; rank++)
        check_rank_parts(order, rank);
}

static void parts_are_the_maximal_nodes_of_the_block(void)
{
    every_order(check_parts);
}

static void parts_stay_within_their_bound_for_the_largest_batch(void)
{
    struct order_node parts[ORDER_PARTS];
    uint64_t random = check_seed();

    for (int i = 0; i < 2000; i++) {
        struct order order = {ORDER_TOTAL - (int64_t)random_below(&random, 3),
                              (int)(2 + random_below(&random, 1000000))};
        int rank = (int)random_below(&random, (uint64_t)order.ranks);
        size_t count = order_parts(&order, rank, parts);

        CU_ASSERT(count >= 1 && count <= ORDER_PARTS);
    }
}

/* Symbolic vectors: the expression of the additions that were made. */
struct sums {
    struct text items[TOTALS];
    size_t count;
};

static void sums_add(void *context, size_t to, size_t from)
{
    struct sums *sums = context;
    struct text joined = {0};

    CU_ASSERT_FATAL(to < from && from < sums->count);
    CU_ASSERT_FATAL(sums->items[to].size && sums->items[from].size);
    text_addf(&joined, "(%s+%s)", sums->items[to].data, sums->items[from].data);
    text_done(&sums->items[to]);
    text_done(&sums->items[from]);
    sums->items[to] = joined;
}

/* Adds up one rank's block as it comes, on top of the parts of the ranks before. */
static void sums_rank(struct sums *sums, const struct order *order, int rank)
{
    struct order_node parts[ORDER_PARTS];
    struct order_stack stack;
    size_t before = sums->count;
    size_t count = order_parts(order, rank, parts);

    order_begin(&stack, order, rank);
    while (stack.next < stack.end) {
        int64_t leaf = stack.next;

        text_addf(&sums->items[sums->count++], "%lld", (long long)leaf);
        for (size_t left = order_push(&stack); left; left--) {
            sums_add(sums, sums->count - 2, sums->count - 1);
            sums->count--;
        }
        CU_ASSERT_FATAL(stack.count == sums->count - before);
    }
    CU_ASSERT(stack.count == count && !memcmp(stack.nodes, parts, count * sizeof *parts));
}

static void sums_all(struct sums *sums, const struct order *order)
{
    for (int rank = 0; rank < order->ranks; rank++)
        sums_rank(sums, order, rank);
    order_combine(order, sums_add, sums);
    for (size_t i = 1; i < sums->count; i++)
        CU_ASSERT(!sums->items[i].size);
}

/* The tree by its definition: the halves of an aligned range. */
static void tree(struct text *out, int64_t first, int64_t size, int64_t total)
{
    if (size == 1) {
        text_addf(out, "%lld", (long long)first);
    } else if (first + size / 2 >= total) {
        tree(out, first, size / 2, total);
    } else {
        text_add(out, "(");
        tree(out, first, size / 2, total);
        text_add(out, "+");
        tree(out, first + size / 2, size / 2, total);
        text_add(out, ")");
    }
}

static void check_tree(const struct order *order)
{
    CLEAN(text) struct text expected = {0};
    struct sums sums = {0};

    tree(&expected, 0, 64, order->total);
    sums_all(&sums, order);
    CU_ASSERT_STRING_EQUAL(text_string(&sums.items[0]), expected.data);
    text_done(&sums.items[0]);
}

static void any_number_of_ranks_makes_the_additions_of_the_one_tree(void)
{
    every_order(check_tree);
}

/* The same with floats of very different sizes, where every other order shows. */
struct numbers {
    float items[TOTALS];
    size_t count;
};

static void numbers_add(void *context, size_t to, size_t from)
{
    struct numbers *numbers = context;

    numbers->items[to] += numbers->items[from];
}

static float numbers_total(const float *leaves, const struct order *order)
{
    struct numbers numbers = {0};

    for (int rank = 0; rank < order->ranks; rank++) {
        struct order_stack stack;

        order_begin(&stack, order, rank);
        while (stack.next < stack.end) {
            numbers.items[numbers.count++] = leaves[stack.next];
            for (size_t left = order_push(&stack); left; left--, numbers.count--)
                numbers_add(&numbers, numbers.count - 2, numbers.count - 1);
        }
    }
    order_combine(order, numbers_add, &numbers);
    return numbers.items[0];
}

static uint32_t bits(float number)
{
    uint32_t out;

    memcpy(&out, &number, sizeof out);
    return out;
}

/* Returns 1 when adding from left to right gives other bits than the tree. */
static int check_numbers(const float *leaves, int total)
{
    float alone = numbers_total(leaves, &(struct order){total, 1});
    float straight = 0;

    for (int ranks = 2; ranks <= total; ranks++)
        CU_ASSERT(bits(numbers_total(leaves, &(struct order){total, ranks})) == bits(alone));
    for (int i = 0; i < total; i++)
        straight += leaves[i];
    return bits(straight) != bits(alone);
}

static void floats_have_the_same_bits_for_any_number_of_ranks(void)
{
    uint64_t random = check_seed();
    float leaves[TOTALS];
    int differ = 0;

    for (int total = 1; total <= TOTALS; total++) {
        for (int i = 0; i < total; i++)
            leaves[i] = (float)(int64_t)random_next(&random) / (float)(1 + random % 1000);
        differ += check_numbers(leaves, total);
    }
    CU_ASSERT(differ > 0); /* else the numbers would not show a wrong order */
}

SUITE("trainer order",
      {"blocks cover the batch evenly", blocks_cover_the_batch_evenly},
      {"parts are the maximal nodes of the block", parts_are_the_maximal_nodes_of_the_block},
      {"parts stay within their bound for the largest batch",
       parts_stay_within_their_bound_for_the_largest_batch},
      {"any number of ranks makes the additions of the one tree",
       any_number_of_ranks_makes_the_additions_of_the_one_tree},
      {"floats have the same bits for any number of ranks",
       floats_have_the_same_bits_for_any_number_of_ranks})
