/* budget - a sliding window of events. */
#include "agent/budget.h"

bool budget_spend(struct budget *budget, int64_t now)
{
    uint32_t recent = 0;

    budget->times[budget->next] = now;
    budget->next = (budget->next + 1) % BUDGET_MOST;
    if (budget->used < BUDGET_MOST)
        budget->used++;
    for (uint32_t i = 0; i < budget->used; i++) {
        if (now - budget->times[i] < budget->window)
            recent++;
    }
    return recent <= budget->count;
}
