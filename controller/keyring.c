/* keyring - the controller's key. */
#include "controller/keyring.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "controller/tree.h"
#include "kube/object.h"

static const struct request_resource secrets = {"", "v1", "secrets"};

static struct request_place secret_place(const struct keyring *keyring)
{
    return (struct request_place){
        .resource = &secrets, .space = keyring->space, .name = KEYRING_SECRET};
}

static void on_again(void *context)
{
    keyring_open(context);
}

static void later(struct keyring *keyring)
{
    loop_timer(client_loop(keyring->client),
               &keyring->again,
               clock_now() + CLOCK_MS(100) + backoff_fail(&keyring->backoff));
}

static void try_again(struct keyring *keyring, const char *why)
{
    if (!keyring->backoff.failures)
        log_warning(keyring->log, "the Secret %s/%s: %s", keyring->space, KEYRING_SECRET, why);
    later(keyring);
}

void keyring_take(struct keyring *keyring, const char *digits)
{
    keyring->ready = text_unhex(keyring->key, KEYRING_KEY, digits) == 0;
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

static void fill(struct keyring *keyring, const struct resource_version *version)
{
    static const struct client_events events = {.ended = on_filled};
    CLEAN(tree) struct cJSON *patch = tree_object();
    CLEAN(text) struct text body = {0};
    struct request_place place = secret_place(keyring);
    struct request request = {0};
    uint8_t key[KEYRING_KEY];
    char digits[KEYRING_DIGITS];

    entropy_fill(key, sizeof key);
    text_hex(digits, key, sizeof key);
    tree_put_text(tree_put_object(patch, "metadata"), "resourceVersion", version->digits);
    tree_put_text(tree_put_object(patch, "stringData"), "key", digits);
    json_add_tree(&body, patch);
    request_patch(&request, &place, body.data);
    keyring->call = client_send(keyring->client, &request, &events, keyring);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(digits, sizeof digits);
    OPENSSL_cleanse(body.data, body.size);
}

/* Reading. */

int keyring_read(const struct cJSON *secret, char digits[KEYRING_DIGITS])
{
    CLEAN(text) struct text decoded = {0};
    const char *encoded = object_text(object_member(secret, "data"), "key");
    uint8_t key[KEYRING_KEY];
    int outcome = -1;

    if (!encoded || !*encoded)
        return 1;
    if (base64_decode(encoded, &decoded) == 0 && decoded.size == KEYRING_DIGITS - 1 &&
        text_unhex(key, sizeof key, text_string(&decoded)) == 0) {
        memcpy(digits, decoded.data, KEYRING_DIGITS);
        outcome = 0;
    }
    OPENSSL_cleanse(key, sizeof key);
    if (decoded.data)
        OPENSSL_cleanse(decoded.data, decoded.size);
    return outcome;
}

static void on_read(void *context, const struct answer *answer)
{
    struct keyring *keyring = context;
    CLEAN(tree) cJSON *secret = NULL;
    struct resource_version version;
    char digits[KEYRING_DIGITS];
    char words[ANSWER_REASON];
    int outcome;

    keyring->call = NULL;
    if (answer_classify(answer, NULL) != ANSWER_DONE) {
        answer_describe(answer, words, sizeof words);
        try_again(keyring, words);
        return;
    }
    secret = object_parse(answer->body, answer->size);
    outcome = keyring_read(secret, digits);
    if (outcome == 0) {
        keyring_take(keyring, digits);
        OPENSSL_cleanse(digits, sizeof digits);
        keyring->opened(keyring->context);
    } else if (outcome > 0 && object_version(secret, &version) == 0)
        fill(keyring, &version);
    else
        try_again(keyring, "holds no key of 64 hexadecimal digits");
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
    OPENSSL_cleanse(keyring->key, sizeof keyring->key);
    keyring->ready = false;
}

/* Deriving. */

void keyring_secret(const struct keyring *keyring,
                    const char *job,
                    uint32_t attempt,
                    char secret[RPC_SECRET])
{
    CLEAN(text) struct text from = {0};
    uint8_t digest[(RPC_SECRET - 1) / 2];
    unsigned size = sizeof digest;

    text_addf(&from, "attempt/%s/%" PRIu32, job, attempt);
    if (!HMAC(EVP_sha256(),
              keyring->key,
              KEYRING_KEY,
              (const unsigned char *)from.data,
              from.size,
              digest,
              &size))
        abort();
    text_hex(secret, digest, sizeof digest);
}
