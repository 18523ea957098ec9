/* tcp_sum - additions of vectors in the fixed order. */
#include "trainer/comm/tcp_sum.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LINE TCP_SUM_LINE
#define BLOCK                                                                                      \
    2048 /* floats of each vector at a time: three of them fit into a first-level cache            \
          */

struct additions {
    struct tcp_addition *items;
    size_t count;
};

static void additions_add(void *context, size_t to, size_t from)
{
    struct additions *additions = context;

    additions->items[additions->count++] = (struct tcp_addition){to, from};
}

/* Writes down the parts and additions of an order. Returns 0, or -1 without memory. */
static int sum_order(struct tcp_sum *sum, const struct order *order)
{
    struct order_node nodes[ORDER_PARTS];
    struct additions additions = {0};
    size_t ranks = (size_t)order->ranks;

    sum->firsts = memory_try(ranks + 1, sizeof *sum->firsts);
    if (!sum->firsts)
        return -1;
    for (size_t i = 0; i < ranks; i++)
        sum->firsts[i + 1] = sum->firsts[i] + order_parts(order, (int)i, nodes);
    sum->parts = sum->firsts[ranks];
    sum->additions = memory_try(sum->parts, sizeof *sum->additions);
    sum->vectors = memory_try(sum->parts, sizeof *sum->vectors);
    if (!sum->additions || !sum->vectors)
        return -1;
    additions.items = sum->additions;
    order_combine(order, additions_add, &additions);
    assert(additions.count == sum->parts - 1);
    sum->total = order->total;
    return 0;
}

int tcp_sum_prepare(struct tcp_sum *sum, const struct order *order)
{
    if (sum->total == order->total)
        return 0;
    tcp_sum_done(sum);
    return sum_order(sum, order);
}

int tcp_sum_scratch(struct tcp_sum *sum, size_t size)
{
    if (size <= sum->scratch_size)
        return 0;
    free(sum->scratch);
    sum->scratch_size = 0;
    sum->scratch = memory_try(size, sizeof *sum->scratch);
    if (!sum->scratch)
        return -1;
    sum->scratch_size = size;
    return 0;
}

size_t tcp_sum_parts(const struct tcp_sum *sum, int rank)
{
    return sum->firsts[rank + 1] - sum->firsts[rank];
}

static void add_line(float *out, const float *left, const float *right)
{
    float total[LINE];

    for (int i = 0; i < LINE; i++)
        total[i] = left[i] + right[i];
    memcpy(out, total, sizeof total);
}

/* out = left + right; out may be one of them. */
static void add(float *out, const float *left, const float *right, size_t count)
{
    size_t i = 0;

    for (; i + LINE <= count; i += LINE)
        add_line(out + i, left + i, right + i);
    for (; i < count; i++)
        out[i] = left[i] + right[i];
}

/* The last addition is the one that gives the total: it writes to `out`. */
void tcp_sum_add(const struct tcp_sum *sum, float *out, size_t count)
{
    size_t last = sum->parts - 1;

    if (sum->parts == 1 && out != sum->vectors[0] && count)
        memcpy(out, sum->vectors[0], count * sizeof *out);
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t length = count - first < BLOCK ? count - first : BLOCK;

        for (size_t i = 0; i < last; i++) {
            const struct tcp_addition *one = &sum->additions[i];
            float *to = i + 1 == last ? out : sum->vectors[one->to];

            add(to + first, sum->vectors[one->to] + first, sum->vectors[one->from] + first, length);
        }
    }
}

void tcp_sum_done(struct tcp_sum *sum)
{
    free(sum->firsts);
    free(sum->additions);
    free(sum->vectors);
    free(sum->scratch);
    *sum = (struct tcp_sum){0};
}
