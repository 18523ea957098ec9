/* strike - faults are carried out on the slots of a run. */
#ifndef CLI_STRIKE_H
#define CLI_STRIKE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/local/faults.h"
#include "cli/local/slots.h"

/* What is struck. */
struct strike {
    struct slots *slots;
    const uint32_t *gang; /* slots in the order of their ranks */
    uint32_t gang_count;
    uint32_t ranks; /* of each slot */
};

/* Signals what the entry names; a drain is a signal of its own. A pod is kept away for the entry's
 * time. Returns 0, or 1 when it is not there. */
int strike_signal(const struct strike *strike, const struct fault_entry *entry, int signal);

/* Whether the entry's target is stopped for a time, in place of killed. */
bool strike_stops(const struct fault_entry *entry);

/* What the entry does to its target: "killed", "stopped" or "drained". */
const char *strike_deed(const struct fault_entry *entry);

#endif
