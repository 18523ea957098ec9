/* transport - HTTP/1.1 and TLS on the program's loop, by libcurl.
 *
 * libcurl must not be called from its own callbacks, and owners may ask for anything from theirs.
 * So transfers are only marked there, and begun, ended and released by transport_settle, which runs
 * when libcurl has returned. */
#include "kube/transport.h"

#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/version.h"

#define CONNECT_MS      10000L
#define AUTHORITY_CACHE 300L /* seconds that certificates of a file are taken for unchanged */
#define CONNECTIONS     96L  /* most that are kept */
#define HEADERS         65536
#define RETRY_MOST      120 /* seconds */

#define KEEPALIVE_IDLE    15 /* seconds */
#define KEEPALIVE_AGAIN   5
#define KEEPALIVE_PROBES  3
#define UNACKNOWLEDGED_MS 30000

enum state { TRANSFER_NEW, TRANSFER_UNDER_WAY, TRANSFER_OVER, TRANSFER_DROPPED };

struct transfer {
    TAILQ_ENTRY(transfer) link;
    struct transport *transport;
    enum state state;
    bool added; /* to the multi handle */
    CURL *easy;
    struct curl_slist *headers;
    bool stream;
    size_t limit;
    struct transfer_events events;
    void *context;
    char *body;
    size_t size;
    size_t capacity;
    size_t header_size;
    bool too_large;
    CURLcode result;
    const char *failure; /* why we have ended it; NULL = the library has */
    char words[CURL_ERROR_SIZE];
};

struct transport {
    struct loop *loop;
    const struct cluster *cluster;
    CURLM *multi;
    struct curl_slist *detour; /* where the server really is, if not where its name says */
    struct text base;          /* of every URL */
    struct timer due;          /* libcurl's */
    struct timer settle;
    bool busy; /* in libcurl, or in transport_settle */
    bool unsettled;
    TAILQ_HEAD(, transfer) transfers;
};

/* A descriptor of libcurl's in the loop. */
struct channel {
    struct transport *transport;
    struct watch watch;
};

/* What libcurl calls. */

static size_t body_take(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t size = one * count;
    long status = 0;

    if (transfer->state != TRANSFER_UNDER_WAY)
        return CURL_WRITEFUNC_ERROR;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (transfer->stream && status == 200) {
        transfer->events.bytes(transfer->context, bytes, size);
        return transfer->state == TRANSFER_UNDER_WAY ? size : CURL_WRITEFUNC_ERROR;
    }
    if (size > transfer->limit - transfer->size) {
        transfer->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (memory_try_grow(
            &transfer->body, &transfer->capacity, transfer->size + size + 1, sizeof(char))) {
        transfer->failure = "out of memory";
        return CURL_WRITEFUNC_ERROR;
    }
    memcpy(transfer->body + transfer->size, bytes, size);
    transfer->size += size;
    transfer->body[transfer->size] = '\0';
    return size;
}

static size_t header_take(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *transfer = context;

    (void)bytes;
    transfer->header_size += one * count;
    transfer->too_large = transfer->too_large || transfer->header_size > HEADERS;
    return transfer->too_large ? 0 : one * count;
}

/* Finds dead peers below HTTP: the library's own options lack the number of probes. */
static int socket_prepare(void *context, curl_socket_t socket, curlsocktype purpose)
{
    static const struct {
        int level;
        int name;
        int value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_AGAIN},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS},
    };

    (void)context;
    (void)purpose;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        setsockopt(
            socket, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
    return CURL_SOCKOPT_OK;
}

static uint32_t events_of(int what)
{
    return (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
}

static void channel_ready(void *context, uint32_t events);

/* Watches a new descriptor. If the kernel refuses, its transfer is over. */
static void channel_open(struct transport *transport, CURL *easy, curl_socket_t socket, int what)
{
    struct channel *channel = memory_get(1, sizeof *channel);
    struct transfer *transfer = NULL;

    channel->transport = transport;
    channel->watch = (struct watch){.call = channel_ready, .context = channel};
    if (!loop_add(transport->loop, &channel->watch, socket, events_of(what), NULL)) {
        curl_multi_assign(transport->multi, socket, channel);
        return;
    }
    free(channel);
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (transfer && transfer->state == TRANSFER_UNDER_WAY) {
        transfer->failure = "cannot watch a descriptor";
        transfer->state = TRANSFER_OVER;
        transport->unsettled = true;
    }
}

static int socket_change(CURL *easy, curl_socket_t socket, int what, void *context, void *own)
{
    struct transport *transport = context;
    struct channel *channel = own;

    if (what == CURL_POLL_REMOVE) {
        if (channel)
            loop_remove(transport->loop, &channel->watch);
        free(channel);
    } else if (channel)
        loop_change(transport->loop, &channel->watch, events_of(what));
    else
        channel_open(transport, easy, socket, what);
    return 0;
}

static int timer_change(CURLM *multi, long milliseconds, void *context)
{
    struct transport *transport = context;

    (void)multi;
    if (milliseconds < 0)
        loop_cancel(transport->loop, &transport->due);
    else
        loop_timer(transport->loop, &transport->due, clock_now() + CLOCK_MS(milliseconds));
    return 0;
}

/* One transfer. */

static bool verification_set(CURL *easy, const struct cluster *cluster)
{
    struct curl_blob authority = {.data = cluster->authority, .flags = CURL_BLOB_NOCOPY};
    bool failed = false;

    failed |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    failed |= curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, AUTHORITY_CACHE);
    if (cluster->insecure) {
        failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (cluster->authority) {
        authority.len = strlen(cluster->authority);
        failed |= curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authority);
    } else if (cluster->authority_file)
        failed |= curl_easy_setopt(easy, CURLOPT_CAINFO, cluster->authority_file);
    return failed;
}

