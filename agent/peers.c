/* peers - sessions with the other agents. */
#include <stdlib.h>
#include <string.h>

#include "agent/peers_private.h"
#include "base/clock.h"
#include "base/memory.h"

#define SESSION  "/muster.Member/Session"
#define STANDING "/muster.Member/Standing"

_Static_assert(sizeof((struct identity){0}.life) == MEMBER_NAME_LIFE, "a certificate names a life");

static struct session *session_find(const struct peers *peers, const struct identity *id)
{
    for (struct session *session = peers->sessions; session; session = session->next) {
        if (identity_equal(&session->id, id))
            return session;
    }
    return NULL;
}

struct session *peers_session_add(struct peers *peers, int64_t patience)
{
    struct session *session = memory_get(1, sizeof *session);

    session->peers = peers;
    session->next = peers->sessions;
    peers->sessions = session;
    lease_begin(&session->lease, patience, clock_now());
    peers_beat_watch(peers);
    return session;
}

/* Takes the session out of the list; its channel is freed from the loop. */
static void session_end(struct session *session)
{
    struct peers *peers = session->peers;
    struct session **at = &peers->sessions;

    while (*at != session)
        at = &(*at)->next;
    *at = session->next;
    session->next = peers->ended;
    peers->ended = session;
    loop_timer(peers->loop, &peers->later, clock_now());
}

void peers_session_drop(struct session *session)
{
    rpc_drop(session->call);
    session_end(session);
}

static void sessions_free(struct peers *peers)
{
    while (peers->ended) {
        struct session *session = peers->ended;

        peers->ended = session->next;
        rpc_hang_up(session->channel);
        free(session);
    }
}

static void on_later(void *context)
{
    struct peers *peers = context;

    sessions_free(peers);
    while (peers->unreachable) {
        struct unreachable *gone = peers->unreachable;
        struct identity id = gone->id;

        peers->unreachable = gone->next;
        free(gone);
        peers->settings.events.lost(peers->settings.context, &id, false);
    }
}

static void on_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct session *session = context;
    struct peers *peers = session->peers;
    struct peers_heard heard = peers->settings.events.message(peers->settings.context, data, size);

    if (!identity_known(&heard.from) || !identity_equal(&heard.from, &session->peer)) {
        peers->counts.refused += identity_known(&heard.from);
        rpc_end(call, RPC_REFUSED, "not a message of this job");
        return;
    }
    session->id = heard.from;
    if (peers_beat_heard(session, &heard))
        peers->settings.events.serve(peers->settings.context);
    else
        rpc_end(call, RPC_REFUSED, "messages were lost");
}

static void on_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct session *session = context;
    struct peers *peers = session->peers;
    struct identity id = session->id;

    (void)call;
    (void)status;
    (void)reason;
    session_end(session);
    peers_beat_settle(peers, &id, false);
}

static const struct rpc_events call_events = {on_message, on_ended};

/* Reads who a name is of. Returns 0, or 1 when it is of nobody in this attempt of the job. */
static int peer_read(const struct peers *peers, const char *text, struct identity *peer)
{
    struct member_name name;

    if (member_name_read(text, &name) ||
        !member_name_same_attempt(&name, &peers->settings.papers->name))
        return 1;
    peer->slot = name.slot;
    memcpy(peer->life, name.life, sizeof peer->life);
    return 0;
}

/* A call of somebody who may not make it. */
static void refuse(struct peers *peers, struct rpc_call *call, const char *reason)
{
    peers->counts.refused++;
    rpc_end(call, RPC_DENIED, reason);
}

static void on_opened(void *context, struct rpc_call *call)
{
    struct peers *peers = context;
    struct session *session;
    struct identity peer;

    if (peer_read(peers, rpc_peer(call), &peer)) {
        refuse(peers, call, "not an agent of this job");
        return;
    }
    session = peers_session_add(peers, LEASE_MOST);
    session->peer = peer;
    session->call = call;
    rpc_accept(call, &call_events, session);
}

