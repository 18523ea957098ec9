/* status - the status of a TrainingJob: what the controller has decided and what it shows. Pure.
 *
 * It is the only memory of the controller that outlives it: attempt, tries and restarts are read
 * from here only. What is read back from the printed form is the same again. Points in time are
 * seconds since 1970, 0 = not yet. */
#ifndef CONTROLLER_STATUS_H
#define CONTROLLER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "controller/witness_record.h"
#include "kube/resource_version.h"

#define STATUS_REASON    40   /* of a condition, with its zero byte */
#define STATUS_MESSAGE   1024 /* most bytes of a condition's message */
#define STATUS_CAUSE     32
#define STATUS_WORDS     256 /* of an incident, with the zero byte */
#define STATUS_NODE      254
#define STATUS_POD       72
#define STATUS_INCIDENTS 16   /* kept; the newest */
#define STATUS_TIMES     1000 /* kept of restarts; the newest */
#define STATUS_RESULT    4096 /* most bytes of a result */
#define STATUS_IMAGE     512  /* most bytes of an image's name */

struct cJSON;

enum status_state {
    STATE_NONE, /* nothing was written yet */
    STATE_QUEUED,
    STATE_STARTING,
    STATE_RUNNING,
    STATE_RECOVERING,
    STATE_SUCCEEDED,
    STATE_FAILED,
    STATES
};

enum condition_type {
    CONDITION_COMPLETE,
    CONDITION_FAILED,
    CONDITION_SUSPENDED,
    CONDITION_ADMITTED,
    CONDITION_PODS_READY,
    CONDITION_RUNNING,
    CONDITION_RESTARTING,
    CONDITION_DEGRADED,
    CONDITION_CHECKPOINT_FRESH,
    CONDITIONS
};

enum condition_value { VALUE_UNKNOWN, VALUE_FALSE, VALUE_TRUE };

struct condition {
    enum condition_value value;
    char reason[STATUS_REASON];
    char *message;    /* NULL = "" */
    int64_t since;    /* of the value */
    int64_t observed; /* generation of the spec that it is about */
};

/* How far training is. `loss` and `accuracy` are NaN while there is none. */
struct status_progress {
    bool known;
    int64_t step; /* committed */
    int64_t total_steps;
    int64_t epoch;
    int64_t samples;
    double loss;
    double accuracy;
    double steps_per_second; /* 0 = not known */
    int64_t time;
};

/* Restarts of one rung: how many there were, and when the newest were. */
struct status_restarts {
    int64_t count;
    int64_t *times;
    size_t time_count;
};

enum status_span { SPAN_REVOKE, SPAN_FORM, SPAN_RESTORE, SPAN_STEP, SPAN_TOTAL, SPANS };

/* One repair, as the lead has reported it. */
struct status_incident {
    int64_t time; /* that it was heard of */
    uint32_t attempt;
    int64_t generation; /* that it ended in */
    char cause[STATUS_CAUSE];
    char class[STATUS_CAUSE]; /* "" = not known */
    uint32_t slot;
    uint32_t rank; /* of the whole job */
    uint32_t rung;
    char node[STATUS_NODE];
    char pod[STATUS_POD];
    double milliseconds[SPANS]; /* negative = not known */
    int64_t steps_redone;
    char words[STATUS_WORDS];
};

struct status {
    enum status_state state;
    int64_t observed_generation;
    uint32_t attempt;   /* 0 = none yet */
    int64_t generation; /* of the newest view of the attempt; 0 = it has not run yet */
    uint32_t members;   /* of that view where they are fewer than `replicas`, else 0 */
    uint32_t *tries;    /* by slot */
    uint32_t slots;     /* of the attempt: replicas and spares */
    uint32_t replicas;  /* of the attempt */
    uint32_t ready;     /* pods; at most `replicas` */
    char *agent_image;  /* of the attempt */
    char *trainer_image;
    struct condition conditions[CONDITIONS];
    struct status_progress progress;
    int64_t durable_step; /* of the newest checkpoint; -1 = none */
    int64_t rank_restarts;
    struct status_restarts pod_restarts;
    struct status_restarts attempt_restarts;
    struct status_incident *incidents; /* oldest first */
    size_t incident_count;
    int64_t start_time;
    int64_t running_time;
    int64_t completion_time;
    struct witness_record witness; /* of the attempt */
    char *result;                  /* a JSON object; NULL = none */
};

/* A job of which nothing is known. status_done is owed. */
void status_init(struct status *status);

/* Reads the member `status` of a TrainingJob, which may be NULL, into a new `status`. Whatever is
 * odd in it counts as absent. */
void status_read(const struct cJSON *json, struct status *status);

/* Makes `to`, new, a copy. */
void status_copy(struct status *to, const struct status *from);

void status_done(struct status *status);

CLEANUP_DEFINE(status, struct status, status_done)

/* Begins attempt `number` with a slot for each replica and spare, every try 0 and nothing
 * witnessed. */
void status_begin(struct status *status, uint32_t number, uint32_t replicas, uint32_t spares);

/* Changes a condition. `since` changes with the value only. The message is cut at STATUS_MESSAGE.
 */
void status_set(struct status *status,
                enum condition_type type,
                enum condition_value value,
                int64_t now,
                const char *reason,
                const char *message);

/* Adds a restart and forgets those that are older than `window` seconds or above STATUS_TIMES. */
void status_restarted(struct status_restarts *restarts, int64_t now, int64_t window);

/* How many restarts were within the last `window` seconds. */
int64_t status_recent(const struct status_restarts *restarts, int64_t now, int64_t window);

/* Adds an incident, unless it is there, or older than one that is. Returns whether it was added. */
bool status_happened(struct status *status, const struct status_incident *incident);

/* How a change must be written. */
enum status_change {
    STATUS_SAME,
    STATUS_LATER, /* progress and the like: with the next write */
    STATUS_NOW    /* something was decided, or a condition has changed */
};

/* Compares what was written with what is to be. */
enum status_change status_compare(const struct status *old, const struct status *new);

/* Adds a JSON merge patch of the members that differ, bound to the version that `old` was read
 * from: the server refuses it when somebody else has written since. `job` is the job's name. */
void status_patch(const struct status *old,
                  const struct status *new,
                  const char *job,
                  const struct resource_version *version,
                  struct text *out);

/* The words of the API. */
const char *status_state_name(enum status_state state);
const char *status_condition_name(enum condition_type type);
const char *status_value_name(enum condition_value value);
const char *status_span_name(enum status_span span);

#endif
