/* dossier - everything that is known of one job, kept between events.
 *
 * The informers bring objects, agents bring reports, answers of the API server bring refusals; all
 * of it is laid into the dossier of its job, by the job's uid. Nothing here is sent or decided. */
#ifndef CONTROLLER_DOSSIER_H
#define CONTROLLER_DOSSIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "controller/directory.h"
#include "controller/observation.h"

struct controller;
struct dial;
struct execution;
struct pod_word;

struct dossier_pod {
    struct pod_record record; /* first, so that a list of these is one of records */
    unsigned mark;            /* of the list that it was last seen in */
    struct dial *dial;        /* its agent is being asked how it stands, or NULL */
    enum standing standing;
    int64_t stood; /* when it was asked last; seconds since 1970 */
};

/* A pod of somebody else, whose name we wanted. */
struct dossier_stranger {
    struct pod_record record;
    int64_t seen; /* seconds since 1970 */
};

/* The desk of the running attempt, with what it needs. */
struct dossier_desk {
    struct desk *desk; /* NULL = none is open */
    uint32_t attempt;
    Muster__JobFacts facts; /* point into the two below */
    struct text spec;
    char *folder;        /* of checkpoints; "" = none */
    int64_t quorum_lost; /* since when no majority is left; 0 = one is */
    int64_t fenced;      /* since when the next attempt waits for its agents; 0 = none does */
};

struct dossier {
    char uid[JOB_RECORD_UID];
    struct controller *controller;
    bool there; /* `job` is known; otherwise only pods of it are */
    bool gone;  /* a list has not named the job any more */
    bool gated; /* a write of ours has not come back yet */
    unsigned mark;
    struct job_record job;
    struct dossier_pod **pods;
    size_t pod_count;
    size_t pod_capacity;
    struct dossier_stranger *strangers; /* one a name */
    size_t stranger_count;
    size_t stranger_capacity;
    struct report *report; /* NULL = nothing was heard */
    uint32_t *missing;     /* slots that the lead waits for */
    size_t missing_count;
    struct pod_word *word; /* about a pod that does not start; NULL = there is none */
    struct dossier_desk desk;
    struct observed_refusal refusal;
    char refusal_message[512];
    int64_t status_written;
    struct resource_version written_job;
    struct resource_version written_pods;
    struct timer due;            /* when it is to be decided about */
    struct execution *execution; /* that is under way, or NULL */
    bool again;                  /* something has changed meanwhile */
    unsigned failures;           /* requests that came to nothing, in a row */
};

/* The dossier of a job, made when there is none. `uid` is that of a record. Never NULL. */
struct dossier *dossier_of(struct controller *controller, const char *uid);

/* The same, or NULL when there is none. */
struct dossier *dossier_find(struct controller *controller, const char *uid);

/* Lays in a job, and takes the record over. */
void dossier_job(struct dossier *dossier, struct job_record *record);

/* Lays in a pod, and takes the record over. What is older than what is known changes nothing, and a
 * pod that is gone stays gone: answers may come in another order than events. Returns the pod;
 * `ended` receives whether its agent has come to its end by this, which one that is only being
 * deleted has not. */
struct dossier_pod *dossier_pod(struct dossier *dossier, struct pod_record *record, bool *ended);

/* The pod of that uid, or NULL. */
struct dossier_pod *dossier_pod_find(const struct dossier *dossier, const char *uid);

/* Whether the pod is the newest of its slot. */
bool dossier_current(const struct dossier *dossier, const struct pod_record *pod);

/* Forgets pods that are gone and whose slot has a newer one. */
void dossier_prune(struct dossier *dossier);

/* Keeps a pod that has a name of ours, and takes the record over; or forgets the one that had. */
void dossier_stranger(struct dossier *dossier, struct pod_record *record, int64_t now);
void dossier_stranger_gone(struct dossier *dossier, const char *name);

/* Whether there is nothing left to keep it for: then the owner frees it. */
bool dossier_empty(const struct dossier *dossier);
void dossier_free(struct dossier *dossier);

#endif
