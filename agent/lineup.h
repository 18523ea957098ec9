/* lineup - who forms the next generation, and with which ranks. Pure.
 *
 * Slots have no role: any of the agents may be a member. Ranks are a function of the base and the
 * members alone, so that whoever survives keeps its rank as long as the size stays the same. */
#ifndef AGENT_LINEUP_H
#define AGENT_LINEUP_H

#include "agent/view.h"

/* An agent that can take part. */
struct lineup_candidate {
    struct identity id;
    int64_t committed; /* steps its ranks hold; -1 = no state */
    bool lead;         /* who chooses, and has to lead the members */
};

/* Chooses `size` of the candidates, one of a slot, and orders them by rank: `view` receives the
 * members, its generation is left alone. Members of the base come first: of them the lead, then who
 * holds the newest state, then the lowest ranks. After them who holds the newest state, then who
 * follows a lost member in its slot, then the lowest slots. `candidates` are reordered. Returns 0,
 * or 1 when there are too few, and `view` is left alone. */
int lineup_choose(const struct view *base,
                  struct lineup_candidate *candidates,
                  uint32_t count,
                  uint32_t size,
                  struct view *view);

/* Orders members by rank into `view`, another object, whose generation is left alone. A member of
 * the base keeps its place if there still is one with that number; the next life of a lost member
 * takes that one's; the other members of the base, then the newcomers by slot, fill the holes. */
void lineup_place(const struct view *base, const struct view *members, struct view *view);

#endif
