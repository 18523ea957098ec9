/* numbers - random arrays in float and double at once, and how far one is from the other. */
#ifndef SUPPORT_NUMBERS_H
#define SUPPORT_NUMBERS_H

#include <stdint.h>

/* The same numbers twice. */
struct numbers {
    int64_t count;
    float *single;
    double *wide;
};

/* Makes `count` numbers between -size and size from the generator `random` (base/random.h). */
struct numbers numbers_new(uint64_t *random, int64_t count, double size);
void numbers_free(struct numbers *numbers);

/* The length of single - wide, divided by the length of wide (or by 1 when that is less). */
double numbers_distance(const struct numbers *numbers);

/* Whether two arrays are equal to the last bit. */
int numbers_same_bits(const float *a, const float *b, int64_t count);

/* A whole number in [low, high]. */
int64_t numbers_between(uint64_t *random, int64_t low, int64_t high);

#endif
