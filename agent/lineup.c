/* lineup - who forms the next generation, and with which ranks. */
#include "agent/lineup.h"

#include <assert.h>
#include <stdlib.h>

/* Choosing. */

/* What makes one candidate better than another: the lower of the first key that differs. */
struct standing {
    int64_t keys[4];
};

static struct standing standing_of(const struct view *base, const struct lineup_candidate *one)
{
    int place = view_find(base, &one->id);

    if (place >= 0)
        return (struct standing){{0, !one->lead, -one->committed, place}};
    return (struct standing){
        {1, -one->committed, view_find_slot(base, one->id.slot) < 0, one->id.slot}};
}

static int compare(const void *a, const void *b, void *base)
{
    const struct standing one = standing_of(base, a);
    const struct standing other = standing_of(base, b);

    for (size_t i = 0; i < sizeof one.keys / sizeof *one.keys; i++) {
        if (one.keys[i] != other.keys[i])
            return one.keys[i] < other.keys[i] ? -1 : 1;
    }
    return 0;
}

int lineup_choose(const struct view *base,
                  struct lineup_candidate *candidates,
                  uint32_t count,
                  uint32_t size,
                  struct view *view)
{
    struct view members = {0};

    if (count < size)
        return 1;
    qsort_r(candidates, count, sizeof *candidates, compare, (void *)base);
    for (uint32_t i = 0; i < size; i++)
        view_add(&members, &candidates[i].id);
    lineup_place(base, &members, view);
    return 0;
}

/* Placing. */

struct seats {
    struct identity items[VIEW_MEMBERS]; /* unknown = free */
    uint32_t count;
    uint32_t free;      /* none below is */
    struct view seated; /* in any order */
};

static void seat(struct seats *seats, uint32_t place, const struct identity *member)
{
    seats->items[place] = *member;
    view_add(&seats->seated, member);
}

/* Seats a member that has no place yet in the lowest that is free. */
static void seat_lowest(struct seats *seats, const struct identity *member)
{
    if (view_find(&seats->seated, member) >= 0)
        return;
    while (identity_known(&seats->items[seats->free]))
        seats->free++;
    seat(seats, seats->free, member);
}

/* Whoever has a right to a place: who had it, or the next life in the slot of who had it. */
static void seat_heirs(struct seats *seats, const struct view *base, const struct view *members)
{
    for (uint32_t place = 0; place < base->count && place < seats->count; place++) {
        int heir = view_find_slot(members, base->members[place].slot);

        if (heir >= 0)
            seat(seats, place, &members->members[heir]);
    }
}

void lineup_place(const struct view *base, const struct view *members, struct view *view)
{
    struct seats seats = {.count = members->count};

    assert(view != members && view != base);
    seat_heirs(&seats, base, members);
    for (uint32_t place = seats.count; place < base->count; place++) {
        if (view_find(members, &base->members[place]) >= 0)
            seat_lowest(&seats, &base->members[place]);
    }
    for (uint32_t slot = 0; slot < VIEW_MEMBERS; slot++) {
        int place = view_find_slot(members, slot);

        if (place >= 0)
            seat_lowest(&seats, &members->members[place]);
    }
    view->count = 0;
    for (uint32_t place = 0; place < seats.count; place++)
        view_add(view, &seats.items[place]);
}
