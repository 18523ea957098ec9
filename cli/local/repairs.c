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

static void point(int64_t from, int64_t to, const char *name, struct text *out)
{
    if (from && to)
        text_addf(out, ", %s +%.1f", name, repairs_ms(from, to));
}

void repairs_words(const struct repair *repair, struct text *out)
{
    int64_t begin = repair->struck ? repair->struck : repair->seen;

    text_add(out, repair->struck ? "fault 0.0" : "seen 0.0");
    if (repair->struck)
        point(repair->struck, repair->seen, "seen", out);
    point(repair->seen, repair->revoked, "revoked", out);
    point(repair->revoked, repair->formed, "formed", out);
    point(repair->formed, repair->restored, "restored", out);
    point(repair->restored, repair->stepped, "step", out);
    text_addf(out, " = %.1f ms", repairs_ms(begin, repair->stepped));
}
