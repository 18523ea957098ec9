/* pod_record - a Pod reduced to what the controller decides by. Pure.
 *
 * A Pod of the API is several kilobytes of JSON; thousands are watched. What is kept is a fixed
 * part and a few short texts. */
#ifndef CONTROLLER_POD_RECORD_H
#define CONTROLLER_POD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "controller/verdict.h"
#include "kube/resource_version.h"

#define POD_RECORD_NAME    72   /* a job's name, three numbers, dashes and a zero byte */
#define POD_RECORD_UID     40   /* a UUID with its zero byte, and some */
#define POD_RECORD_REASON  512  /* most bytes of a reason */
#define POD_RECORD_VERDICT 4096 /* most bytes of a verdict's text: what kubelets keep */

struct cJSON;

enum pod_phase { POD_PENDING, POD_RUNNING, POD_SUCCEEDED, POD_FAILED, POD_UNKNOWN };

/* Why a pod does not come up; worse ones are higher. */
enum pod_trouble {
    POD_TROUBLE_NONE,
    POD_TROUBLE_GATED,         /* somebody else decides when it may be placed */
    POD_TROUBLE_UNSCHEDULABLE, /* no node fits */
    POD_TROUBLE_VOLUME,        /* a volume cannot be mounted */
    POD_TROUBLE_CONTAINER,     /* its container cannot be made */
    POD_TROUBLE_IMAGE          /* an image cannot be pulled */
};

struct pod_record {
    char name[POD_RECORD_NAME];
    char uid[POD_RECORD_UID];
    char job[POD_RECORD_UID]; /* uid of the TrainingJob that controls it, or "" */
    struct resource_version version;
    int64_t created; /* seconds since 1970; 0 = not known */
    uint32_t attempt;
    uint32_t slot;
    uint32_t try;
    int32_t exit_code; /* of the agent, once ended */
    uint8_t phase;     /* enum pod_phase */
    uint8_t trouble;   /* enum pod_trouble */
    uint8_t verdict;   /* enum verdict */
    bool placed;       /* labels and name agree on attempt, slot and try */
    bool deleting;
    bool gone; /* set by whoever keeps records: deleted altogether, kept until it is replaced */
    bool ready;
    bool initialising; /* an init container runs */
    bool ended;        /* the agent's container has */
    bool disrupted;    /* preempted, evicted or drained: nobody's fault */
    bool starved;      /* ended because its memory was full, before it could say anything */
    char *node;        /* NULL = none yet */
    char *address;     /* numeric; NULL = none yet */
    char *reason;      /* of the trouble or the end, for people; NULL = none given */
    char *text;        /* of the verdict; NULL = none */
};

_Static_assert(sizeof(struct pod_record) <= 300, "a pod costs little");

/* Reduces a Pod into `record`, which pod_record_done releases. Whatever is odd in it counts as
 * absent. Returns 0; -1 when it has no name, uid or resourceVersion that can be kept. */
int pod_record_read(const struct cJSON *pod, struct pod_record *record, struct error *error);

void pod_record_done(struct pod_record *record);

CLEANUP_DEFINE(pod_record, struct pod_record, pod_record_done)

/* Whether its agent is gone or is about to go, whatever it has left behind. */
bool pod_record_over(const struct pod_record *record);

/* Whether its agent has ended for certain: whoever ran it has said so. A pod that is being deleted,
 * or that is gone without a word, may have one yet. */
bool pod_record_dead(const struct pod_record *record);

/* Whether nobody is to blame for its end: it was taken away, or was asked to leave and has. */
bool pod_record_blameless(const struct pod_record *record);

/* Says how it came to that: "was deleted", "ended with exit code 137 (OOMKilled)", or with what the
 * agent has said of it. */
void pod_record_add_end(const struct pod_record *record, struct text *out);

/* Writes the name of a try: JOB-ATTEMPT-SLOT-TRY. */
void pod_record_name(
    char name[POD_RECORD_NAME], const char *job, uint32_t attempt, uint32_t slot, uint32_t try);

#endif
