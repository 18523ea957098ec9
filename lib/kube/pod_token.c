/* pod_token - whose a service-account token is. */
#include "kube/pod_token.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

#include "kube/object.h"

static const struct {
    const char *word;
    const char *reason;
} words[POD_TOKEN_OUTCOMES] = {
    [POD_TOKEN_VALID] = {"valid", "the token is valid"},
    [POD_TOKEN_MALFORMED] = {"malformed", "this is no token"},
    [POD_TOKEN_UNKNOWN_KEY] = {"unknown_key", "the token is signed with a key that is not known"},
    [POD_TOKEN_BAD_SIGNATURE] = {"bad_signature", "the token's signature is not right"},
    [POD_TOKEN_WRONG_ISSUER] = {"wrong_issuer", "the token is of another issuer"},
    [POD_TOKEN_WRONG_AUDIENCE] = {"wrong_audience", "the token is for another audience"},
    [POD_TOKEN_EXPIRED] = {"expired", "the token has expired"},
    [POD_TOKEN_EARLY] = {"early", "the token is not valid yet"},
    [POD_TOKEN_NO_POD] = {"no_pod", "the token is not of a pod"},
};

/* Whether the claim is that word, or a list with it. */
static bool names(const cJSON *claim, const char *word)
{
    const cJSON *item;

    if (cJSON_IsString(claim))
        return !strcmp(claim->valuestring, word);
    if (!cJSON_IsArray(claim))
        return false;
    cJSON_ArrayForEach(item, claim)
    {
        if (cJSON_IsString(item) && !strcmp(item->valuestring, word))
            return true;
    }
    return false;
}

static bool is(const cJSON *claims, const char *claim, const char *wanted)
{
    const char *found = object_text(claims, claim);

    return found && !strcmp(found, wanted);
}

/* Copies a text that fits and is not empty. Returns 0 or 1. */
static int copy(char *out, size_t capacity, const char *text)
{
    size_t size = text ? strlen(text) : 0;

    if (!size || size >= capacity)
        return 1;
    memcpy(out, text, size + 1);
    return 0;
}

/* Which pod it is bound to. Returns 0 or 1. */
static int pod_read(const cJSON *claims, struct pod_token *token)
{
    const cJSON *bound = object_member(claims, "kubernetes.io");
    const cJSON *pod = object_member(bound, "pod");

    return copy(token->space, sizeof token->space, object_text(bound, "namespace")) ||
           copy(token->name, sizeof token->name, object_text(pod, "name")) ||
           copy(token->uid, sizeof token->uid, object_text(pod, "uid"));
}

enum pod_token_outcome pod_token_read(const struct pod_token_wish *wish,
                                      const struct cJSON *claims,
                                      struct pod_token *token)
{
    const cJSON *expires = object_member(claims, "exp");
    const cJSON *begins = object_member(claims, "nbf");
    double now = (double)wish->now;
    struct pod_token read;

    if (!cJSON_IsNumber(expires) || (begins && !cJSON_IsNumber(begins)))
        return POD_TOKEN_MALFORMED;
    if (!is(claims, "iss", wish->issuer))
        return POD_TOKEN_WRONG_ISSUER;
    if (!names(object_member(claims, "aud"), wish->audience))
        return POD_TOKEN_WRONG_AUDIENCE;
    if (!(now < expires->valuedouble + POD_TOKEN_LEEWAY))
        return POD_TOKEN_EXPIRED;
    if (begins && !(begins->valuedouble - POD_TOKEN_LEEWAY <= now))
        return POD_TOKEN_EARLY;
    if (pod_read(claims, &read))
        return POD_TOKEN_NO_POD;
    *token = read;
    return POD_TOKEN_VALID;
}

enum pod_token_outcome pod_token_verify(const struct pod_token_wish *wish,
                                        const struct web_keys *keys,
                                        const char *encoded,
                                        struct pod_token *token)
{
    static const enum pod_token_outcome outcomes[] = {
        [WEB_KEYS_MALFORMED] = POD_TOKEN_MALFORMED,
        [WEB_KEYS_UNKNOWN] = POD_TOKEN_UNKNOWN_KEY,
        [WEB_KEYS_FORGED] = POD_TOKEN_BAD_SIGNATURE,
    };
    CLEAN(text) struct text payload = {0};
    enum web_keys_outcome is = web_keys_verify(keys, encoded, &payload);
    enum pod_token_outcome outcome;
    cJSON *claims;

    if (is != WEB_KEYS_SIGNED)
        return outcomes[is];
    claims = object_parse(text_string(&payload), payload.size);
    outcome = pod_token_read(wish, claims, token);
    cJSON_Delete(claims);
    return outcome;
}

const char *pod_token_word(enum pod_token_outcome outcome)
{
    return words[outcome].word;
}

const char *pod_token_reason(enum pod_token_outcome outcome)
{
    return words[outcome].reason;
}
