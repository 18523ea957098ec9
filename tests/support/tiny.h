/* tiny - a training small enough to be run hundreds of times by a test: synthetic digits and a
 * model with one hidden layer. */
#ifndef SUPPORT_TINY_H
#define SUPPORT_TINY_H

#include "job/training.h"

#define TINY_SAMPLES 62 /* 3 steps of an epoch, and some left over */
#define TINY_GLOBAL  20
#define TINY_MICRO   4 /* 5 micro-batches: no power of two */

/* Writes the data sets once for the whole program and returns a training of 2 epochs on them, with
 * adamw. Paths in it are static. */
struct training tiny_training(void);

#endif
