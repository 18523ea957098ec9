/* view_equal - two views compared: for tests, the simulator and what is fuzzed. */
#ifndef SUPPORT_VIEW_EQUAL_H
#define SUPPORT_VIEW_EQUAL_H

#include "agent/view.h"

/* Whether two views have the same generation and members. */
static inline bool view_equal(const struct view *a, const struct view *b)
{
    if (a->generation != b->generation || a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!identity_equal(&a->members[i], &b->members[i]))
            return false;
    }
    return true;
}

#endif
