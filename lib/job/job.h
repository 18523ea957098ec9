/* job - one TrainingJob: the manifest, decoded and defaulted. Pure.
 *
 * What the manifest may hold, key by key with range and default, stands in the tables of job.c and
 * training.c; rules about several keys stand in validate.c. Times are whole seconds. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/decode.h"
#include "base/problems.h"
#include "base/text.h"
#include "job/training.h"

#define JOB_NAME     40 /* most bytes of a job's name: pod names are made of it */
#define JOB_REPLICAS 1024
#define JOB_RANKS    64 /* most ranks of a replica */
#define JOB_SIZES    64 /* most sizes that are listed */
#define JOB_RULES    16
#define JOB_CODES    64  /* exit codes of a rule */
#define JOB_CODE     255 /* largest exit code */

struct cJSON;

enum job_version { JOB_V1ALPHA1 };
enum job_kind { JOB_TRAINING_JOB };
enum job_task { TASK_TRAIN };

/* How a command of one's own meets Muster: it finds its place in its environment and is started
 * anew with each generation; or it speaks the link (wire/link.h) and outlives generations. */
enum job_interface { INTERFACE_ENVIRONMENT, INTERFACE_LINK };

/* Fewer replicas, while lost ones do not come back. Which, says sizes_smaller. */
struct job_elastic {
    int64_t min_replicas;
    int64_t sizes[JOB_SIZES];
    size_t size_count; /* 0 = every size that can be */
};

/* Durable checkpoints. */
struct job_checkpoint {
    char *directory; /* NULL = none are written, and the other fields are 0 */
    int64_t every_seconds;
    int64_t keep_last;
};

/* `count` faults within any `window_seconds` are repaired; one more ends the job. */
struct job_budget {
    int64_t count;
    int64_t window_seconds;
};

enum job_action { ACTION_FAIL_JOB };

/* What is done when a process ends with one of these exit codes. A process that was ended by signal
 * n counts as 128 + n. */
struct job_rule {
    enum job_action action;
    int64_t exit_codes[JOB_CODES];
    size_t exit_code_count;
};

struct job_recovery {
    struct job_budget rank;  /* a process that fails */
    struct job_budget pod;   /* an agent that is lost */
    int64_t replace_seconds; /* how long a lost pod is waited for */
    struct job_rule rules[JOB_RULES];
    size_t rule_count;
    /* Made of the rules: bit n % 8 of byte n / 8 is set when exit code n fails the job. */
    unsigned char final_codes[(JOB_CODE + 1) / 8];
};

struct job {
    enum job_version version;
    enum job_kind kind;
    char *name;
    char *namespace; /* NULL = not said */
    enum job_task task;
    int64_t replicas;
    int64_t spares; /* pods beyond the replicas */
    int64_t ranks_per_replica;
    bool is_elastic; /* else `elastic` is zero */
    struct job_elastic elastic;
    bool native; /* there is a training section, else `training` is zero; or there is a template */
    struct training training;
    enum job_interface interface; /* a native trainer speaks the link, whatever this is */
    struct job_checkpoint checkpoint;
    struct job_recovery recovery;
    int64_t start_seconds; /* deadline for the first step */
    char *template;        /* of the pods, an object as JSON (template.h); NULL = not said */
};

/* Decodes and defaults a manifest's tree, or the object that the API server gives for it, into the
 * zeroed `job` and checks every rule. What the server adds, status and uid and so on, is passed
 * over. Everything wrong is added to `problems`. Returns 0, or 1 when a problem was added; job_done
 * is owed in both cases. */
int job_decode(const struct cJSON *json, struct job *job, struct problems *problems);

/* Releases what decoding allocated. */
void job_done(struct job *job);

CLEANUP_DEFINE(job, struct job, job_done)

/* Adds the whole job as canonical JSON, every default written out. Decoding it gives the same
 * struct. Labels and annotations are checked when a manifest is decoded, not kept. A native job may
 * be printed without its template, from a copy of the struct in which that is NULL. */
void job_print(const struct job *job, struct text *out);

/* All keys of a manifest. The schema in scripts/crd/trainingjob.yaml is compared with it. */
extern const struct decode_table job_table;

/* How many ranks train: replicas x ranks of each. */
int64_t job_world(const struct job *job);

#endif