static void on_standing(void *context, struct rpc_call *call)
{
    struct peers *peers = context;

    if (strcmp(rpc_peer(call), MEMBER_NAME_DIRECTORY) == 0)
        peers->settings.standing(peers->settings.context, call);
    else
        refuse(peers, call, "not the directory");
}

static const struct rpc_method methods[] = {{SESSION, on_opened}, {STANDING, on_standing}};

struct peers *peers_new(struct rpc *rpc, const struct peers_settings *settings, struct error *error)
{
    struct peers *peers = memory_get(1, sizeof *peers);
    const struct rpc_service service = {.methods = methods, .method_count = 2, .context = peers};

    peers->rpc = rpc;
    peers->loop = rpc_loop(rpc);
    peers->settings = *settings;
    peers->later = (struct timer){.call = on_later, .context = peers};
    peers->server = rpc_serve(rpc, settings->listen, &settings->papers->own, &service, error);
    if (!peers->server) {
        free(peers);
        return NULL;
    }
    peers_beat_start(peers);
    return peers;
}

void peers_free(struct peers *peers)
{
    if (!peers)
        return;
    while (peers->sessions)
        peers_session_drop(peers->sessions);
    sessions_free(peers);
    while (peers->unreachable) {
        struct unreachable *gone = peers->unreachable;

        peers->unreachable = gone->next;
        free(gone);
    }
    loop_cancel(peers->loop, &peers->later);
    loop_cancel(peers->loop, &peers->watch);
    rpc_stop(peers->server);
    free(peers);
}

void peers_renewed(struct peers *peers)
{
    rpc_server_identity(peers->server, &peers->settings.papers->own);
}

int peers_port(const struct peers *peers)
{
    return rpc_port(peers->server);
}

static void unreachable_note(struct peers *peers, const struct identity *id)
{
    struct unreachable *gone = memory_get(1, sizeof *gone);

    gone->id = *id;
    gone->next = peers->unreachable;
    peers->unreachable = gone;
    loop_timer(peers->loop, &peers->later, clock_now());
}

static struct rpc_channel *peer_dial(const struct peers *peers,
                                     const struct identity *to,
                                     const char *address)
{
    struct member_name name = peers->settings.papers->name;
    char text[CERTIFICATE_NAME];

    name.slot = to->slot;
    memcpy(name.life, to->life, sizeof name.life);
    member_name_print(&name, text);
    return rpc_dial(peers->rpc, address, text, &peers->settings.papers->own);
}

struct session *peers_session_open(struct peers *peers, const struct identity *id, int64_t patience)
{
    const struct book_entry *entry = book_find(peers->settings.book, id);
    struct session *session;

    if (!entry || !entry->address[0] || !peers->settings.papers->certified)
        return NULL;
    session = peers_session_add(peers, patience);
    session->id = session->peer = *id;
    session->channel = peer_dial(peers, id, entry->address);
    session->call = rpc_open(session->channel, SESSION, CLOCK_NEVER, &call_events, session);
    return session;
}

void peers_send(struct peers *peers, const struct identity *to, const void *data, size_t size)
{
    struct session *session = session_find(peers, to);

    if (!session)
        session = peers_session_open(peers, to, LEASE_MOST);
    if (!session) {
        unreachable_note(peers, to);
        return;
    }
    session->sent++;
    if (rpc_send(session->call, data, size)) { /* it does not read */
        peers_cut(peers, to);
        unreachable_note(peers, to);
    }
}

void peers_cut(struct peers *peers, const struct identity *id)
{
    struct session *session;

    while ((session = session_find(peers, id)))
        peers_session_drop(session);
}

bool peers_alone(const struct peers *peers)
{
    return !peers->sessions;
}

struct peers_counts peers_counts(const struct peers *peers)
{
    return peers ? peers->counts : (struct peers_counts){0};
}
