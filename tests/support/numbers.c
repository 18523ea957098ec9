/* numbers - random arrays in float and double at once. */
#include "support/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

struct numbers numbers_new(uint64_t *random, int64_t count, double size)
{
    struct numbers numbers = {
        count, memory_get((size_t)count, sizeof(float)), memory_get((size_t)count, sizeof(double))};

    for (int64_t i = 0; i < count; i++) {
        double unit = (double)(random_next(random) >> 11) * 0x1p-53;

        numbers.single[i] = (float)((2 * unit - 1) * size);
        numbers.wide[i] = (double)numbers.single[i];
    }
    return numbers;
}

void numbers_free(struct numbers *numbers)
{
    free(numbers->single);
    free(numbers->wide);
}

double numbers_distance(const struct numbers *numbers)
{
    double difference = 0;
    double length = 0;

    for (int64_t i = 0; i < numbers->count; i++) {
        double step = (double)numbers->single[i] - numbers->wide[i];

        difference += step * step;
        length += numbers->wide[i] * numbers->wide[i];
    }
    return sqrt(difference) / (length > 1 ? sqrt(length) : 1);
}

int numbers_same_bits(const float *a, const float *b, int64_t count)
{
    const void *left = a;
    const void *right = b;

    return !memcmp(left, right, (size_t)count * sizeof *a);
}

int64_t numbers_between(uint64_t *random, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(random, (uint64_t)(high - low) + 1);
}
