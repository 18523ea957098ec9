/* request - requests to the Kubernetes API as data, made without a client. Pure.
 *
 * Whoever decides makes them; whoever has a client sends them. Names and values are
 * percent-encoded (RFC 3986), so that no name can change the path it stands in. */
#ifndef KUBE_REQUEST_H
#define KUBE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kube/resource_version.h"

#define REQUEST_ANSWER ((size_t)4 << 20)  /* usual limit of an answer: above any object's */
#define REQUEST_PAGE   ((size_t)32 << 20) /* limit of a page of a list */

enum request_method { REQUEST_GET, REQUEST_POST, REQUEST_PATCH, REQUEST_DELETE, REQUEST_METHODS };

/* Who goes first. */
enum request_lane {
    REQUEST_WRITE, /* in the order of sending, as many at a time as the window allows */
    REQUEST_READ,  /* at once */
    REQUEST_STREAM /* a watch: at once, on a connection of its own, without a time-out */
};

/* A kind of objects: {"", "v1", "pods"}, {"muster.dev", "v1alpha1", "trainingjobs"}. */
struct request_resource {
    const char *group; /* "" = core */
    const char *version;
    const char *plural;
};

/* Where an object is. `space` is its namespace; NULL = none, or all of them for lists. No text is
 * empty, "." or "..", which are no names of objects and would change the path. */
struct request_place {
    const struct request_resource *resource;
    const char *space;
    const char *name;
    const char *part; /* "status"; NULL = the object itself */
};

/* Everything a client needs. Texts that it is made from are copied. */
struct request {
    enum request_method method;
    enum request_lane lane;
    struct text target;  /* path and query: "/api/v1/pods?limit=1" */
    const char *content; /* type of the body, a literal; NULL = no body */
    struct text body;
    size_t limit;    /* most bytes of the answer; of a stream's refusal */
    int64_t timeout; /* nanoseconds for all of it; 0 = none */
};

/* Which objects, and from when. Absent texts are NULL. */
struct request_selection {
    const char *labels;                     /* "muster.dev/job" */
    const char *fields;                     /* "metadata.name=x" */
    size_t page;                            /* most objects of an answer; 0 = all */
    const char *next;                       /* token of the next page; then `version` is not sent */
    const struct resource_version *version; /* LIST: at least as new; WATCH: what follows it. NULL
                                               or none = LIST: the newest */
    unsigned timeout_seconds;               /* WATCH: when the server shall end it */
};

/* Each of these fills a zeroed request, for which request_done is owed then. */

void request_get(struct request *request, const struct request_place *place);

/* A GET of a document that is no object: "/openid/v1/jwks". The answer has at most `limit` bytes.
 */
void request_document(struct request *request, const char *path, size_t limit);

void request_list(struct request *request,
                  const struct request_place *place,
                  const struct request_selection *selection);

/* A watch with bookmarks. */
void request_watch(struct request *request,
                   const struct request_place *place,
                   const struct request_selection *selection);

/* POST of a new object, `json`; the place has no name. An answer ANSWER_EXISTS means that the name
 * is taken, perhaps by an earlier try of the same request. */
void request_create(struct request *request, const struct request_place *place, const char *json);

/* JSON merge patch (RFC 7396). A metadata.resourceVersion in it makes it a compare-and-swap. */
void request_patch(struct request *request, const struct request_place *place, const char *json);

/* What a delete may hit. */
struct request_condition {
    const char *uid;                        /* NULL = any */
    const struct resource_version *version; /* NULL = any */
    int grace_seconds;                      /* -1 = the object's own */
};

/* DELETE in the background; ANSWER_CONFLICT when the condition does not hold. */
void request_delete(struct request *request,
                    const struct request_place *place,
                    const struct request_condition *condition);

void request_done(struct request *request);

CLEANUP_DEFINE(request, struct request, request_done)

/* "GET", "POST", ... */
const char *request_word(enum request_method method);

#endif
