/* answer - what came back for a request, and what it means for whoever sent it. Pure. */
#ifndef KUBE_ANSWER_H
#define KUBE_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "kube/refusal.h"

#define ANSWER_REASON 256

/* What an answer means. */
enum answer_class {
    ANSWER_DONE,        /* 2xx */
    ANSWER_EXISTS,      /* 409: the name of a new object is taken */
    ANSWER_CONFLICT,    /* 409: another version than the one named; read again, decide again */
    ANSWER_ABSENT,      /* 404 */
    ANSWER_EXPIRED,     /* 410: the version or page is no longer kept */
    ANSWER_TOO_NEW,     /* 504: the server has not yet seen the version asked for */
    ANSWER_INVALID,     /* 400, 405, 406, 413, 415, 422: will not change by trying again */
    ANSWER_DENIED,      /* 401, 403 */
    ANSWER_QUOTA,       /* 403: a resource quota is used up */
    ANSWER_TERMINATING, /* 403: the namespace is being deleted */
    ANSWER_BUSY,        /* 429, 5xx, and whatever is not named here: later */
    ANSWER_LOST,        /* no whole answer: it may have been done or not */
    ANSWER_TOO_LARGE,   /* the answer was larger than the request's limit and was cut off */
    ANSWER_CLASSES
};

/* One answer. The body belongs to whoever hands the answer out. */
struct answer {
    int status;                 /* of HTTP; 0 = no answer came, or none that could be kept */
    int too_large;              /* 1 = it was cut off at the limit */
    int64_t retry_after;        /* nanoseconds the server asks to wait; 0 = it did not say */
    char reason[ANSWER_REASON]; /* why there is none; else empty */
    const char *body;           /* ended by a zero byte that `size` does not count; never NULL */
    size_t size;
};

/* What an answer means. `refusal` gets what the server said, or zeros, when it is a refusal; it
 * may be NULL. */
enum answer_class answer_classify(const struct answer *answer, struct refusal *refusal);

/* What a Status means, whatever way it came. */
enum answer_class answer_classify_refusal(const struct refusal *refusal);

/* The word for a class, for messages and metrics: "conflict". */
const char *answer_word(enum answer_class class);

/* Writes one line for a log, such as "409 AlreadyExists: pods \"x\" already exists" or "no answer:
 * Connection refused", cut at `size`. */
void answer_describe(const struct answer *answer, char *out, size_t size);

#endif
