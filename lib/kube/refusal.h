/* refusal - the Status object with which a Kubernetes server refuses, read within bounds. Pure.
 *
 * Its texts come from outside and are shown to users: what does not fit is cut between characters,
 * and what cannot be shown on one line becomes a space. */
#ifndef KUBE_REFUSAL_H
#define KUBE_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#define REFUSAL_BYTES   65536 /* most of a Status that is read */
#define REFUSAL_REASON  64
#define REFUSAL_FIELD   128
#define REFUSAL_MESSAGE 512
#define REFUSAL_CAUSES  8

struct cJSON;

/* One cause: "FieldValueInvalid" at "spec.replicas". */
struct refusal_cause {
    char reason[REFUSAL_REASON];
    char field[REFUSAL_FIELD];
    char message[REFUSAL_MESSAGE];
};

/* A Status. What it does not say is 0 or empty. */
struct refusal {
    int code;
    char reason[REFUSAL_REASON]; /* "AlreadyExists" */
    char message[REFUSAL_MESSAGE];
    size_t cause_count; /* of those that are kept */
    struct refusal_cause causes[REFUSAL_CAUSES];
};

/* Reads the body of an answer. Returns 0, or 1 when it is not a Status; `refusal` is untouched
 * then. */
int refusal_read(const char *bytes, size_t size, struct refusal *refusal);

/* The same from a tree, which stays the caller's. */
int refusal_decode(const struct cJSON *json, struct refusal *refusal);

/* Whether a cause has that reason. */
bool refusal_has_cause(const struct refusal *refusal, const char *reason);

#endif
