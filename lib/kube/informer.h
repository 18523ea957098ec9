/* informer - brings a set of objects to its consumer and keeps it true: the loop around
 * kube/reflector.h.
 *
 * Objects are lent as trees for the time of a callback and released at once; the consumer keeps
 * what it needs of them, by uid: an object of a known name with another uid is another object. An
 * object may be told again as it was, and an event may be lost: act on the state, not on events. */
#ifndef KUBE_INFORMER_H
#define KUBE_INFORMER_H

#include <stdint.h>

#include "kube/client.h"
#include "kube/request.h"
#include "kube/resource_version.h"

struct cJSON;
struct informer;

/* Which objects. Texts must outlive the informer. */
struct informer_source {
    struct request_resource resource;
    const char *space;  /* namespace; NULL = all */
    const char *labels; /* selector; NULL = all */
};

/* What the consumer is told, never from within a call of this header. None may stop the informer or
 * free its client; they may send. */
struct informer_events {
    /* A list begins, perhaps in place of one that did not end. Each object that is told from now on
     * until `listed` is to be marked. */
    void (*listing)(void *context);
    /* The object is there, new or changed. Valid during the callback. */
    void (*object)(void *context, const struct cJSON *object);
    /* The object is gone; what is lent is its last state. */
    void (*deleted)(void *context, const struct cJSON *object);
    /* The list is whole: what was not marked since it began is gone. */
    void (*listed)(void *context);
    /* All that was written up to the version, by whom ever, has been told. */
    void (*advanced)(void *context, const struct resource_version *version);
    /* Something is wrong and is tried again; told once, to be logged. NULL = it is well again. */
    void (*trouble)(void *context, const char *reason);
};

/* Begins to list and watch with a client, which must outlive the informer. `seed` makes its waits
 * differ from those of others. Never NULL. */
struct informer *informer_start(struct client *client,
                                const struct informer_source *source,
                                const struct informer_events *events,
                                void *context,
                                uint64_t seed);

/* Ends it without a further callback. NULL is allowed. */
void informer_stop(struct informer *informer);

/* Up to which version everything was told; empty until the first list is whole. A write whose
 * answer named a version is seen when this is not older. */
const struct resource_version *informer_version(const struct informer *informer);

#endif
