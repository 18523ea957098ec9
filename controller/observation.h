/* observation - everything that is known of one job when it is decided about. Pure.
 *
 * Nothing here is owned by it. Points in time are seconds since 1970. */
#ifndef CONTROLLER_OBSERVATION_H
#define CONTROLLER_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller/job_record.h"
#include "controller/pod_record.h"
#include "controller/report.h"

/* How the API server refused to create a pod. */
enum refusal_kind {
    REFUSAL_NONE,
    REFUSAL_QUOTA,       /* there is no room now */
    REFUSAL_DENIED,      /* a policy or a right is missing; somebody may mend it */
    REFUSAL_INVALID,     /* no pod can be made of this spec */
    REFUSAL_TERMINATING, /* the namespace is being deleted */
    REFUSALS
};

/* The newest refusal since a pod of the job was last created. */
struct observed_refusal {
    enum refusal_kind kind;
    const char *message;
    int64_t time;
    unsigned count; /* in a row */
};

/* How an agent stands, as it was asked. */
enum standing {
    STANDING_UNKNOWN, /* it was not asked */
    STANDING_SILENT,  /* it cannot be reached, or says nothing */
    STANDING_IDLE,
    STANDING_RUNNING /* it trains */
};

struct observed_standing {
    const struct pod_record *pod; /* one of `pods` */
    enum standing standing;
    int64_t time; /* that it was asked */
};

/* A pod that has a name of ours and is not of this job: what the API server has shown after it said
 * that the name is taken. */
struct observed_stranger {
    const struct pod_record *pod;
    int64_t time; /* that it was looked at */
};

/* A pod that does not start and does not say why, and what was said of it in Events. */
struct observed_word {
    const struct pod_record *pod; /* NULL = there is none */
    enum pod_trouble trouble;
    const char *text; /* of the trouble */
};

struct observation {
    const struct job_record *job;         /* NULL = there is none any more */
    const struct pod_record *const *pods; /* that the job controls, of all attempts */
    size_t pod_count;
    const struct observed_stranger *strangers;
    size_t stranger_count;
    const struct report *report; /* NULL = nothing was heard */
    struct observed_word word;
    /* Names of nodes that are lost: the lead misses agents there, and the Node is not Ready or out
     * of service. One of the two is not enough: a node without its kubelet may still train. */
    const char *const *lost_nodes;
    size_t lost_node_count;
    uint32_t quorum_lost; /* the attempt of which the directory says so, for a second at least; 0 */
    /* What the witness of the running attempt must keep before it gives its vote; NULL = nothing.
     */
    const struct witness_record *witness;
    const struct observed_standing *standings; /* of agents that were asked */
    size_t standing_count;
    int64_t fenced; /* since when a new attempt waits for the agents of the last; 0 = none does */
    struct observed_refusal refusal;
    int64_t status_written; /* when this process last wrote the job's status; 0 = never */
    /* Read your own writes: the newest versions that were written for this job, and how far the
     * watch of pods has come. */
    struct resource_version written_job;
    struct resource_version written_pods;
    struct resource_version seen_pods;
    int64_t now;
};

#endif
