/* cause - names and rungs. */
#include "wire/cause.h"

const char *cause_name(uint32_t cause)
{
    static const char *const names[] = {"None",
                                        "RankCrashed",
                                        "RankKilled",
                                        "Communicator",
                                        "AgentLost",
                                        "AgentReplaced",
                                        "Stuck",
                                        "InvalidInput",
                                        "RankHung",
                                        "OutOfMemory",
                                        "Drain",
                                        "RankSlow",
                                        "Resized",
                                        "GpuSoft",
                                        "GpuFabric",
                                        "GpuHard"};

    _Static_assert(sizeof names / sizeof *names == CAUSES, "one name a cause");
    return cause < CAUSES ? names[cause] : "Unknown";
}

uint32_t cause_rung(enum cause cause)
{
    switch (cause) {
    case CAUSE_RANK_CRASH:
    case CAUSE_RANK_KILLED:
    case CAUSE_STUCK:
    case CAUSE_HANG:
    case CAUSE_MEMORY:
    case CAUSE_GPU_SOFT:
        return 2;
    case CAUSE_GPU_FABRIC:
        return 3;
    case CAUSE_AGENT_LOST:
    case CAUSE_AGENT_NEW:
    case CAUSE_GPU_HARD:
        return 4;
    case CAUSE_SLOW:
        return 0;
    case CAUSE_RESIZED:
        return 5;
    default:
        return 1;
    }
}
