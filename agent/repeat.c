/* repeat - whether a fault comes back however often it is repaired. */
#include "agent/repeat.h"

#include <stdio.h>
#include <string.h>

/* Whether it is of a process's own making, on the node that it is told of. */
static bool is_crash(const struct repeat_fault *fault)
{
    return fault->cause == CAUSE_RANK_CRASH || fault->cause == CAUSE_MEMORY ||
           fault->cause == CAUSE_GPU_SOFT;
}

static void remember(struct repeat *repeat, const struct repeat_fault *fault, int64_t step)
{
    repeat->step = step;
    repeat->class = fault->class;
    snprintf(repeat->node, sizeof repeat->node, "%s", is_crash(fault) ? fault->node : "");
    snprintf(repeat->words, sizeof repeat->words, "%s", fault->words);
}

static bool on_another_node(const struct repeat *repeat, const struct repeat_fault *fault)
{
    return is_crash(fault) && fault->class == repeat->class && *repeat->node && *fault->node &&
           strcmp(repeat->node, fault->node) != 0;
}

enum repeat_verdict repeat_at_step(struct repeat *repeat,
                                   const struct repeat_fault *fault,
                                   int64_t step)
{
    bool stays = is_crash(fault) || fault->cause == CAUSE_HANG;
    unsigned most = stays ? REPEAT_CRASHES : REPEAT_BREAKS;
    bool again = repeat->count && step == repeat->step;
    bool elsewhere = again && on_another_node(repeat, fault);

    if (!stays && fault->cause != CAUSE_COMMUNICATOR)
        repeat->count = 0;
    else
        repeat->count = again ? repeat->count + 1 : 1;
    remember(repeat, fault, step);
    if (elsewhere)
        return REPEAT_TWO_NODES;
    return repeat->count >= most ? REPEAT_NO_PROGRESS : REPEAT_GOES_ON;
}

enum repeat_verdict repeat_after(struct repeat *repeat,
                                 const struct repeat_fault *fault,
                                 int64_t lived)
{
    bool again = repeat->count && fault->class == repeat->class &&
                 strncmp(fault->words, repeat->words, sizeof repeat->words - 1) == 0;

    if (!is_crash(fault) || lived >= REPEAT_SOON)
        repeat->count = 0;
    else
        repeat->count = again ? repeat->count + 1 : 1;
    remember(repeat, fault, 0);
    return repeat->count >= REPEAT_CRASHES ? REPEAT_NO_PROGRESS : REPEAT_GOES_ON;
}
