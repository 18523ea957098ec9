/* web_keys - the public keys of an issuer of tokens. */
#include "kube/web_keys.h"

#include <cjose/cjose.h>
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kube/object.h"

struct web_key {
    char *name;
    const char *algorithm; /* a literal */
    cjose_jwk_t *key;
};

struct web_keys {
    size_t count;
    struct web_key items[WEB_KEYS_MOST];
};

/* Which keys sign by which algorithm, and what they consist of (RFC 7518, sections 3.1 and 6). */
static const struct kind {
    const char *algorithm;
    const char *type;
    const char *curve; /* NULL = it has none */
    const char *numbers[2];
} kinds[] = {
    {"RS256", "RSA", NULL, {"n", "e"}},
    {"ES256", "EC", "P-256", {"x", "y"}},
    {"ES384", "EC", "P-384", {"x", "y"}},
    {"ES512", "EC", "P-521", {"x", "y"}},
};

/* Whether the next `size` characters are base64url without padding (RFC 7515, section 2). cjose
 * ends the process at some that are not, and is not given any. */
static bool is_encoded(const char *text, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    return size % 4 != 1 && strspn(text, digits) >= size;
}

/* Reading. */

static bool is(const cJSON *key, const char *member, const char *wanted)
{
    const char *found = object_text(key, member);

    return found && !strcmp(found, wanted);
}

/* Whether a member that may be absent is as wanted if it is there. */
static bool may_be(const cJSON *key, const char *member, const char *wanted)
{
    return !object_member(key, member) || is(key, member, wanted);
}

/* How a key signs, or NULL. The key decides, never the token (RFC 8725, section 3.1). */
static const struct kind *kind_of(const cJSON *key)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (is(key, "kty", kinds[i].type) && may_be(key, "alg", kinds[i].algorithm) &&
            (!kinds[i].curve || is(key, "crv", kinds[i].curve)))
            return &kinds[i];
    }
    return NULL;
}

/* Takes the public numbers over, and nothing else that may be there. Returns the key, or NULL. */
static cjose_jwk_t *numbers_take(const cJSON *from, const struct kind *kind)
{
    CLEAN(text) struct text key = {0};

    text_addf(&key, "{\"kty\":\"%s\"", kind->type);
    if (kind->curve)
        text_addf(&key, ",\"crv\":\"%s\"", kind->curve);
    for (size_t i = 0; i < 2; i++) {
        const char *number = object_text(from, kind->numbers[i]);

        if (!number || !*number || !is_encoded(number, strlen(number)))
            return NULL;
        text_addf(&key, ",\"%s\":\"%s\"", kind->numbers[i], number);
    }
    text_add(&key, "}");
    return cjose_jwk_import(key.data, key.size, NULL);
}

static void key_add(struct web_keys *keys, const cJSON *from)
{
    const char *name = object_text(from, "kid");
    const struct kind *kind = kind_of(from);
    cjose_jwk_t *key;

    if (keys->count == WEB_KEYS_MOST || !name || !*name || !kind || !may_be(from, "use", "sig"))
        return;
    key = numbers_take(from, kind);
    if (key)
        keys->items[keys->count++] = (struct web_key){memory_text(name), kind->algorithm, key};
}

int web_keys_read(const char *bytes, size_t size, struct web_keys **keys, struct error *error)
{
    cJSON *set = size <= WEB_KEYS_BYTES ? object_parse(bytes, size) : NULL;
    const cJSON *list = object_member(set, "keys");
    CLEAN(web_keys) struct web_keys *read = memory_get(1, sizeof *read);
    const cJSON *key;

    if (cJSON_IsArray(list))
        cJSON_ArrayForEach(key, list) key_add(read, key);
    cJSON_Delete(set);
    if (!read->count)
        return error_set(error, "no set of keys with one of use in it");
    *keys = TAKE(read);
    return 0;
}

void web_keys_free(struct web_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->items[i].name);
        cjose_jwk_release(keys->items[i].key);
    }
    free(keys);
}

/* Verifying. */

static const struct web_key *key_find(const struct web_keys *keys, const char *name)
{
    for (size_t i = 0; keys && i < keys->count; i++) {
        if (!strcmp(keys->items[i].name, name))
            return &keys->items[i];
    }
    return NULL;
}

/* Whether the header demands that more is understood than this does (RFC 7515, section 4.1.11). */
static bool demands(cjose_header_t *header)
{
    char *critical = cjose_header_get_raw(header, "crit", NULL);
    bool there = critical != NULL;

    cjose_get_dealloc()(critical);
    return there;
}

static enum web_keys_outcome signature_verify(const struct web_keys *keys,
                                              cjose_jws_t *token,
                                              struct text *payload)
{
    cjose_header_t *header = cjose_jws_get_protected(token);
    const char *algorithm = cjose_header_get(header, "alg", NULL);
    const char *name = cjose_header_get(header, "kid", NULL);
    const struct web_key *key = name ? key_find(keys, name) : NULL;
    uint8_t *bytes;
    size_t size;

    if (!algorithm || demands(header))
        return WEB_KEYS_MALFORMED;
    if (!key)
        return WEB_KEYS_UNKNOWN;
    if (strcmp(algorithm, key->algorithm) != 0 || !cjose_jws_verify(token, key->key, NULL) ||
        !cjose_jws_get_plaintext(token, &bytes, &size, NULL))
        return WEB_KEYS_FORGED;
    text_add_bytes(payload, bytes, size);
    return WEB_KEYS_SIGNED;
}

/* Whether it is three parts that can be decoded, with dots between them. */
static bool is_compact(const char *token)
{
    for (int part = 0; part < 3; part++) {
        size_t size = strcspn(token, ".");

        if (!size || !is_encoded(token, size))
            return false;
        token += size;
        if (*token++ != (part < 2 ? '.' : '\0'))
            return false;
    }
    return true;
}

enum web_keys_outcome web_keys_verify(const struct web_keys *keys,
                                      const char *token,
                                      struct text *payload)
{
    cjose_jws_t *read = is_compact(token) ? cjose_jws_import(token, strlen(token), NULL) : NULL;
    enum web_keys_outcome outcome = WEB_KEYS_MALFORMED;

    if (!read)
        return outcome;
    outcome = signature_verify(keys, read, payload);
    cjose_jws_release(read);
    return outcome;
}
