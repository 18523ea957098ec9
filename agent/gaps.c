/* gaps - recent times between two events of a kind. */
#include "agent/gaps.h"

void gaps_add(struct gaps *gaps, int64_t gap)
{
    gaps->items[gaps->next] = gap;
    gaps->next = (gaps->next + 1) % GAPS_KEPT;
    if (gaps->count < GAPS_KEPT)
        gaps->count++;
}

/* Of fewer than a hundred it is the longest, of more the second longest: two are enough to know. */
int64_t gaps_p99(const struct gaps *gaps)
{
    int64_t longest = 0;
    int64_t second = 0;

    _Static_assert(GAPS_KEPT >= 100 && GAPS_KEPT < 200, "at most one is above the quantile");
    for (uint32_t i = 0; i < gaps->count; i++) {
        if (gaps->items[i] > longest) {
            second = longest;
            longest = gaps->items[i];
        } else if (gaps->items[i] > second) {
            second = gaps->items[i];
        }
    }
    return gaps->count < 100 ? longest : second;
}
