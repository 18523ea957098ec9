/* incident - the record of one repair: what happened, and when each part of the repair was over.
 * Pure. */
#ifndef AGENT_INCIDENT_H
#define AGENT_INCIDENT_H

#include <stdint.h>

#include "agent/message.h"

#define INCIDENT_TEXT 256
#define INCIDENT_NODE 254
#define INCIDENT_POD  72

/* Times are nanoseconds of the lead's clock; 0 = did not come. */
struct incident {
    uint64_t generation; /* that the repair ended in */
    enum cause cause;
    enum fault_class class;
    uint32_t slot;
    uint32_t rank;    /* of all ranks, in the generation that was hurt */
    uint32_t faults;  /* that were seen until training went on; the first is described */
    int64_t seen;     /* the fault was seen by an agent */
    int64_t revoked;  /* every rank had left the old generation */
    int64_t formed;   /* the new generation was decided and told to go */
    int64_t restored; /* state is in place */
    int64_t stepped;  /* its first step was committed */
    int64_t steps_redone;
    char node[INCIDENT_NODE]; /* where it was; "" = not known */
    char pod[INCIDENT_POD];
    char text[INCIDENT_TEXT];
};

#endif
