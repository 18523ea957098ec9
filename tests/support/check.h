/* check - how a test file registers its tests with CUnit: one SUITE at its end. */
#ifndef SUPPORT_CHECK_H
#define SUPPORT_CHECK_H

#include <CUnit/CUnit.h>
#include <stddef.h>

#include "base/text.h"

struct check_test {
    const char *name; /* what must hold */
    void (*run)(void);
};

struct check_suite {
    const char *name;
    const struct check_test *tests;
    size_t count;
    struct check_suite *next;
};

void check_register(struct check_suite *suite);

/* SUITE("base loop", {"timers fire in order", timers_fire_in_order}, ...); */
#define SUITE(title, ...)                                                                          \
    static const struct check_test suite_tests[] = {__VA_ARGS__};                                  \
    static struct check_suite suite = {                                                            \
        title, suite_tests, sizeof suite_tests / sizeof *suite_tests, NULL};                       \
    __attribute__((constructor)) static void suite_register(void)                                  \
    {                                                                                              \
        check_register(&suite);                                                                    \
    }

/* Makes a fresh directory below $TMPDIR or /tmp, removed at exit. Owned by the support. */
const char *check_directory(void);

/* Asserts that two texts are equal; prints both where they are not. */
#define CHECK_TEXT(found, wanted) check_text((found), (wanted), __FILE__, (unsigned)__LINE__)
void check_text(const char *found, const char *wanted, const char *file, unsigned line);

/* Asserts that a text has another one in it; prints both where it has not. */
#define CHECK_HAS(found, part) check_has((found), (part), __FILE__, (unsigned)__LINE__)
void check_has(const char *found, const char *part, const char *file, unsigned line);

/* How many descriptors this process has open, to see that none is left over. */
int check_descriptors(void);

/* Runs `act` with `context` and keeps what it writes to a standard stream (1 or 2) in a file that
 * is read into `out`. */
void check_captured(int stream, void (*act)(void *context), void *context, struct text *out);

/* Returns a copy of `text` in which the first `what` is replaced by `with`; freed by the caller.
 * Aborts when `what` is not there: a test that changes nothing tests nothing. */
char *check_replaced(const char *text, const char *what, const char *with);

/* The seed of this run: $SEED, else random. Printed once, so that a failure can be replayed. */
unsigned long long check_seed(void);

#endif