static bool certificate_set(CURL *easy, const struct cluster *cluster)
{
    struct curl_blob certificate = {.data = cluster->certificate, .flags = CURL_BLOB_NOCOPY};
    struct curl_blob key = {.data = cluster->key, .flags = CURL_BLOB_NOCOPY};
    bool failed = false;

    if (cluster->certificate) {
        certificate.len = strlen(cluster->certificate);
        failed |= curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    } else if (cluster->certificate_file)
        failed |= curl_easy_setopt(easy, CURLOPT_SSLCERT, cluster->certificate_file);
    if (cluster->key) {
        key.len = strlen(cluster->key);
        failed |= curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
    } else if (cluster->key_file)
        failed |= curl_easy_setopt(easy, CURLOPT_SSLKEY, cluster->key_file);
    return failed;
}

/* Options that are the same for all requests. */
static bool manner_set(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    bool failed = false;

    failed |= curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
    failed |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    failed |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    failed |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    failed |= curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transfer->transport->detour);
    failed |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    failed |= curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, socket_prepare);
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_take);
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_take);
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    failed |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
    return failed;
}

static bool method_set(CURL *easy, const struct request *request)
{
    bool failed = false;

    if (request->content) {
        failed |=
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        failed |= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, text_string(&request->body));
    }
    if (request->method != REQUEST_GET)
        failed |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_word(request->method));
    return failed;
}

static bool header_add(struct transfer *transfer, const char *name, const char *value)
{
    CLEAN(secret) struct text line = {0};
    struct curl_slist *longer;

    text_addf(&line, "%s%s", name, value);
    longer = curl_slist_append(transfer->headers, line.data);
    if (longer)
        transfer->headers = longer;
    return !longer;
}

static bool headers_set(struct transfer *transfer, const struct request *request, const char *token)
{
    /* The second is of the issuer's keys, which the server gives in no other way. */
    bool failed = header_add(transfer, "Accept: ", "application/json, application/jwk-set+json");

    failed |= header_add(transfer, "Expect:", ""); /* no round trip before a body */
    if (request->content)
        failed |= header_add(transfer, "Content-Type: ", request->content);
    if (token)
        failed |= header_add(transfer, "Authorization: Bearer ", token);
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    return failed;
}

static bool target_set(struct transfer *transfer, const struct request *request)
{
    CLEAN(text) struct text url = {0};
    long milliseconds = (long)(request->timeout / CLOCK_MS(1));
    bool failed = false;

    text_add(&url, text_string(&transfer->transport->base));
    text_add(&url, text_string(&request->target));
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_URL, url.data);
    failed |= curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, milliseconds);
    return failed;
}

static void settle_soon(struct transport *transport);

struct transfer *transport_start(struct transport *transport,
                                 const struct request *request,
                                 const char *token,
                                 const struct transfer_events *events,
                                 void *context)
{
    struct transfer *transfer = memory_get(1, sizeof *transfer);

    transfer->transport = transport;
    transfer->easy = curl_easy_init();
    transfer->stream = request->lane == REQUEST_STREAM && events->bytes;
    transfer->limit = request->limit;
    transfer->events = *events;
    transfer->context = context;
    if (!transfer->easy || manner_set(transfer) ||
        verification_set(transfer->easy, transport->cluster) ||
        certificate_set(transfer->easy, transport->cluster) ||
        method_set(transfer->easy, request) || headers_set(transfer, request, token) ||
        target_set(transfer, request)) {
        transfer->failure = "cannot prepare the request";
        transfer->state = TRANSFER_OVER;
    }
    TAILQ_INSERT_TAIL(&transport->transfers, transfer, link);
    settle_soon(transport);
    return transfer;
}

void transport_drop(struct transfer *transfer)
{
    if (!transfer)
        return;
    transfer->state = TRANSFER_DROPPED;
    settle_soon(transfer->transport);
}

