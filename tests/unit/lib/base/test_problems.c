/* Problems: gathered in order, bounded, found by their place. */
#include "base/problems.h"

#include <string.h>

#include "support/check.h"

static void problems_are_kept_in_order_as_copies(void)
{
    CLEAN(problems) struct problems problems = {0};
    char path[] = "spec.task";

    problems_add(&problems, path, "must be %s", "Train");
    path[0] = 'S';
    problems_add(&problems, "", "%s", "");
    CU_ASSERT_FATAL(problems.count == 2);
    CHECK_TEXT(problems.items[0].path, "spec.task");
    CHECK_TEXT(problems.items[0].text, "must be Train");
    CHECK_TEXT(problems.items[1].path, "");
    CHECK_TEXT(problems.items[1].text, "");
}

static void what_is_beyond_the_most_is_counted(void)
{
    CLEAN(problems) struct problems problems = {0};

    for (int i = 0; i < PROBLEMS_MOST + 3; i++)
        problems_add(&problems, "x", "%d", i);
    CU_ASSERT(problems.count == PROBLEMS_MOST && problems.dropped == 3);
    CHECK_TEXT(problems.items[PROBLEMS_MOST - 1].text, "99");
}

static void a_problem_is_within_its_place_and_those_above(void)
{
    CLEAN(problems) struct problems problems = {0};

    CU_ASSERT(!problems_within(&problems, ""));
    problems_add(&problems, "spec.model.layers[1].units", "is missing");
    CU_ASSERT(problems_within(&problems, ""));
    CU_ASSERT(problems_within(&problems, "spec"));
    CU_ASSERT(problems_within(&problems, "spec.model.layers"));
    CU_ASSERT(problems_within(&problems, "spec.model.layers[1]"));
    CU_ASSERT(problems_within(&problems, "spec.model.layers[1].units"));
    CU_ASSERT(!problems_within(&problems, "spec.mod"));
    CU_ASSERT(!problems_within(&problems, "spec.model.layers[1].unit"));
    CU_ASSERT(!problems_within(&problems, "spec.model.layers[1].units.x"));
    CU_ASSERT(!problems_within(&problems, "spec.model.layers[0]"));
}

SUITE("base problems",
      {"problems are kept in order as copies", problems_are_kept_in_order_as_copies},
      {"what is beyond the most is counted", what_is_beyond_the_most_is_counted},
      {"a problem is within its place and those above",
       a_problem_is_within_its_place_and_those_above})
