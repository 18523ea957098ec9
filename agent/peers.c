/* peers - sessions with the other agents. */
#include "agent/peers.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define SESSION "/muster.Member/Session"

struct session {
    struct peers *peers;
    struct session *next;
    struct rpc_call *call;
    struct rpc_channel *channel; /* NULL when the peer opened it */
    struct identity id;          /* unknown until the first message of a session it opened */
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
    struct session *sessions;
    struct session *ended; /* freed later: their channels may not be freed within a callback */
    struct unreachable *unreachable;
    struct timer later;
};

static struct session *session_find(const struct peers *peers, const struct identity *id)
{
    for (struct session *session = peers->sessions; session; session = session->next) {
        if (identity_equal(&session->id, id))
            return session;
    }
    return NULL;
}

static struct session *session_add(struct peers *peers)
{
    struct session *session = memory_get(1, sizeof *session);

    session->peers = peers;
    session->next = peers->sessions;
    peers->sessions = session;
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
        peers->settings.events.lost(peers->settings.context, &id);
    }
}

static void on_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct session *session = context;
    struct peers *peers = session->peers;
    struct identity from = peers->settings.events.message(peers->settings.context, data, size);

    if (identity_known(&from) &&
        (!identity_known(&session->id) || identity_equal(&from, &session->id))) {
        session->id = from;
        peers->settings.events.serve(peers->settings.context);
        return;
    }
    rpc_end(call, RPC_REFUSED, "not a message of this job");
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
    if (identity_known(&id) && !session_find(peers, &id))
        peers->settings.events.lost(peers->settings.context, &id);
}

static const struct rpc_events call_events = {on_message, on_ended};

static void on_opened(void *context, struct rpc_call *call)
{
    struct session *session = session_add(context);

    session->call = call;
    rpc_accept(call, &call_events, session);
}

static const struct rpc_method methods[] = {{SESSION, on_opened}};

struct peers *peers_new(struct rpc *rpc, const struct peers_settings *settings, struct error *error)
{
    struct peers *peers = memory_get(1, sizeof *peers);
    const struct rpc_service service = {.methods = methods, .method_count = 1, .context = peers};

    peers->rpc = rpc;
    peers->loop = rpc_loop(rpc);
    peers->settings = *settings;
    peers->later = (struct timer){.call = on_later, .context = peers};
    peers->server = rpc_serve(rpc, settings->listen, settings->secret, &service, error);
    if (peers->server)
        return peers;
    free(peers);
    return NULL;
}

void peers_free(struct peers *peers)
{
    if (!peers)
        return;
    while (peers->sessions) {
        rpc_drop(peers->sessions->call);
        session_end(peers->sessions);
    }
    sessions_free(peers);
    while (peers->unreachable) {
        struct unreachable *gone = peers->unreachable;

        peers->unreachable = gone->next;
        free(gone);
    }
    loop_cancel(peers->loop, &peers->later);
    rpc_stop(peers->server);
    free(peers);
}

void peers_secret(struct peers *peers, const char *secret)
{
    peers->settings.secret = secret;
    rpc_server_secret(peers->server, secret);
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

void peers_send(struct peers *peers, const struct identity *to, const void *data, size_t size)
{
    struct session *session = session_find(peers, to);
    const struct book_entry *entry = book_find(peers->settings.book, to);
    bool reachable = entry && entry->address[0] && peers->settings.secret;

    if (!session && !reachable) {
        unreachable_note(peers, to);
        return;
    }
    if (!session) {
        session = session_add(peers);
        session->id = *to;
        session->channel = rpc_dial(peers->rpc, entry->address, peers->settings.secret);
        session->call = rpc_open(session->channel, SESSION, CLOCK_NEVER, &call_events, session);
    }
    if (rpc_send(session->call, data, size)) { /* it does not read */
        peers_cut(peers, to);
        unreachable_note(peers, to);
    }
}

void peers_cut(struct peers *peers, const struct identity *id)
{
    struct session *session;

    while ((session = session_find(peers, id))) {
        rpc_drop(session->call);
        session_end(session);
    }
}

bool peers_alone(const struct peers *peers)
{
    return !peers->sessions;
}
