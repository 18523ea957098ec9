/* Causes: their names and rungs, which status, metrics and manifests of others rely on. */
#include "wire/cause.h"

#include "support/check.h"

static void every_cause_has_its_name_and_rung(void)
{
    static const struct {
        enum cause cause;
        const char *name;
        uint32_t rung;
    } rows[] = {{CAUSE_NONE, "None", 1},
                {CAUSE_RANK_CRASH, "RankCrashed", 2},
                {CAUSE_RANK_KILLED, "RankKilled", 2},
                {CAUSE_COMMUNICATOR, "Communicator", 1},
                {CAUSE_AGENT_LOST, "AgentLost", 4},
                {CAUSE_AGENT_NEW, "AgentReplaced", 4},
                {CAUSE_STUCK, "Stuck", 2},
                {CAUSE_INPUT, "InvalidInput", 1},
                {CAUSE_HANG, "RankHung", 2},
                {CAUSE_MEMORY, "OutOfMemory", 2},
                {CAUSE_DRAIN, "Drain", 1},
                {CAUSE_SLOW, "RankSlow", 0},
                {CAUSE_RESIZED, "Resized", 5},
                {CAUSE_GPU_SOFT, "GpuSoft", 2},
                {CAUSE_GPU_FABRIC, "GpuFabric", 3},
                {CAUSE_GPU_HARD, "GpuHard", 4}};

    CU_ASSERT(sizeof rows / sizeof *rows == CAUSES);
    for (uint32_t i = 0; i < CAUSES; i++) {
        CU_ASSERT(rows[i].cause == i); /* numbers are part of the wire */
        CHECK_TEXT(cause_name(i), rows[i].name);
        CU_ASSERT(cause_rung(rows[i].cause) == rows[i].rung);
    }
}

static void a_number_that_is_no_cause_is_unknown(void)
{
    CHECK_TEXT(cause_name(CAUSES), "Unknown");
    CHECK_TEXT(cause_name(UINT32_MAX), "Unknown");
    CU_ASSERT(cause_rung(CAUSES) == 1);
}

SUITE("wire cause",
      {"every cause has its name and rung", every_cause_has_its_name_and_rung},
      {"a number that is no cause is unknown", a_number_that_is_no_cause_is_unknown})
