/* link - the agent's end of what it shares with one rank process (wire/link.h). */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/message.h"
#include "base/error.h"
#include "base/loop.h"
#include "wire/link.h"

/* What a rank said, bounded and checked; `tail` ends with a zero byte. */
typedef void (*link_heard)(void *context,
                           uint32_t rank,
                           const struct link_message *message,
                           const char *tail);

struct link {
    struct loop *loop;
    struct watch watch;
    bool open;
    uint32_t rank;
    pid_t process;                /* the owner's: whose end the other one is, 0 = none */
    struct link_page *page;       /* what the rank writes */
    struct link_control *control; /* what it reads */
    link_heard heard;
    void *context;
};

/* Takes the three descriptors that the keeper handed over (socket, page, control), also on failure,
 * and begins to listen. `heard` and `context` of `link` are set by the caller before. Returns 0 or
 * -1. */
int link_open(struct link *link,
              struct loop *loop,
              uint32_t rank,
              const int descriptors[3],
              struct error *error);

/* Reads what is still there, then lets go of everything. A closed link stays closed. */
void link_close(struct link *link);

/* Raises the revoke word: communicators of this generation and all before it give up. */
void link_revoke(struct link *link, uint64_t generation);

/* Sends one message. `blobs` is for LINK_GO, else NULL with count 0. Returns 0, or 1 when the rank
 * does not take it. */
int link_send(struct link *link,
              const struct link_message *message,
              const struct blob *blobs,
              uint32_t blob_count);

#endif
