/* peers_beat - beats on the sessions, and what is done about those that are silent. */
#include "agent/peers_private.h"
#include "base/clock.h"

/* Beats. All sessions get theirs at the same time, so that everybody who hears nothing of this
 * agent any more notices that at about the same time. */

static void beat_send(struct session *session)
{
    const struct peers_settings *settings = &session->peers->settings;
    CLEAN(text) struct text bytes = {0};

    settings->events.beat(settings->context, &session->id, session->received, &bytes);
    rpc_send(session->call, bytes.data, bytes.size); /* who does not read is seen to be silent */
}

static void beats_send(struct peers *peers)
{
    for (struct session *session = peers->sessions; session; session = session->next) {
        if (session->lease.spoken)
            beat_send(session);
    }
}

/* Leases. */

static int64_t session_due(const struct session *session)
{
    return session->doubted ? CLOCK_NEVER : lease_end(&session->lease);
}

/* A session to the same agent that may still turn out well, or NULL. */
static struct session *hope_find(const struct peers *peers, const struct identity *id)
{
    for (struct session *session = peers->sessions; session; session = session->next) {
        if (identity_equal(&session->id, id) && !session->doubted)
            return session;
    }
    return NULL;
}

void peers_beat_settle(struct peers *peers, const struct identity *id, bool silent)
{
    if (!identity_known(id) || hope_find(peers, id))
        return;
    peers_cut(peers, id);
    peers->settings.events.lost(peers->settings.context, id, silent);
}

/* Whether the agent is heard on another session. */
static bool is_heard(const struct peers *peers, const struct identity *id)
{
    for (const struct session *session = peers->sessions; session; session = session->next) {
        if (identity_equal(&session->id, id) && session->lease.spoken && !session->doubted)
            return true;
    }
    return false;
}

/* Ends a doubted session, because its peer is heard on another one. Returns whether everything that
 * was said on it is known to have arrived. */
static bool give_way(struct session *session)
{
    bool whole = session->sent == session->confirmed;

    session->peers->counts.replaced++;
    peers_session_drop(session);
    return whole;
}

/* The lease of a session is over. */
static void expired(struct session *session)
{
    struct peers *peers = session->peers;
    struct identity id = session->id;
    struct session *probe;

    if (!session->lease.spoken) { /* a probe, or an agent that has never answered */
        peers_session_drop(session);
        peers_beat_settle(peers, &id, true);
        return;
    }
    session->doubted = true;
    peers->counts.expired++;
    if (is_heard(peers, &id)) {
        if (!give_way(session)) {
            peers_cut(peers, &id);
            peers->settings.events.lost(peers->settings.context, &id, false);
        }
        return;
    }
    if (hope_find(peers, &id))
        return;
    peers->counts.probed++;
    probe = peers_session_open(peers, &id, LEASE_PROBE);
    if (probe)
        beat_send(probe);
    peers_beat_settle(peers, &id, true);
}

/* A session whose lease is over, or NULL. Serving one may end others. */
static struct session *expired_find(const struct peers *peers, int64_t now)
{
    for (struct session *session = peers->sessions; session; session = session->next) {
        if (session_due(session) <= now)
            return session;
    }
    return NULL;
}

static void watch_set(struct peers *peers)
{
    int64_t due = peers->beat_due;

    for (const struct session *session = peers->sessions; session; session = session->next) {
        if (session_due(session) < due)
            due = session_due(session);
    }
    loop_timer(peers->loop, &peers->watch, due);
}

/* While this process stood still it heard nobody: that is not their silence. */
static void renew(struct peers *peers, int64_t now)
{
    for (struct session *session = peers->sessions; session; session = session->next)
        lease_renew(&session->lease, now);
}

static void on_watch(void *context)
{
    struct peers *peers = context;
    int64_t now = clock_now();
    struct session *session;

    if (lease_stalled(peers->watch.due, now))
        renew(peers, now);
    while ((session = expired_find(peers, now)))
        expired(session);
    if (peers->beat_due <= now) {
        beats_send(peers);
        peers->beat_due = now + LEASE_BEAT;
    }
    watch_set(peers);
}

void peers_beat_start(struct peers *peers)
{
    peers->watch = (struct timer){.call = on_watch, .context = peers};
    peers->beat_due = clock_now() + LEASE_BEAT;
    watch_set(peers);
}

void peers_beat_watch(struct peers *peers)
{
    watch_set(peers);
}

/* Hearing. */

/* The peer answers on a new session: those that are silent are not needed. Returns false when a
 * word that was said on one of them is not known to have arrived. */
static bool replace(struct session *session)
{
    struct peers *peers = session->peers;
    struct session *next;
    bool whole = true;

    for (struct session *old = peers->sessions; old; old = next) {
        next = old->next;
        if (old->doubted && identity_equal(&old->id, &session->id))
            whole &= give_way(old);
    }
    return whole;
}

bool peers_beat_heard(struct session *session, const struct peers_heard *heard)
{
    bool first = !session->lease.spoken;

    session->peers->counts.missed += lease_heard(&session->lease, clock_now());
    session->doubted = false;
    if (heard->beat)
        session->confirmed = heard->confirmed;
    else
        session->received++;
    if (!first)
        return true;
    if (!session->channel) /* who has opened it hears at once that it works */
        beat_send(session);
    return replace(session);
}
