/* quantile - what a measurement came to, of all its rounds. */
#ifndef BENCH_QUANTILE_H
#define BENCH_QUANTILE_H

#include <stddef.h>

/* Sorts the `count` (1 or more) values. Returns the one with a `share` (0 to 1) of the others below
 * it, the nearest: 0 is the least, 0.5 the median, 1 the greatest. */
double quantile(double *values, size_t count, double share);

#endif