static void transfer_free(struct transfer *transfer)
{
    TAILQ_REMOVE(&transfer->transport->transfers, transfer, link);
    if (transfer->added)
        curl_multi_remove_handle(transfer->transport->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    free(transfer->body);
    free(transfer);
}

static const char *failure_words(const struct transfer *transfer)
{
    if (transfer->failure)
        return transfer->failure;
    return *transfer->words ? transfer->words : curl_easy_strerror(transfer->result);
}

static void transfer_answer(struct transfer *transfer)
{
    struct answer answer = {.body = transfer->body ? transfer->body : "", .size = transfer->size};
    curl_off_t retry_after = 0;
    long status = 0;

    if (transfer->too_large)
        answer.too_large = 1;
    else if (transfer->failure || transfer->result != CURLE_OK)
        snprintf(answer.reason, sizeof answer.reason, "%s", failure_words(transfer));
    else {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
        answer.status = (int)status;
        if (retry_after > 0)
            answer.retry_after = CLOCK_SECONDS(retry_after < RETRY_MOST ? retry_after : RETRY_MOST);
    }
    transfer->events.ended(transfer->context, &answer);
}

/* The transport. */

/* Takes from libcurl which transfers are over. */
static void results_take(struct transport *transport)
{
    struct transfer *transfer;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(transport->multi, &left))) {
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->result = message->data.result;
        if (transfer->state == TRANSFER_UNDER_WAY)
            transfer->state = TRANSFER_OVER;
        transport->unsettled = true;
    }
}

static void transfer_settle(struct transport *transport, struct transfer *transfer)
{
    if (transfer->state == TRANSFER_NEW) {
        transfer->state = TRANSFER_UNDER_WAY;
        transfer->added = !curl_multi_add_handle(transport->multi, transfer->easy);
        if (!transfer->added) {
            transfer->failure = "cannot begin";
            transfer->state = TRANSFER_OVER;
        }
    }
    if (transfer->state == TRANSFER_OVER)
        transfer_answer(transfer);
    if (transfer->state == TRANSFER_OVER || transfer->state == TRANSFER_DROPPED)
        transfer_free(transfer);
}

/* Does what was asked for. What owners ask for meanwhile comes at the end of the list, or is a
 * mark; so the list can be walked, and is walked again. */
static void transport_settle(struct transport *transport)
{
    assert(!transport->busy);
    transport->busy = true;
    while (transport->unsettled) {
        struct transfer *next;

        transport->unsettled = false;
        for (struct transfer *at = TAILQ_FIRST(&transport->transfers); at; at = next) {
            next = TAILQ_NEXT(at, link);
            transfer_settle(transport, at);
        }
    }
    transport->busy = false;
}

static void settle_soon(struct transport *transport)
{
    transport->unsettled = true;
    if (!transport->busy)
        loop_timer(transport->loop, &transport->settle, clock_now());
}

static void settle_due(void *context)
{
    transport_settle(context);
}

/* Lets libcurl work on a descriptor, or on what is due. */
static void transport_drive(struct transport *transport, curl_socket_t socket, int events)
{
    int running;

    transport->busy = true;
    curl_multi_socket_action(transport->multi, socket, events, &running);
    results_take(transport);
    transport->busy = false;
    transport_settle(transport);
}

static void channel_ready(void *context, uint32_t events)
{
    const struct channel *channel = context;
    int mask = (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
               (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & EPOLLERR ? CURL_CSELECT_ERR : 0);

    transport_drive(channel->transport, channel->watch.descriptor, mask);
}

static void timer_due(void *context)
{
    transport_drive(context, CURL_SOCKET_TIMEOUT, 0);
}

/* The server is asked for by the name of its certificate and reached where it is. */
static bool base_make(struct transport *transport, const struct cluster *cluster)
{
    CLEAN(text) struct text detour = {0};

    if (!cluster->server_name) {
        text_add(&transport->base, cluster->server);
        return false;
    }
    text_addf(&transport->base, "https://%s", cluster->server_name);
    text_addf(&detour, "::%s", strstr(cluster->server, "://") + 3);
    transport->detour = curl_slist_append(NULL, detour.data);
    return !transport->detour;
}

static bool multi_set(struct transport *transport)
{
    CURLM *multi = transport->multi;
    bool failed = false;

    failed |= curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_change);
    failed |= curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transport);
    failed |= curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_change);
    failed |= curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transport);
    failed |= curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    failed |= curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS);
    return failed;
}

int transport_new(struct loop *loop,
                  const struct cluster *cluster,
                  struct transport **transport,
                  struct error *error)
{
    struct transport *fresh;

    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return error_set(error, "cannot begin to use libcurl");
    fresh = memory_get(1, sizeof *fresh);
    fresh->loop = loop;
    fresh->cluster = cluster;
    fresh->due = (struct timer){.call = timer_due, .context = fresh};
    fresh->settle = (struct timer){.call = settle_due, .context = fresh};
    TAILQ_INIT(&fresh->transfers);
    fresh->multi = curl_multi_init();
    if (!fresh->multi || multi_set(fresh) || base_make(fresh, cluster)) {
        transport_free(fresh);
        return error_set(error, "cannot prepare libcurl");
    }
    *transport = fresh;
    return 0;
}

void transport_free(struct transport *transport)
{
    if (!transport)
        return;
    assert(!transport->busy);
    while (!TAILQ_EMPTY(&transport->transfers))
        transfer_free(TAILQ_FIRST(&transport->transfers));
    curl_multi_cleanup(transport->multi);
    loop_cancel(transport->loop, &transport->due);
    loop_cancel(transport->loop, &transport->settle);
    curl_slist_free_all(transport->detour);
    text_done(&transport->base);
    free(transport);
    curl_global_cleanup();
}
