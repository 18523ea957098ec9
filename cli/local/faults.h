/* faults - what is to be killed, stopped or drained while a local job runs, and when. Parsing is
 * pure.
 *
 * A list such as "rank:2@step=300,slot:1@25s,lead@step=900,agent:0@30.5s/4s":
 *   rank:R   the process of global rank R
 *   agent:S  the agent proper of slot S; its keeper and its ranks live on
 *   slot:S   everything of slot S: keeper, agent and ranks
 *   pod:S    the same, and nothing takes its place for a time
 *   lead     everything of the slot that leads
 *   drain:S  slot S is asked to leave, as by a drain of its node; never stopped
 * at a committed step, or so many seconds (a plain decimal number) after the first step. With
 * /SECONDSs behind that it is not killed but stopped for so long, an agent with its keeper; a pod
 * is killed and started again only then. */
#ifndef CLI_FAULTS_H
#define CLI_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define FAULTS_MOST 256

enum fault_target { FAULT_RANK, FAULT_AGENT, FAULT_SLOT, FAULT_POD, FAULT_LEAD, FAULT_DRAIN };

struct fault_entry {
    enum fault_target target;
    uint32_t index; /* of the rank or slot */
    int64_t step;   /* -1 = by time */
    int64_t after;  /* nanoseconds after the first step */
    int64_t length; /* stopped, or a pod away, for so many nanoseconds; 0 = killed */
    bool done;
    bool resumed;   /* it was stopped, and goes on; or it was not stopped */
    int64_t struck; /* when it was carried out */
};

struct faults {
    struct fault_entry entries[FAULTS_MOST];
    uint32_t count;
};

/* Reads a list, "" being the empty one. `slots` and `ranks`, both above 0, bound the indexes.
 * Returns 0, or -1 naming the entry and what is allowed. */
int faults_parse(
    struct faults *faults, const char *list, uint32_t slots, uint32_t ranks, struct error *error);

/* The first entry of the list that is due and not done, or NULL. `step` is the newest committed
 * one; `since` is the time since the first step, negative before. */
struct fault_entry *faults_due(struct faults *faults, int64_t step, int64_t since);

/* The first entry whose target is stopped and is to go on by `now`, or NULL. */
struct fault_entry *faults_over(struct faults *faults, int64_t now);

/* Says what an entry kills, stops or drains, "rank 2". */
void faults_name(const struct fault_entry *entry, char *out, unsigned size);

#endif
