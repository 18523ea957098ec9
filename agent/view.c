/* view - members of a generation and their votes. */
#include "agent/view.h"

#include <string.h>

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->slot == b->slot && a->life[0] == b->life[0] && a->life[1] == b->life[1];
}

bool identity_known(const struct identity *identity)
{
    return identity->life[0] || identity->life[1];
}

void view_copy(struct view *to, const struct view *from)
{
    to->generation = from->generation;
    to->count = from->count;
    memcpy(to->members, from->members, from->count * sizeof *from->members);
}

/* The place where the slot is or belongs. */
static uint32_t place_of(const struct view *view, uint32_t slot)
{
    uint32_t low = 0;
    uint32_t high = view->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (view->members[middle].slot < slot)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int view_add(struct view *view, const struct identity *member)
{
    uint32_t place = place_of(view, member->slot);

    if (place < view->count && view->members[place].slot == member->slot) {
        view->members[place] = *member;
        return 0;
    }
    if (view->count == VIEW_MEMBERS)
        return 1;
    memmove(&view->members[place + 1],
            &view->members[place],
            (view->count - place) * sizeof *view->members);
    view->members[place] = *member;
    view->count++;
    return 0;
}

int view_find_slot(const struct view *view, uint32_t slot)
{
    uint32_t place = place_of(view, slot);

    return place < view->count && view->members[place].slot == slot ? (int)place : -1;
}

int view_find(const struct view *view, const struct identity *member)
{
    int place = view_find_slot(view, member->slot);

    return place >= 0 && identity_equal(&view->members[place], member) ? place : -1;
}

bool view_needs_witness(const struct view *view)
{
    return view->count % 2 == 0;
}

bool view_majority(const struct view *view, size_t members, bool witness)
{
    size_t all = view->count + (view_needs_witness(view) ? 1 : 0);
    size_t votes = members + (view_needs_witness(view) && witness ? 1 : 0);

    return 2 * votes > all;
}
