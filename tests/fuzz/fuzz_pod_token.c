/* Any bytes as an issuer's set of keys, a token and its claims, a line each: only what a key of the
 * set has signed is read, and a pod's names are ended and in bounds. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kube/object.h"
#include "kube/pod_token.h"

#define LONGEST 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pod_token_wish wish = {
    .issuer = "https://kubernetes", .audience = "muster.dev", .now = 1750000000};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void pod_check(const struct pod_token *token)
{
    require(*token->space && strnlen(token->space, sizeof token->space) < sizeof token->space);
    require(*token->name && strnlen(token->name, sizeof token->name) < sizeof token->name);
    require(*token->uid && strnlen(token->uid, sizeof token->uid) < sizeof token->uid);
}

static void token_check(const char *set, const char *encoded)
{
    CLEAN(web_keys) struct web_keys *keys = NULL;
    CLEAN(text) struct text payload = {0};
    struct pod_token token;
    struct error error = {""};

    if (web_keys_read(set, strlen(set), &keys, &error))
        require(!keys && *error.text);
    require(web_keys_verify(NULL, encoded, &payload) != WEB_KEYS_SIGNED && !payload.size);
    if (web_keys_verify(keys, encoded, &payload) != WEB_KEYS_SIGNED)
        require(!payload.size);
    if (pod_token_verify(&wish, keys, encoded, &token) == POD_TOKEN_VALID)
        pod_check(&token);
}

static void claims_check(const char *claims)
{
    cJSON *tree = object_parse(claims, strlen(claims));
    struct pod_token token;
    enum pod_token_outcome outcome = pod_token_read(&wish, tree, &token);

    require(*pod_token_word(outcome) != '\0');
    if (outcome == POD_TOKEN_VALID)
        pod_check(&token);
    cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[3] = {(char *)"", (char *)"", (char *)""};
    char *bytes;
    char *rest;

    if (size > LONGEST)
        return 0;
    bytes = rest = strndup((const char *)data, size);
    require(bytes != NULL);
    for (size_t i = 0; i < 3 && rest; i++)
        lines[i] = strsep(&rest, "\n");
    token_check(lines[0], lines[1]);
    claims_check(lines[2]);
    free(bytes);
    return 0;
}
