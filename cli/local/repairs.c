/* repairs - timelines of repairs. */
#include "cli/local/repairs.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

void repairs_add(struct repairs *repairs, const struct repair *repair)
{
    memory_grow(&repairs->items, &repairs->capacity, repairs->count + 1, sizeof *repairs->items);
    repairs->items[repairs->count++] = *repair;
}

void repairs_done(struct repairs *repairs)
{
    free(repairs->items);
    *repairs = (struct repairs){0};
}

double repairs_ms(int64_t from, int64_t to)
{
    return from && to ? clock_to_ms(to - from) : -1;
}

void repairs_words(const struct repair *repair, struct text *out)
{
    const struct {
        int64_t at;
        const char *name;
    } points[] = {{repair->struck, "fault"},
                  {repair->seen, "seen"},
                  {repair->revoked, "revoked"},
                  {repair->formed, "formed"},
                  {repair->restored, "restored"},
                  {repair->stepped, "step"}};
    int64_t first = 0;
    int64_t last = 0;

    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        if (!points[i].at)
            continue;
        if (!first)
            text_addf(out, "%s 0.0", points[i].name);
        else
            text_addf(out, ", %s +%.1f", points[i].name, repairs_ms(last, points[i].at));
        last = points[i].at;
        first = first ? first : last;
    }
    if (repair->stepped)
        text_addf(out, " = %.1f ms", repairs_ms(first, last));
    else
        text_add(out, first ? ", not finished" : "not finished");
}
