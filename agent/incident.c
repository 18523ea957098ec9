/* incident - the record of one repair. */
#include "agent/incident.h"

uint32_t incident_rung(enum cause cause)
{
    switch (cause) {
    case CAUSE_RANK_CRASH:
    case CAUSE_RANK_KILLED:
    case CAUSE_STUCK:
        return 2;
    case CAUSE_AGENT_LOST:
    case CAUSE_AGENT_NEW:
        return 4;
    default:
        return 1;
    }
}
