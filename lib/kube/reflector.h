/* reflector - keeps a copy of a set of objects true by LIST and WATCH: the decisions. Pure.
 *
 * Events go in, a plan comes out; the loop around it (kube/informer.h) carries it out. The rules
 * are those of client-go's reflector (tools/cache/reflector.go):
 *
 * - The first LIST is consistent (no version). It is read in pages of one version.
 * - A WATCH goes on from the last version that was seen, in an event or a bookmark, and asks the
 *   server to end it at a random time, so that watches spread over servers.
 * - A version that is no longer kept (410) makes a new LIST, at least as new as what was seen; only
 *   if that is refused too, a consistent one. So the copy never goes back in time.
 * - A server that is busy or away is asked again later and makes no new LIST.
 * - A watch that ends within a second without an event counts as a failure; so does one without a
 *   byte for 150 s, since bookmarks come every minute.
 * - What cannot be read is tried again, and after three times the LIST is made anew.
 * - Watches have lost events before; so the LIST is made anew when a watch ends 15 minutes after
 *   the last one. */
#ifndef KUBE_REFLECTOR_H
#define KUBE_REFLECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/backoff.h"
#include "base/text.h"
#include "kube/answer.h"
#include "kube/resource_version.h"

enum reflector_state {
    REFLECTOR_IDLE,
    REFLECTOR_LISTING,
    REFLECTOR_LIST_LATER,
    REFLECTOR_WATCHING,
    REFLECTOR_WATCH_LATER,
    REFLECTOR_STATES
};

enum reflector_event_type {
    REFLECTOR_START,
    REFLECTOR_PAGE,    /* a page came and its objects were taken: `version`, `next` */
    REFLECTOR_CHANGE,  /* an event or bookmark came and was taken: `version` */
    REFLECTOR_BYTES,   /* something came on the watch */
    REFLECTOR_ENDED,   /* the server ended the watch in order */
    REFLECTOR_REFUSED, /* the request failed, or the server ended the watch with an error: `class`,
                          `retry_after`, `reason` */
    REFLECTOR_BROKEN,  /* what came cannot be used: `reason` */
    REFLECTOR_DUE,     /* the time `due` has come */
    REFLECTOR_EVENTS
};

struct reflector_event {
    enum reflector_event_type type;
    int64_t now; /* nanoseconds */
    const struct resource_version *version;
    const char *next; /* token of the next page; "" = none */
    enum answer_class class;
    int64_t retry_after; /* nanoseconds */
    const char *reason;  /* in words for a log */
};

enum reflector_ask { REFLECTOR_NOTHING, REFLECTOR_LIST, REFLECTOR_WATCH };

/* What is to be done, in this order. Pointers are valid until the next step. */
struct reflector_plan {
    bool drop;           /* cancel the request that is under way */
    bool end;            /* the LIST is whole: forget what it did not have */
    bool advanced;       /* everything up to the reflector's `version` has been seen */
    bool well;           /* a trouble that was told is over */
    const char *trouble; /* begins; NULL when there is none, or it was told already */
    bool begin;          /* a LIST begins, perhaps in place of one that did not end */
    enum reflector_ask ask;
    const struct resource_version *from; /* NULL = the newest */
    const char *next;                    /* token of the page to ask for; "" = the first */
    unsigned timeout_seconds;            /* of the watch */
};

/* reflector_init, then one event REFLECTOR_START; reflector_done releases it. */
struct reflector {
    enum reflector_state state;
    struct resource_version version; /* seen */
    int64_t due;                     /* when REFLECTOR_DUE is to come; INT64_MAX = not */

    /* The rest is the reflector's own. */
    struct resource_version list_version;
    struct text next;
    bool newest;     /* the next LIST must be consistent */
    bool troubled;   /* a trouble was told */
    bool changed;    /* the watch has brought something */
    unsigned broken; /* times in a row that something could not be used */
    int64_t started; /* the request */
    int64_t heard;   /* the last byte of the watch */
    int64_t listed;  /* the last LIST that ended */
    struct backoff backoff;
};

void reflector_init(struct reflector *reflector, uint64_t seed);
void reflector_done(struct reflector *reflector);

/* Takes an event and says what to do. An event that cannot be in the present state, such as one of
 * a request that was dropped, changes nothing. */
void reflector_step(struct reflector *reflector,
                    const struct reflector_event *event,
                    struct reflector_plan *plan);

#endif
