/* fault_class - what kind of thing has failed. */
#include "wire/fault_class.h"

const char *fault_class_name(uint32_t class)
{
    static const char *const names[] = {"",
                                        "UserCode",
                                        "RankCrash",
                                        "Communicator",
                                        "Host",
                                        "Hang",
                                        "Slow",
                                        "Data",
                                        "Memory",
                                        "Planned",
                                        "GpuSoft",
                                        "GpuHard",
                                        "Fabric"};

    _Static_assert(sizeof names / sizeof *names == FAULT_CLASSES, "one name a class");
    return class < FAULT_CLASSES ? names[class] : "";
}

enum fault_class fault_class_of(enum cause cause)
{
    switch (cause) {
    case CAUSE_RANK_CRASH:
        return FAULT_CLASS_RANK_CRASH;
    case CAUSE_COMMUNICATOR:
        return FAULT_CLASS_COMMUNICATOR;
    case CAUSE_RANK_KILLED:
    case CAUSE_AGENT_LOST:
    case CAUSE_AGENT_NEW:
        return FAULT_CLASS_HOST;
    case CAUSE_STUCK:
    case CAUSE_HANG:
        return FAULT_CLASS_HANG;
    case CAUSE_SLOW:
        return FAULT_CLASS_SLOW;
    case CAUSE_INPUT:
        return FAULT_CLASS_DATA;
    case CAUSE_MEMORY:
        return FAULT_CLASS_MEMORY;
    case CAUSE_GPU_SOFT:
        return FAULT_CLASS_GPU_SOFT;
    case CAUSE_GPU_HARD:
        return FAULT_CLASS_GPU_HARD;
    case CAUSE_GPU_FABRIC:
        return FAULT_CLASS_FABRIC;
    case CAUSE_DRAIN:
    case CAUSE_RESIZED:
        return FAULT_CLASS_PLANNED;
    case CAUSE_NONE:
    case CAUSES:
        break;
    }
    return FAULT_CLASS_UNKNOWN;
}
