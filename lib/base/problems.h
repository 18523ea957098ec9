/* problems - all that is wrong with an input, gathered so that a user sees it at once. Pure. */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include <stdarg.h>
#include <stdbool.h>
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
void problems_vadd(struct problems *problems,
                   const char *path,
                   const char *format,
                   va_list arguments) __attribute__((format(printf, 3, 0)));

/* Whether there is a problem at `path` or below it: a rule about several fields has nothing to say
 * while one of them is wrong by itself. */
bool problems_within(const struct problems *problems, const char *path);

void problems_done(struct problems *problems);

CLEANUP_DEFINE(problems, struct problems, problems_done)

#endif
