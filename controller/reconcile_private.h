/* reconcile_private - what the files of reconcile share. Pure. */
#ifndef CONTROLLER_RECONCILE_PRIVATE_H
#define CONTROLLER_RECONCILE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/reconcile.h"

/* One pass. */
struct work {
    const struct observation *seen;
    const struct reconcile_settings *settings;
    struct plan *plan;
    const struct job_record *job;
    struct status next;                /* what the status is to be */
    const struct pod_record **current; /* by slot of `next`: the pod of its try; NULL = none */
};

/* What a policy has come to. */
enum policy_outcome {
    POLICY_NEXT,  /* nothing that stands in the way of the next one */
    POLICY_WRITE, /* the status must be written before anything else */
    POLICY_STOP   /* the plan is complete as it is */
};

/* reconcile_end.c: how a job ends. */

/* Whether it has ended. */
bool work_finished(const struct status *status);

/* Ends the job as failed. `text` is for people. */
enum policy_outcome work_fail(struct work *work, const char *reason, const char *text);

enum policy_outcome policy_finished(struct work *work);
enum policy_outcome policy_complete(struct work *work);

/* reconcile_pods.c: the pods of the attempt. */

/* Fills `current` by `next`. */
void work_index(struct work *work);

/* Whether a pod's node is lost, and whether its agent is gone or is about to go, for that reason or
 * its own. */
bool work_node_lost(const struct work *work, const struct pod_record *pod);
bool work_over(const struct work *work, const struct pod_record *pod);

/* How many slots have a pod that is not over. */
uint32_t work_alive(const struct work *work);

enum policy_outcome policy_taken(struct work *work);
enum policy_outcome policy_lost(struct work *work);
enum policy_outcome policy_superseded(struct work *work);
enum policy_outcome policy_missing(struct work *work);

/* The pod of another owner that has the name of a slot's pod, or NULL. */
const struct observed_stranger *work_stranger(const struct work *work, uint32_t slot);

/* reconcile_attempt.c: attempts. */
enum policy_outcome policy_invalid(struct work *work);
enum policy_outcome policy_begin(struct work *work);
enum policy_outcome policy_attempt(struct work *work);

/* How many members the newest view has that was heard of; before the first, the replicas. */
uint32_t work_members(const struct work *work);

/* Whether so many pods can make a majority of a view of `members`, the witness included. */
bool work_majority(uint32_t members, uint32_t pods);
enum policy_outcome policy_late(struct work *work);

/* reconcile_fence.c: whether the next attempt may begin. If not, the plan asks the agents of the
 * last one how they stand. `stopped`: they have said that they stop. Returns POLICY_NEXT when it
 * may; POLICY_STOP while they have hardly been asked, to spare a write; later POLICY_WRITE. */
enum policy_outcome work_fence(const struct work *work, bool stopped);

/* reconcile_describe.c: takes over what the agents report, and says how the job is. */

/* What was heard of the attempt, or NULL. */
const struct report *work_report(const struct work *work);

enum policy_outcome policy_hear(struct work *work);

/* Sets every condition, the state and the number of pods that are ready. */
void work_describe(struct work *work);

#endif
