/* view - who belongs to a generation, and how they vote on what follows it. Pure.
 *
 * A view is decided by the electors of the view before it: its members, one vote each, and the
 * witness when their number is even (0 is even). So decided views form a chain. */
#ifndef AGENT_VIEW_H
#define AGENT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIEW_MEMBERS 1024

/* One life of the agent of a slot. A restarted agent is another one. */
struct identity {
    uint32_t slot;
    uint64_t life[2]; /* 128 random bits; both 0 = nobody */
};

/* Members stand in the order of their ranks, at most one of a slot. Generation 0 has none. */
struct view {
    uint64_t generation;
    uint32_t count;
    struct identity members[VIEW_MEMBERS];
    uint16_t places[VIEW_MEMBERS]; /* by slot; a guess, true if the member there has the slot */
};

bool identity_equal(const struct identity *a, const struct identity *b);

/* Whether it names somebody. */
bool identity_known(const struct identity *identity);

/* Copies what is used of a view. */
void view_copy(struct view *to, const struct view *from);

/* Adds a member behind the others, or in the place of the one of its slot. Returns 0, or 1 when its
 * slot is not below VIEW_MEMBERS. */
int view_add(struct view *view, const struct identity *member);

/* Returns the place of exactly this incarnation among the members, or -1. */
int view_find(const struct view *view, const struct identity *member);

/* Returns the place of whoever holds the slot, or -1. */
int view_find_slot(const struct view *view, uint32_t slot);

/* Whether the witness votes on what follows the view. */
bool view_needs_witness(const struct view *view);

/* Whether so many members, and the witness or not, are more than half of the votes. */
bool view_majority(const struct view *view, size_t members, bool witness);

#endif
