/* lease - how long a session may be silent before its peer is doubted. Pure.
 *
 * Both ends of a session send a beat every LEASE_BEAT, whatever else they send. A session expires
 * when nothing was heard on it for its lease, which is learnt: LEASE_FACTOR times what the gaps
 * between two words hardly ever exceed (gaps.h), within LEASE_LEAST and LEASE_MOST. */
#ifndef AGENT_LEASE_H
#define AGENT_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/gaps.h"

#define LEASE_BEAT   INT64_C(250000000)
#define LEASE_LEAST  INT64_C(1500000000)
#define LEASE_MOST   INT64_C(10000000000) /* also for the first word of a session */
#define LEASE_PROBE  INT64_C(300000000)   /* for the first word of one that is to replace another */
#define LEASE_FACTOR 6

struct lease {
    int64_t patience; /* for the first word */
    int64_t since;    /* when something was heard last; at first, when it began */
    bool spoken;      /* something was heard */
    struct gaps gaps;
};

/* Begins: the first word is due within `patience`. */
void lease_begin(struct lease *lease, int64_t patience, int64_t now);

/* Something was heard. Returns how many beats should have come since the last word and did not. */
uint32_t lease_heard(struct lease *lease, int64_t now);

/* The silence until now does not count: it was not listened to. */
void lease_renew(struct lease *lease, int64_t now);

/* When it expires if nothing is heard until then. */
int64_t lease_end(const struct lease *lease);

/* Whether a process that wanted to be woken at `due` and is awake only `now` has stood still: then
 * it knows nothing of who was silent meanwhile. */
bool lease_stalled(int64_t due, int64_t now);

#endif
