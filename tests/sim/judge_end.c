/* judge_end - what an agent, and a job, may end as. */
#include "judge.h"
#include "parts.h"

void judge_released(struct sim *sim, uint32_t node)
{
    if (!sim->node[node].drained)
        judge_fail(sim, "slot %u leaves and was not told to", node);
}

void judge_end(struct sim *sim, const struct lead *lead)
{
    bool cursed = sim->cursed < SIM_NODES;

    /* Stopped because so many leave, or because all that are there do and somebody is missing. */
    if (lead->outcome == OUTCOME_STOPPED && (sim->stopping || sim->node[lead->self.slot].drained)) {
        sim->counts.stops++;
        return;
    }
    if (lead->outcome == OUTCOME_FAILED && !cursed)
        judge_fail(sim, "the job failed: %s", lead->result);
    else if (lead->outcome != OUTCOME_FAILED && (cursed || lead->outcome != OUTCOME_SUCCEEDED))
        judge_fail(sim, "the job ended as %d", (int)lead->outcome);
}
