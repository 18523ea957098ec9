/* peers_private - what the two files of the sessions share. Nobody else includes it. */
#ifndef AGENT_PEERS_PRIVATE_H
#define AGENT_PEERS_PRIVATE_H

#include "agent/lease.h"
#include "agent/peers.h"

struct session {
    struct peers *peers;
    struct session *next;
    struct rpc_call *call;
    struct rpc_channel *channel; /* NULL when the peer opened it */
    struct identity peer;        /* by its certificate */
    struct identity id;          /* unknown until the first message of a session it opened */
    struct lease lease;
    bool doubted;       /* its lease is over; whether the peer is there shows on another session */
    uint64_t sent;      /* messages that were no beats */
    uint64_t confirmed; /* so many of them are known to have arrived */
    uint64_t received;  /* messages that were no beats */
};

/* Somebody who cannot be reached; told from the loop, because a sender does not expect to be called
 * back while it sends. */
struct unreachable {
    struct unreachable *next;
    struct identity id;
};

struct peers {
    struct loop *loop;
    struct rpc *rpc;
    struct rpc_server *server;
    struct peers_settings settings;
    struct session *sessions; /* the newest first */
    struct session *ended;    /* freed later: their channels may not be freed within a callback */
    struct unreachable *unreachable;
    struct timer later;
    struct timer watch; /* for the next beat, and the next lease that ends */
    int64_t beat_due;
    struct peers_counts counts;
};

/* peers.c */

/* Adds a session whose first word is due within `patience`. */
struct session *peers_session_add(struct peers *peers, int64_t patience);

/* Opens a session to this incarnation. Returns NULL when there is no way to it. */
struct session *peers_session_open(struct peers *peers,
                                   const struct identity *id,
                                   int64_t patience);

/* Ends a session without any further callback. */
void peers_session_drop(struct session *session);

/* peers_beat.c */

/* Begins to send beats and to watch leases. */
void peers_beat_start(struct peers *peers);

/* A session was added: its lease is watched. */
void peers_beat_watch(struct peers *peers);

/* The agent is lost if all sessions to it are doubted, or there is none. `silent` as for the event.
 */
void peers_beat_settle(struct peers *peers, const struct identity *id, bool silent);

/* Something came on the session, and was understood. Returns false when the session is to be ended:
 * the peer answers again, but what was said on a silent session may not have reached it. */
bool peers_beat_heard(struct session *session, const struct peers_heard *heard);

#endif
