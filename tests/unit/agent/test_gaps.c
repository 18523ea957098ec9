/* Recent gaps and what they hardly ever exceed. */
#include "agent/gaps.h"

#include "support/check.h"

static void without_a_gap_it_is_nothing(void)
{
    struct gaps gaps = {0};

    CU_ASSERT(gaps_p99(&gaps) == 0);
}

static void of_fewer_than_a_hundred_it_is_the_longest(void)
{
    struct gaps gaps = {0};

    gaps_add(&gaps, 5);
    CU_ASSERT(gaps_p99(&gaps) == 5);
    gaps_add(&gaps, 900);
    for (int i = 2; i < 99; i++)
        gaps_add(&gaps, i % 7);
    CU_ASSERT(gaps.count == 99 && gaps_p99(&gaps) == 900);
}

static void of_a_hundred_and_more_one_outlier_does_not_count(void)
{
    struct gaps gaps = {0};

    for (int i = 0; i < 99; i++)
        gaps_add(&gaps, 10 + i % 3);
    gaps_add(&gaps, 900);
    CU_ASSERT(gaps_p99(&gaps) == 12);
    gaps_add(&gaps, 800);
    CU_ASSERT(gaps_p99(&gaps) == 800);
}

static void equal_gaps_are_counted_one_by_one(void)
{
    struct gaps gaps = {0};

    for (int i = 0; i < GAPS_KEPT; i++)
        gaps_add(&gaps, 7);
    CU_ASSERT(gaps_p99(&gaps) == 7);
}

static void what_is_no_longer_recent_is_forgotten(void)
{
    struct gaps gaps = {0};

    for (int i = 0; i < 3; i++)
        gaps_add(&gaps, 1000);
    for (int i = 0; i < GAPS_KEPT; i++)
        gaps_add(&gaps, 3);
    CU_ASSERT(gaps.count == GAPS_KEPT && gaps_p99(&gaps) == 3);
}

SUITE("agent gaps",
      {"without a gap it is nothing", without_a_gap_it_is_nothing},
      {"of fewer than a hundred it is the longest", of_fewer_than_a_hundred_it_is_the_longest},
      {"of a hundred and more one outlier does not count",
       of_a_hundred_and_more_one_outlier_does_not_count},
      {"equal gaps are counted one by one", equal_gaps_are_counted_one_by_one},
      {"what is no longer recent is forgotten", what_is_no_longer_recent_is_forgotten})
