/* issuer - who signs the tokens of pods. */
#include "controller/issuer.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "controller/tree.h"
#include "kube/object.h"

#define CONFIGURATION "/.well-known/openid-configuration"
#define KEYS          "/openid/v1/jwks"
#define EVERY         CLOCK_SECONDS(600)
#define APART         CLOCK_SECONDS(10)
#define LONGEST       1024 /* bytes of an issuer's name */

char *issuer_read(const struct cJSON *configuration)
{
    const char *name = object_text(configuration, "issuer");

    return name && *name && strlen(name) <= LONGEST ? memory_text(name) : NULL;
}

/* Ends a read, and says when the next one begins. */
static void ended(struct issuer *issuer, int64_t wait)
{
    free(TAKE(issuer->heard));
    loop_timer(client_loop(issuer->client), &issuer->again, clock_now() + wait);
    issuer->read(issuer->context);
}

static void failed(struct issuer *issuer, const char *path, const char *why)
{
    if (!issuer->backoff.failures)
        log_warning(issuer->log, "the keys of tokens: %s: %s", path, why);
    ended(issuer, CLOCK_MS(100) + backoff_fail(&issuer->backoff));
}

/* Whether an answer came; otherwise the read has failed. */
static bool is_there(struct issuer *issuer, const struct answer *answer, const char *path)
{
    char words[ANSWER_REASON];

    issuer->call = NULL;
    if (answer_classify(answer, NULL) == ANSWER_DONE)
        return true;
    answer_describe(answer, words, sizeof words);
    failed(issuer, path, words);
    return false;
}

static void on_keys(void *context, const struct answer *answer)
{
    struct issuer *issuer = context;
    struct web_keys *keys;
    struct error error;

    if (!is_there(issuer, answer, KEYS))
        return;
    if (web_keys_read(answer->body, answer->size, &keys, &error)) {
        failed(issuer, KEYS, error.text);
        return;
    }
    web_keys_free(issuer->keys);
    issuer->keys = keys;
    free(issuer->name);
    issuer->name = TAKE(issuer->heard);
    backoff_reset(&issuer->backoff);
    ended(issuer, EVERY);
}

static void send(struct issuer *issuer, const char *path, const struct client_events *events)
{
    struct request request = {0};

    request_document(&request, path, WEB_KEYS_BYTES);
    issuer->call = client_send(issuer->client, &request, events, issuer);
}

static void on_configuration(void *context, const struct answer *answer)
{
    static const struct client_events events = {.ended = on_keys};
    struct issuer *issuer = context;
    CLEAN(tree) cJSON *configuration = NULL;

    if (!is_there(issuer, answer, CONFIGURATION))
        return;
    configuration = object_parse(answer->body, answer->size);
    issuer->heard = issuer_read(configuration);
    if (issuer->heard)
        send(issuer, KEYS, &events);
    else
        failed(issuer, CONFIGURATION, "names no issuer");
}

static void read_begin(struct issuer *issuer)
{
    static const struct client_events events = {.ended = on_configuration};

    loop_cancel(client_loop(issuer->client), &issuer->again);
    issuer->begun = clock_now();
    send(issuer, CONFIGURATION, &events);
}

static void on_again(void *context)
{
    read_begin(context);
}

void issuer_open(struct issuer *issuer)
{
    issuer->again.call = on_again;
    issuer->again.context = issuer;
    issuer->backoff.first = CLOCK_MS(200);
    issuer->backoff.most = CLOCK_SECONDS(10);
    read_begin(issuer);
}

void issuer_done(struct issuer *issuer)
{
    client_drop(issuer->call);
    issuer->call = NULL;
    if (issuer->client)
        loop_cancel(client_loop(issuer->client), &issuer->again);
    free(TAKE(issuer->heard));
    free(TAKE(issuer->name));
    web_keys_free(issuer->keys);
    issuer->keys = NULL;
}

int issuer_ask(struct issuer *issuer)
{
    if (issuer->call)
        return 0;
    if (clock_now() - issuer->begun < APART)
        return 1;
    read_begin(issuer);
    return 0;
}
