/* inbox - what a machine of this agent is to hear next.
 *
 * A machine's effects point into its state, so they are all carried out before it takes another
 * step. What they cause in this process (a message to oneself, ranks that are quiet already) waits
 * here, in order, with everything it needs copied. */
#ifndef AGENT_INBOX_H
#define AGENT_INBOX_H

#include <stddef.h>

#include "agent/member.h"

enum inbox_kind {
    INBOX_ENVELOPE, /* bytes: a packed message to oneself */
    INBOX_MEMBER,   /* event with message: for the member */
    INBOX_LOST,     /* id, silent: for both machines */
    INBOX_STAND     /* id: the lead that was lost, at `since`; left = it said that it leaves */
};

struct inbox_item {
    struct inbox_item *next;
    enum inbox_kind kind;
    struct identity id;
    bool silent;
    bool left;
    int64_t since;
    struct member_event event;
    struct message message; /* of `event`; its text and blobs are copies */
    char *bytes;
    size_t size;
};

/* Zero-initialise to begin. */
struct inbox {
    struct inbox_item *first;
    struct inbox_item *last;
};

void inbox_envelope(struct inbox *inbox, const void *data, size_t size);
void inbox_member(struct inbox *inbox, const struct member_event *event);
void inbox_lost(struct inbox *inbox, const struct identity *id, bool silent);
void inbox_stand(struct inbox *inbox, const struct identity *lost, int64_t since, bool left);

/* Takes the oldest item, to be freed with inbox_free; NULL when there is none. */
struct inbox_item *inbox_take(struct inbox *inbox);
void inbox_free(struct inbox_item *item);

#endif
