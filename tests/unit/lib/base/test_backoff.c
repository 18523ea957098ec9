/* Backing off: bounds that double up to the most, jitter over all of them, and forgetting. */
#include "base/backoff.h"

#include "support/check.h"

/* The longest wait among many for the n-th failure. */
static int64_t longest(const struct backoff *from, unsigned failures)
{
    int64_t most = 0;
    uint64_t random = check_seed();

    for (int i = 0; i < 2000; i++) {
        struct backoff backoff = *from;
        int64_t wait = 0;

        backoff.random = random + (uint64_t)i * 7919;
        for (unsigned k = 0; k < failures; k++)
            wait = backoff_fail(&backoff);
        CU_ASSERT_FATAL(wait >= 0);
        most = wait > most ? wait : most;
    }
    return most;
}

static void bounds_double_up_to_the_most(void)
{
    static const int64_t bounds[] = {1000, 2000, 4000, 8000, 10000, 10000, 10000};
    struct backoff backoff = {.first = 1000, .most = 10000};

    for (unsigned i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        int64_t found = longest(&backoff, i + 1);

        CU_ASSERT(found < bounds[i] && found > bounds[i] * 9 / 10);
    }
}

static void success_forgets_the_failures(void)
{
    struct backoff backoff = {.first = 10, .most = 1000000};

    for (int i = 0; i < 10; i++)
        (void)backoff_fail(&backoff);
    backoff_reset(&backoff);
    CU_ASSERT(backoff_fail(&backoff) < 10);
}

static void failing_for_ever_overflows_nothing(void)
{
    struct backoff backoff = {.first = 3, .most = INT64_MAX};
    struct backoff above = {.first = 100, .most = 10};
    struct backoff none = {.first = 0, .most = 10};

    for (int i = 0; i < 1000; i++) {
        CU_ASSERT(backoff_fail(&backoff) >= 0);
        CU_ASSERT(backoff_fail(&above) < 10);
        CU_ASSERT(backoff_fail(&none) == 0);
    }
}

SUITE("base backoff",
      {"bounds double up to the most", bounds_double_up_to_the_most},
      {"success forgets the failures", success_forgets_the_failures},
      {"failing for ever overflows nothing", failing_for_ever_overflows_nothing})
