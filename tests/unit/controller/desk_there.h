/* desk_there - who is enrolled, looked up where the directory holds it: its answers say less. */
#ifndef UNIT_DESK_THERE_H
#define UNIT_DESK_THERE_H

#include "controller/desk.h"

/* Whether an agent has enrolled for the slot and is not gone. */
static inline bool desk_there(const struct desk *desk, uint32_t slot)
{
    return slot < desk->enrolment.replicas && desk->enrolment.slots[slot].there;
}

#endif
