/* view - members of a generation and their votes. */
#include "agent/view.h"

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->slot == b->slot && a->life[0] == b->life[0] && a->life[1] == b->life[1];
}

bool identity_known(const struct identity *identity)
{
    return identity->life[0] || identity->life[1];
}

/* A sparse set (Briggs and Torczon, 1993): what `places` says of a slot is checked against the
 * member there, so that it needs no clearing. */
static void place_set(struct view *view, uint32_t place, const struct identity *member)
{
    view->members[place] = *member;
    view->places[member->slot] = (uint16_t)place;
}

void view_copy(struct view *to, const struct view *from)
{
    to->generation = from->generation;
    to->count = from->count;
    for (uint32_t i = 0; i < from->count; i++)
        place_set(to, i, &from->members[i]);
}

int view_find_slot(const struct view *view, uint32_t slot)
{
    uint32_t place;

    if (slot >= VIEW_MEMBERS)
        return -1;
    place = view->places[slot];
    return place < view->count && view->members[place].slot == slot ? (int)place : -1;
}

int view_add(struct view *view, const struct identity *member)
{
    int place = view_find_slot(view, member->slot);

    if (member->slot >= VIEW_MEMBERS)
        return 1;
    place_set(view, place >= 0 ? (uint32_t)place : view->count++, member);
    return 0;
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
