/* Budgets: so many events within a window that slides. */
#include "agent/budget.h"

#include "base/memory.h"
#include "support/check.h"

static struct budget *budget_new(uint32_t count, int64_t window)
{
    struct budget *budget = memory_get(1, sizeof *budget);

    budget->count = count;
    budget->window = window;
    return budget;
}

static void so_many_events_are_within_the_budget_and_no_more(void)
{
    CLEAN_FREE struct budget *budget = budget_new(3, 100);

    for (int64_t now = 1; now <= 3; now++)
        CU_ASSERT(budget_spend(budget, now));
    CU_ASSERT(!budget_spend(budget, 4));
}

static void a_budget_of_nothing_is_spent_by_the_first_event(void)
{
    CLEAN_FREE struct budget *budget = budget_new(0, 100);

    CU_ASSERT(!budget_spend(budget, 1));
}

static void events_older_than_the_window_do_not_count(void)
{
    static const struct {
        int64_t at;
        bool within;
    } events[] = {
        {1000, true}, {1050, true}, {1099, false}, {1149, false}, {1199, true}, {1300, true}};
    CLEAN_FREE struct budget *budget = budget_new(2, 100);

    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        CU_ASSERT(budget_spend(budget, events[i].at) == events[i].within);
}

static void the_ring_forgets_only_the_oldest(void)
{
    CLEAN_FREE struct budget *budget = budget_new(BUDGET_MOST - 1, INT64_MAX);

    for (int64_t now = 1; now < BUDGET_MOST; now++)
        CU_ASSERT(budget_spend(budget, now));
    for (int64_t now = BUDGET_MOST; now < 3 * (int64_t)BUDGET_MOST; now++)
        CU_ASSERT(!budget_spend(budget, now));
}

SUITE("agent budget",
      {"so many events are within the budget and no more",
       so_many_events_are_within_the_budget_and_no_more},
      {"a budget of nothing is spent by the first event",
       a_budget_of_nothing_is_spent_by_the_first_event},
      {"events older than the window do not count", events_older_than_the_window_do_not_count},
      {"the ring forgets only the oldest", the_ring_forgets_only_the_oldest})
