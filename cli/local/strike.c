/* strike - faults are carried out on the slots of a run. */
#include "cli/local/strike.h"

#include <signal.h>

int strike_signal(const struct strike *strike, const struct fault_entry *entry, int signal)
{
    struct slots *slots = strike->slots;

    switch (entry->target) {
    case FAULT_RANK:
        if (entry->index / strike->ranks >= strike->gang_count)
            return 1;
        return slots_signal_rank(slots,
                                 strike->gang[entry->index / strike->ranks],
                                 entry->index % strike->ranks,
                                 signal);
    case FAULT_AGENT:
        if (entry->length && slots_signal_keeper(slots, entry->index, signal))
            return 1;
        return slots_signal_agent(slots, entry->index, signal);
    case FAULT_POD:
        slots_hold(slots, entry->index, entry->struck + entry->length);
        break;
    case FAULT_DRAIN:
        return slots_signal_keeper(slots, entry->index, SIGTERM);
    case FAULT_SLOT:
    case FAULT_LEAD:
        break;
    }
    return slots_signal(slots, entry->index, signal);
}

bool strike_stops(const struct fault_entry *entry)
{
    return entry->length && entry->target != FAULT_POD;
}

const char *strike_deed(const struct fault_entry *entry)
{
    if (entry->target == FAULT_DRAIN)
        return "drained";
    return strike_stops(entry) ? "stopped" : "killed";
}
