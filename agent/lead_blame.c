/* lead_blame - what a fault means for the job: its incident, its budget, and whether it goes on. */
#include <stdio.h>
#include <string.h>

#include "agent/lead_private.h"

/* The rank of all ranks that an agent's has or had. Before the first view there are none: then the
 * one it is about to have, if no slot is missing. */
static uint32_t rank_of(const struct lead *lead, uint32_t slot, uint32_t local_rank)
{
    int place = view_find_slot(&lead->base, slot);

    if (place < 0)
        place = view_find_slot(&lead->view, slot);
    return lead_rank(lead, place < 0 ? slot : (uint32_t)place) + local_rank;
}

/* Where that life of an agent is, as far as it is known. */
static void place_describe(const struct lead *lead,
                           const struct identity *id,
                           struct incident *incident)
{
    const struct book_entry *entry = lead->book ? book_find(lead->book, id) : NULL;

    snprintf(incident->node, sizeof incident->node, "%s", entry ? entry->node : "");
    snprintf(incident->pod, sizeof incident->pod, "%s", entry ? entry->pod : "");
}

/* Writes what has happened into `incident`; the rest of it stays. */
static void describe(const struct lead *lead,
                     const struct lead_fault *what,
                     struct incident *incident)
{
    const struct fault *fault = what->fault;

    incident->cause = fault->cause;
    incident->class = fault->class ? fault->class : fault_class_of(fault->cause);
    incident->slot = what->id->slot;
    incident->rank = rank_of(lead, what->id->slot, fault->local_rank);
    place_describe(lead, what->id, incident);
    snprintf(incident->text, sizeof incident->text, "%s", what->text ? what->text : "");
}

/* Opens an incident, or adds to the one that is open. */
static void incident_open(struct lead *lead, const struct lead_fault *what, int64_t now)
{
    struct incident *incident = &lead->incident;
    int64_t seen = now - what->fault->age;

    /* A fault while a larger view is formed is what there is to tell. */
    if (lead->repairing && incident->cause != CAUSE_RESIZED) {
        incident->faults++;
        /* Peers of a dead rank often speak first; the death itself is the better description. */
        if (incident->cause != CAUSE_COMMUNICATOR || what->fault->cause == CAUSE_COMMUNICATOR)
            return;
        if (incident->seen < seen)
            seen = incident->seen;
    } else {
        *incident = (struct incident){.faults = 1};
        lead->repairing = true;
    }
    describe(lead, what, incident);
    incident->seen = seen;
}

/* Ends the job because of what `incident` says; `text` = all that is known of it. */
static void give_up(struct lead *lead,
                    const struct incident *incident,
                    const char *text,
                    const char *why,
                    struct effects *effects)
{
    /* Where it says more than the cause does. */
    const char *class =
        incident->class == fault_class_of(incident->cause) ? "" : fault_class_name(incident->class);
    char reason[LEAD_RESULT / 2];

    snprintf(reason,
             sizeof reason,
             "slot %u, rank %u%s%s: %s%s%s: %s (%s)",
             (unsigned)incident->slot,
             (unsigned)incident->rank,
             *incident->node ? ", node " : "",
             incident->node,
             class,
             *class ? ", " : "",
             cause_name(incident->cause),
             text && *text ? text : "no reason given",
             why);
    lead_finish(lead, OUTCOME_FAILED, reason, effects);
}

/* What there is to say about a fault that comes back; NULL = nothing. */
static const char *repeat_say(enum repeat_verdict verdict, unsigned count, char why[LEAD_WHY])
{
    switch (verdict) {
    case REPEAT_NO_PROGRESS:
        snprintf(why, LEAD_WHY, "%u times in a row without progress", count);
        return why;
    case REPEAT_TWO_NODES:
        return "the same at the same step on another node";
    case REPEAT_GOES_ON:
        break;
    }
    return NULL;
}

static struct repeat_fault repeat_fault(const struct incident *incident)
{
    return (struct repeat_fault){.cause = incident->cause,
                                 .class = incident->class,
                                 .node = incident->node,
                                 .words = incident->text};
}

/* A trainer whose steps are not known is judged when it ends, by the first fault of each end. */
static const char *foreign_check(struct lead *lead, int64_t now, char why[LEAD_WHY])
{
    const struct repeat_fault fault = repeat_fault(&lead->incident);
    enum repeat_verdict verdict;

    if (!lead->settings.foreign || lead->incident.faults > 1 || lead->state != LEAD_RUN)
        return NULL;
    verdict = repeat_after(&lead->repeat, &fault, now - lead->began);
    return repeat_say(verdict, lead->repeat.count, why);
}

/* Why the fault is not to be repaired, or NULL. */
static const char *objection(struct lead *lead,
                             const struct fault *fault,
                             int64_t now,
                             char why[LEAD_WHY])
{
    uint32_t rung = cause_rung(fault->cause);
    const char *repeated = foreign_check(lead, now, why);
    bool rank_spent = (rung == 2 || rung == 3) && !budget_spend(&lead->rank_budget, now);
    bool pod_spent = rung == 4 && !budget_spend(&lead->pod_budget, now);

    if (fault->final)
        return "cannot be repaired";
    if (repeated)
        return repeated;
    if (rank_spent)
        return "the budget recovery.budgets.rank is spent";
    return pod_spent ? "the budget recovery.budgets.pod is spent" : NULL;
}

bool lead_blame(struct lead *lead,
                const struct lead_fault *what,
                int64_t now,
                struct effects *effects)
{
    struct incident told = {0};
    char words[LEAD_WHY];
    const char *why;

    incident_open(lead, what, now);
    why = objection(lead, what->fault, now, words);
    if (!why)
        return true;
    describe(lead, what, &told);
    give_up(lead, &told, what->text, why, effects);
    return false;
}

bool lead_repeats(struct lead *lead, struct effects *effects)
{
    const struct repeat_fault none = {.node = "", .words = ""};
    const struct repeat_fault fault = lead->repairing ? repeat_fault(&lead->incident) : none;
    enum repeat_verdict verdict;
    char words[LEAD_WHY];
    const char *why;

    if (lead->settings.foreign)
        return false;
    verdict = repeat_at_step(&lead->repeat, &fault, lead->restore);
    why = repeat_say(verdict, lead->repeat.count, words);
    if (why)
        give_up(lead, &lead->incident, lead->incident.text, why, effects);
    return why != NULL;
}
