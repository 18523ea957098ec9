/* keyring - the controller's authority. */
#include "controller/keyring.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "controller/tree.h"
#include "kube/object.h"

#define EVERY CLOCK_SECONDS(600)

static const struct request_resource secrets = {"", "v1", "secrets"};

/* The members of the Secret's data, in the order of struct authority. */
static const char *const members[] = {"ca.key", "ca.crt", "cross.crt", "earlier.crt"};
_Static_assert(sizeof members / sizeof *members * sizeof(struct text) == sizeof(struct authority),
               "a member for each text");

static struct request_place secret_place(const struct keyring *keyring)
{
    return (struct request_place){
        .resource = &secrets, .space = keyring->space, .name = KEYRING_SECRET};
}

static void on_again(void *context)
{
    keyring_open(context);
}

static void wait_for(struct keyring *keyring, int64_t nanoseconds)
{
    loop_timer(client_loop(keyring->client), &keyring->again, clock_now() + nanoseconds);
}

static void later(struct keyring *keyring)
{
    wait_for(keyring, CLOCK_MS(100) + backoff_fail(&keyring->backoff));
}

static void try_again(struct keyring *keyring, const char *why)
{
    if (!keyring->backoff.failures)
        log_warning(keyring->log, "the Secret %s/%s: %s", keyring->space, KEYRING_SECRET, why);
    later(keyring);
}

/* Takes an authority over, if it is another one, and tells. */
static void authority_take(struct keyring *keyring, struct authority *authority)
{
    bool same = keyring->ready && !strcmp(text_string(&keyring->authority.certificate),
                                          text_string(&authority->certificate));

    if (same)
        return;
    authority_done(&keyring->authority);
    keyring->authority = *authority;
    *authority = (struct authority){.key.data = NULL};
    text_clear(&keyring->trust);
    authority_trust(&keyring->authority, time(NULL), &keyring->trust);
    keyring->ready = true;
    keyring->changed(keyring->context);
}

int keyring_own(struct keyring *keyring, struct error *error)
{
    CLEAN(authority) struct authority authority = {.key.data = NULL};

    if (authority_make(&authority, time(NULL), AUTHORITY_LIFE, error))
        return -1;
    authority_take(keyring, &authority);
    return 0;
}

/* Filling. */

static void on_filled(void *context, const struct answer *answer)
{
    struct keyring *keyring = context;
    char words[ANSWER_REASON];
    enum answer_class class = answer_classify(answer, NULL);

    keyring->call = NULL;
    if (class == ANSWER_DONE || class == ANSWER_CONFLICT) {
        later(keyring); /* what counts is what is there then, whoever has filled it */
        return;
    }
    answer_describe(answer, words, sizeof words);
    try_again(keyring, words);
}

/* Puts an authority into the version of the Secret that was read. */
static void fill(struct keyring *keyring,
                 const struct resource_version *version,
                 const struct authority *authority)
{
    static const struct client_events events = {.ended = on_filled};
    const struct text *texts = &authority->key;
    CLEAN(tree) struct cJSON *patch = tree_object();
    CLEAN(text) struct text body = {0};
    struct request_place place = secret_place(keyring);
    struct request request = {0};
    struct cJSON *data;

    tree_put_text(tree_put_object(patch, "metadata"), "resourceVersion", version->digits);
    data = tree_put_object(patch, "stringData");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        tree_put_text(data, members[i], text_string(&texts[i]));
    json_add_tree(&body, patch);
    request_patch(&request, &place, body.data);
    keyring->call = client_send(keyring->client, &request, &events, keyring);
    OPENSSL_cleanse(body.data, body.size);
}

/* Makes the first authority, or the one that follows `before`, and puts it into the Secret. */
static void renew(struct keyring *keyring, const cJSON *secret, const struct authority *before)
{
    CLEAN(authority) struct authority authority = {.key.data = NULL};
    struct resource_version version;
    struct error error;
    int64_t now = time(NULL);

    if (object_version(secret, &version)) {
        try_again(keyring, "has no version");
    } else if (before ? authority_follow(&authority, before, now, AUTHORITY_LIFE, &error)
                      : authority_make(&authority, now, AUTHORITY_LIFE, &error)) {
        try_again(keyring, error.text);
    } else {
        log_info(keyring->log, "%s authority is put into the Secret", before ? "another" : "an");
        fill(keyring, &version, &authority);
    }
}

/* Reading. */

int keyring_read(const struct cJSON *secret, struct authority *authority)
{
    const cJSON *data = object_member(secret, "data");
    struct text *texts = &authority->key;
    const char *key = object_text(data, members[0]);

    if (!key || !*key)
        return 1;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *encoded = object_text(data, members[i]);

        if (encoded && (strlen(encoded) > CERTIFICATE_BYTES || base64_decode(encoded, &texts[i])))
            break;
        if (i + 1 == sizeof members / sizeof *members && !authority_check(authority, NULL))
            return 0;
    }
    authority_done(authority);
    return -1;
}

static void secret_look(struct keyring *keyring, const cJSON *secret)
{
    CLEAN(authority) struct authority read = {.key.data = NULL};
    int outcome = keyring_read(secret, &read);
    int64_t change = keyring->change ? keyring->change : AUTHORITY_CHANGE;

    if (outcome < 0) {
        try_again(keyring, "holds no authority that can be used");
    } else if (outcome > 0) {
        renew(keyring, secret, NULL);
    } else if (authority_is_old(&read, time(NULL), change)) {
        renew(keyring, secret, &read);
        authority_take(keyring, &read);
    } else {
        backoff_reset(&keyring->backoff);
        wait_for(keyring, EVERY);
        authority_take(keyring, &read);
    }
}

static void on_read(void *context, const struct answer *answer)
{
    struct keyring *keyring = context;
    CLEAN(tree) cJSON *secret = NULL;
    char words[ANSWER_REASON];

    keyring->call = NULL;
    if (answer_classify(answer, NULL) != ANSWER_DONE) {
        answer_describe(answer, words, sizeof words);
        try_again(keyring, words);
        return;
    }
    secret = object_parse(answer->body, answer->size);
    secret_look(keyring, secret);
}

void keyring_open(struct keyring *keyring)
{
    static const struct client_events events = {.ended = on_read};
    struct request_place place = secret_place(keyring);
    struct request request = {0};

    keyring->again.call = on_again;
    keyring->again.context = keyring;
    keyring->backoff.first = CLOCK_MS(200);
    keyring->backoff.most = CLOCK_SECONDS(10);
    request_get(&request, &place);
    keyring->call = client_send(keyring->client, &request, &events, keyring);
}

void keyring_done(struct keyring *keyring)
{
    client_drop(keyring->call);
    if (keyring->client)
        loop_cancel(client_loop(keyring->client), &keyring->again);
    authority_done(&keyring->authority);
    text_done(&keyring->trust);
    keyring->ready = false;
}
