/* peers - sessions with the other agents: who can be reached, and who is lost.
 *
 * Either side opens a session when it has something to say; both speak on it, and both send a beat
 * every LEASE_BEAT. Each knows by the other's certificate who that is: an agent of another job or
 * attempt is refused, and so is a message in the name of somebody else. An agent is lost when the
 * last session to it has ended, or when none can be opened. On a session that is silent for its
 * lease nothing is ended yet: a new one is opened beside it, and an answer on that replaces the
 * silent one. Without an answer, or when words that were said on the silent one may not have
 * arrived, the agent is lost. */
#ifndef AGENT_PEERS_H
#define AGENT_PEERS_H

#include <stddef.h>

#include "agent/book.h"
#include "agent/papers.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/text.h"
#include "wire/rpc.h"

/* What came. */
struct peers_heard {
    struct identity from; /* nobody = it was not understood */
    bool beat;
    uint64_t confirmed; /* beat: so many other messages have arrived on this session */
};

/* What the peers tell their owner, and ask it. */
struct peers_events {
    /* An envelope came. Returns what it is, so that the session is known to be theirs; one that was
     * not understood ends the session. */
    struct peers_heard (*message)(void *context, const void *data, size_t size);
    /* It is to be acted on; comes behind `message`, when an answer finds the session. Not for a
     * message that ends it. */
    void (*serve)(void *context);
    /* Packs a beat to this agent, which says that so many other messages of it have arrived. */
    void (*beat)(void *context, const struct identity *to, uint64_t received, struct text *out);
    /* `silent` = it was not heard of; else its last session has ended. */
    void (*lost)(void *context, const struct identity *id, bool silent);
};

/* What was counted since the beginning. */
struct peers_counts {
    uint64_t missed;   /* beats that did not come in time */
    uint64_t expired;  /* leases */
    uint64_t probed;   /* connections opened because of that */
    uint64_t replaced; /* sessions that were silent while their peer answered on a new one */
    uint64_t refused;  /* calls and messages, because of who they came from */
};

/* Everything here must outlive the peers. */
struct peers_settings {
    const char *listen;          /* where sessions are accepted */
    const struct papers *papers; /* until they have a certificate nobody is let in or reached */
    const struct book *book;
    struct peers_events events;
    /* Somebody asks how this agent stands: the call's owner answers it. */
    void (*standing)(void *context, struct rpc_call *call);
    void *context;
};

struct peers;

/* Listens for sessions. Returns NULL when it cannot. */
struct peers *peers_new(struct rpc *rpc,
                        const struct peers_settings *settings,
                        struct error *error);
void peers_free(struct peers *peers);

/* The papers have changed: sessions are opened and let in with the new ones from now on. Those that
 * are open stay. */
void peers_renewed(struct peers *peers);

/* The port of the Member service. */
int peers_port(const struct peers *peers);

/* Sends an envelope to exactly this incarnation, opening a session if there is none. A peer that
 * cannot be reached is reported as lost, later. */
void peers_send(struct peers *peers, const struct identity *to, const void *data, size_t size);

/* Ends every session with it without reporting it lost. */
void peers_cut(struct peers *peers, const struct identity *id);

/* Whether no session is open. */
bool peers_alone(const struct peers *peers);

/* NULL = nothing was counted. */
struct peers_counts peers_counts(const struct peers *peers);

#endif
