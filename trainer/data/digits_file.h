/* digits_file - a data set of synthetic digits as two IDX files. */
#ifndef TRAINER_DIGITS_FILE_H
#define TRAINER_DIGITS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define DIGITS_MOST 10000000 /* most images of one file */

struct digits_request {
    const char *prefix; /* of both paths, as in job/training.h */
    int64_t count;      /* 1 .. DIGITS_MOST */
    uint64_t seed;
    double difficulty;
    bool force; /* replace files that are there */
};

/* Writes PREFIX-images-idx3-ubyte and PREFIX-labels-idx1-ubyte, each whole or not at all; missing
 * directories are made. Returns 0, or -1: a file is there and `force` is not set, or one cannot be
 * written. */
int digits_write(const struct digits_request *request, struct error *error);

#endif
