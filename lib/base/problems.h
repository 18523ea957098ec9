/* problems - everything that is wrong with an input, gathered so that a user sees it all at once.
 */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include <stddef.h>

#include "base/cleanup.h"

#define PROBLEMS_MOST 100 /* more are counted and not kept */

/* One problem: where ("spec.training.batch.micro") and what, with what is allowed. */
struct problem {
    char *path;
    char *text;
};

/* Zero-initialise to begin. */
struct problems {
    struct problem *items;
    size_t count;
    size_t capacity;
    size_t dropped;
};

/* Adds a problem; both texts are copied. */
void problems_add(struct problems *problems, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void problems_done(struct problems *problems);

CLEANUP_DEFINE(problems, struct problems, problems_done)

#endif
