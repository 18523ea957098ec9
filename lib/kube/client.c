/* client - sends requests to one API server. */
#include "kube/client.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/memory.h"
#include "kube/token.h"
#include "kube/transport.h"
#include "kube/window.h"

TAILQ_HEAD(client_calls, client_call);

struct client_call {
    TAILQ_ENTRY(client_call) link;
    struct client *client;
    struct request request;
    struct client_events events;
    void *context;
    struct transfer *transfer; /* NULL = it waits */
    int64_t since;             /* that it is under way */
    bool again;                /* it was sent once more, with another token */
};

struct client {
    struct loop *loop;
    struct cluster cluster;
    struct token token;
    struct transport *transport;
    struct window window;
    struct timer opens; /* when the server no longer asks to wait */
    struct client_calls waiting;
    struct client_calls under_way;
    unsigned waiting_count;
    unsigned long sent;
    unsigned long answered[ANSWER_CLASSES];
};

static void client_pump(struct client *client);

static const char *client_token(struct client *client)
{
    if (client->cluster.token_file)
        return token_get(&client->token, clock_now(), NULL);
    return client->cluster.token;
}

/* Calls. */

static void call_forget(struct client_call *call)
{
    struct client *client = call->client;

    TAILQ_REMOVE(call->transfer ? &client->under_way : &client->waiting, call, link);
    if (!call->transfer)
        client->waiting_count--;
    request_done(&call->request);
    free(call);
}

static void call_bytes(void *context, const char *bytes, size_t size)
{
    struct client_call *call = context;

    call->events.bytes(call->context, bytes, size);
}

static void call_ended(void *context, const struct answer *answer);

static void call_send(struct client_call *call)
{
    struct client *client = call->client;
    struct transfer_events events = {.bytes = call->events.bytes ? call_bytes : NULL,
                                     .ended = call_ended};

    client->sent++;
    call->transfer =
        transport_start(client->transport, &call->request, client_token(client), &events, call);
}

static void call_begin(struct client_call *call)
{
    call->since = clock_now();
    TAILQ_INSERT_TAIL(&call->client->under_way, call, link);
    call_send(call);
}

/* Whether a call was refused for a token that has been replaced meanwhile. */
static bool call_deserves_another(struct client_call *call, const struct answer *answer)
{
    struct client *client = call->client;

    return answer->status == 401 && client->cluster.token_file && !call->again &&
           token_refused(&client->token, clock_now());
}

/* What an answer says about how much may be sent. */
static void window_learn(const struct client_call *call,
                         const struct answer *answer,
                         enum answer_class class)
{
    struct client *client = call->client;
    bool busy = class == ANSWER_BUSY || class == ANSWER_LOST || class == ANSWER_TOO_NEW;
    int64_t now = clock_now();

    if (call->request.lane == REQUEST_WRITE)
        window_ended(&client->window, busy ? WINDOW_BUSY : WINDOW_ANSWERED, call->since, now);
    if (class == ANSWER_BUSY && answer->retry_after)
        window_close(&client->window, now + answer->retry_after);
}

static void call_ended(void *context, const struct answer *answer)
{
    struct client_call *call = context;
    struct client *client = call->client;
    struct client_events events = call->events;
    void *owner = call->context;
    enum answer_class class = answer_classify(answer, NULL);

    if (call_deserves_another(call, answer)) {
        call->again = true;
        call_send(call);
        return;
    }
    client->answered[class]++;
    window_learn(call, answer, class);
    call_forget(call);
    events.ended(owner, answer);
    client_pump(client);
}

void client_drop(struct client_call *call)
{
    struct client *client;

    if (!call)
        return;
    client = call->client;
    transport_drop(call->transfer);
    if (call->transfer && call->request.lane == REQUEST_WRITE)
        window_ended(&client->window, WINDOW_DROPPED, call->since, clock_now());
    call_forget(call);
    client_pump(client);
}

struct client_call *client_send(struct client *client,
                                struct request *request,
                                const struct client_events *events,
                                void *context)
{
    struct client_call *call = memory_get(1, sizeof *call);

    *call = (struct client_call){
        .client = client, .request = *request, .events = *events, .context = context};
    *request = (struct request){0};
    if (call->request.lane != REQUEST_WRITE) {
        call_begin(call);
        return call;
    }
    TAILQ_INSERT_TAIL(&client->waiting, call, link);
    client->waiting_count++;
    client_pump(client);
    return call;
}

/* The client. */

/* Sends as many writes as may be under way. */
static void client_pump(struct client *client)
{
    struct client_call *call;
    int64_t now = clock_now();

    while ((call = TAILQ_FIRST(&client->waiting)) && window_open(&client->window, now)) {
        TAILQ_REMOVE(&client->waiting, call, link);
        client->waiting_count--;
        window_began(&client->window);
        call_begin(call);
    }
    if (call && now < client->window.closed)
        loop_timer(client->loop, &client->opens, client->window.closed);
}

static void window_opens(void *context)
{
    client_pump(context);
}

int client_new(struct loop *loop,
               struct cluster *cluster,
               struct client **client,
               struct error *error)
{
    struct client *fresh;

    if (cluster_check(cluster, error))
        return -1;
    fresh = memory_get(1, sizeof *fresh);
    fresh->loop = loop;
    fresh->cluster = *cluster;
    fresh->token.path = cluster->token_file;
    fresh->opens = (struct timer){.call = window_opens, .context = fresh};
    window_init(&fresh->window);
    TAILQ_INIT(&fresh->waiting);
    TAILQ_INIT(&fresh->under_way);
    if ((cluster->token_file && !token_get(&fresh->token, clock_now(), error)) ||
        transport_new(loop, &fresh->cluster, &fresh->transport, error)) {
        token_done(&fresh->token);
        free(fresh);
        return -1;
    }
    *cluster = (struct cluster){0};
    *client = fresh;
    return 0;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    while (!TAILQ_EMPTY(&client->under_way))
        call_forget(TAILQ_FIRST(&client->under_way));
    while (!TAILQ_EMPTY(&client->waiting))
        call_forget(TAILQ_FIRST(&client->waiting));
    loop_cancel(client->loop, &client->opens);
    transport_free(client->transport);
    token_done(&client->token);
    cluster_done(&client->cluster);
    free(client);
}

struct loop *client_loop(const struct client *client)
{
    return client->loop;
}

const char *client_space(const struct client *client)
{
    return client->cluster.space;
}

void client_count(const struct client *client, struct client_counts *counts)
{
    *counts = (struct client_counts){
        .sent = client->sent,
        .window = client->window.size,
        .under_way = client->window.under_way,
        .waiting = client->waiting_count,
    };
    for (size_t i = 0; i < ANSWER_CLASSES; i++)
        counts->answered[i] = client->answered[i];
}
