/* keeper_link - what the keeper and the agent proper say to each other: small messages with
 * descriptors over a socket pair that keeps message boundaries.
 *
 * The keeper owns the rank processes and their pages; the agent proper decides. When the agent
 * proper dies, the keeper starts another one and hands it every rank that lives. */
#ifndef AGENT_KEEPER_LINK_H
#define AGENT_KEEPER_LINK_H

#include <stdint.h>

#include "base/error.h"

#define KEEPER_LINK_ENVIRONMENT "MUSTER_KEEPER" /* holds the agent's descriptor */
#define KEEPER_LINK_DESCRIPTORS 3
#define KEEPER_LINK_TEXT        240 /* what an incident can hold of a process's last words */

enum keeper_link_type {
    /* agent to keeper */
    KEEPER_LINK_SPAWN = 1, /* rank, place: the number before its lines, code: native or foreign;
                            * descriptor: the spec, or the words of a foreign one's environment */
    KEEPER_LINK_TERMINATE, /* rank: ask it to end */
    KEEPER_LINK_KILL,      /* rank */
    KEEPER_LINK_LEAVE,     /* code: end with it, do not start another agent */
    /* keeper to agent */
    KEEPER_LINK_RANK,   /* rank, process, code: native or foreign; descriptors of a native one:
                         * link, page, control. It lives. */
    KEEPER_LINK_EXITED, /* rank, process, status (waitpid's), text: what it said last */
    KEEPER_LINK_FAILED, /* rank, text: why it cannot be started */
    KEEPER_LINK_READY,  /* every rank that lives has been handed over */
    KEEPER_LINK_DRAIN   /* code: milliseconds, in which the pod is to be left */
};

/* Codes of SPAWN and RANK: whether the rank shares a link and pages, or is any command, which then
 * leads a process group that ends with it. */
enum keeper_link_kind { KEEPER_LINK_NATIVE, KEEPER_LINK_FOREIGN };

struct keeper_link_message {
    uint32_t type;
    uint32_t rank;
    int32_t process;
    int32_t status;
    uint32_t code;
    uint32_t place;
    char text[KEEPER_LINK_TEXT];
};

/* Sends a message with `count` descriptors (at most KEEPER_LINK_DESCRIPTORS), which stay the
 * caller's. Returns 0; 1 when the other side is gone or does not read. */
int keeper_link_send(int socket,
                     const struct keeper_link_message *message,
                     const int *descriptors,
                     int count);

/* Receives one message without waiting. Descriptors that came with it are the caller's; the others
 * are -1. Returns 0; 1 when there is none; 2 when the other side is gone; -1 when it is malformed.
 */
int keeper_link_receive(int socket,
                        struct keeper_link_message *message,
                        int descriptors[KEEPER_LINK_DESCRIPTORS],
                        struct error *error);

#endif
