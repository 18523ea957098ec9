/* Keys of an issuer, and tokens that they have signed or not. */
#include "kube/web_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/mint.h"

#define CLAIMS "{\"sub\":\"x\"}"

static struct web_keys *keys_of(const struct mint *mint, const struct mint *other)
{
    CLEAN(text) struct text set = {0};
    struct web_keys *keys = NULL;
    struct error error = {""};

    mint_set(mint, other, &set);
    CU_ASSERT_FATAL(web_keys_read(set.data, set.size, &keys, &error) == 0);
    return keys;
}

/* What comes of a token; what was signed must be the claims, or nothing. */
static enum web_keys_outcome outcome_of(const struct web_keys *keys, const char *token)
{
    CLEAN(text) struct text payload = {0};
    enum web_keys_outcome outcome = web_keys_verify(keys, token, &payload);

    CHECK_TEXT(text_string(&payload), outcome == WEB_KEYS_SIGNED ? CLAIMS : "");
    return outcome;
}

static void each_algorithm_of_kubernetes_is_verified(void)
{
    static const char *const algorithms[] = {"RS256", "ES256", "ES384", "ES512"};

    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        struct mint *mint = mint_new(algorithms[i], "first");
        CLEAN_FREE char *token = mint_token(mint, CLAIMS);
        CLEAN(web_keys) struct web_keys *keys = keys_of(mint, NULL);

        CU_ASSERT(outcome_of(keys, token) == WEB_KEYS_SIGNED);
        mint_free(mint);
    }
}

static void another_key_of_the_same_name_has_not_signed_it(void)
{
    static const char *const algorithms[] = {"RS256", "ES256"};

    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        struct mint *mint = mint_new(algorithms[i], "first");
        struct mint *thief = mint_new(algorithms[i], "first");
        CLEAN_FREE char *token = mint_token(thief, CLAIMS);
        CLEAN(web_keys) struct web_keys *keys = keys_of(mint, NULL);

        CU_ASSERT(outcome_of(keys, token) == WEB_KEYS_FORGED);
        mint_free(mint);
        mint_free(thief);
    }
}

static void a_token_changed_anywhere_is_refused(void)
{
    struct mint *mint = mint_new("ES256", "first");
    CLEAN_FREE char *token = mint_token(mint, CLAIMS);
    CLEAN(web_keys) struct web_keys *keys = keys_of(mint, NULL);

    for (char *at = token; *at; at++) {
        char was = *at;

        if (at[1] == '.' || !at[1])
            continue; /* the last digit of a part has bits that encode nothing */
        *at = was == 'A' ? 'B' : 'A';
        CU_ASSERT(outcome_of(keys, token) != WEB_KEYS_SIGNED);
        *at = was;
    }
    CU_ASSERT(outcome_of(keys, token) == WEB_KEYS_SIGNED);
    mint_free(mint);
}

static void keys_that_follow_each_other_are_told_apart(void)
{
    struct mint *old = mint_new("ES256", "old");
    struct mint *new = mint_new("RS256", "new");
    CLEAN_FREE char *earlier = mint_token(old, CLAIMS);
    CLEAN_FREE char *later = mint_token(new, CLAIMS);
    CLEAN(web_keys) struct web_keys *before = keys_of(old, NULL);
    CLEAN(web_keys) struct web_keys *both = keys_of(new, old);
    CLEAN(web_keys) struct web_keys *after = keys_of(new, NULL);

    CU_ASSERT(outcome_of(before, later) == WEB_KEYS_UNKNOWN);
    CU_ASSERT(outcome_of(both, earlier) == WEB_KEYS_SIGNED);
    CU_ASSERT(outcome_of(both, later) == WEB_KEYS_SIGNED);
    CU_ASSERT(outcome_of(after, earlier) == WEB_KEYS_UNKNOWN);
    CU_ASSERT(outcome_of(NULL, later) == WEB_KEYS_UNKNOWN);
    mint_free(old);
    mint_free(new);
}

/* The token does not choose how it is verified. */
static void a_header_cannot_weaken_the_key(void)
{
    static const struct {
        const char *header;
        enum web_keys_outcome outcome;
    } rows[] = {
        {"{\"alg\":\"RS256\",\"kid\":\"first\"}", WEB_KEYS_SIGNED},
        {"{\"alg\":\"RS256\",\"kid\":\"first\",\"typ\":\"JWT\"}", WEB_KEYS_SIGNED},
        {"{\"alg\":\"RS512\",\"kid\":\"first\"}", WEB_KEYS_FORGED},
        {"{\"alg\":\"PS256\",\"kid\":\"first\"}", WEB_KEYS_FORGED},
        {"{\"alg\":\"HS256\",\"kid\":\"first\"}", WEB_KEYS_FORGED},
        {"{\"alg\":\"ES256\",\"kid\":\"first\"}", WEB_KEYS_FORGED},
        {"{\"alg\":\"none\",\"kid\":\"first\"}", WEB_KEYS_FORGED},
        {"{\"alg\":\"RS256\",\"kid\":\"first\",\"crit\":[\"exp\"]}", WEB_KEYS_MALFORMED},
        {"{\"alg\":\"RS256\",\"kid\":\"second\"}", WEB_KEYS_UNKNOWN},
        {"{\"alg\":\"RS256\",\"kid\":7}", WEB_KEYS_UNKNOWN},
        {"{\"alg\":\"RS256\"}", WEB_KEYS_UNKNOWN},
        {"{\"kid\":\"first\"}", WEB_KEYS_MALFORMED},
        {"[]", WEB_KEYS_MALFORMED},
    };
    struct mint *mint = mint_new("RS256", "first");
    CLEAN(web_keys) struct web_keys *keys = keys_of(mint, NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE char *token = mint_token_so(mint, rows[i].header, CLAIMS);
        enum web_keys_outcome outcome = outcome_of(keys, token);

        if (outcome != rows[i].outcome)
            printf("\n%s: %d\n", rows[i].header, (int)outcome);
        CU_ASSERT(outcome == rows[i].outcome);
    }
    mint_free(mint);
}

static void what_is_no_token_is_said_to_be_none(void)
{
    static const char *const rows[] = {"",
                                       ".",
                                       "..",
                                       "...",
                                       "a",
                                       "a.b",
                                       "a.b.c",
                                       "a.b.c.d",
                                       "e30.e30.",
                                       "e30.e30.e30",
                                       "\xff\xfe"};
    struct mint *mint = mint_new("ES256", "first");
    CLEAN(web_keys) struct web_keys *keys = keys_of(mint, NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(outcome_of(keys, rows[i]) == WEB_KEYS_MALFORMED);
    mint_free(mint);
}

/* Sets. */

static void sets_without_a_key_of_use_are_refused(void)
{
    static const char *const rows[] = {
        "",
        "{}",
        "[]",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[7]}",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AAAA\",\"alg\":\"HS256\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"alg\":\"X\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"A=AB\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\",\"e\":\"AQABA\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"a\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
    };
    struct web_keys *keys = NULL;
    struct error error;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT(web_keys_read(rows[i], strlen(rows[i]), &keys, &error) == -1);
        CU_ASSERT(keys == NULL);
    }
}

static void a_set_with_odd_keys_keeps_the_others(void)
{
    struct mint *mint = mint_new("ES256", "first");
    CLEAN_FREE char *token = mint_token(mint, CLAIMS);
    CLEAN(text) struct text set = {0};
    CLEAN(text) struct text key = {0};
    struct web_keys *keys = NULL;

    mint_key(mint, &key);
    text_addf(
        &set, "{\"keys\":[7,{\"kty\":\"oct\",\"kid\":\"first\",\"k\":\"AAAA\"},%s]}", key.data);
    CU_ASSERT_FATAL(web_keys_read(set.data, set.size, &keys, NULL) == 0);
    CU_ASSERT(outcome_of(keys, token) == WEB_KEYS_SIGNED);
    web_keys_free(keys);
    mint_free(mint);
}

/* A key that is for something else, or without a name, signs nothing. */
static void a_key_counts_only_as_it_is_published(void)
{
    static const struct {
        const char *what;
        const char *with;
        int outcome;
    } rows[] = {
        {"\"use\":\"sig\",", "", 0},
        {",\"alg\":\"ES256\"", "", 0},
        {"\"use\":\"sig\"", "\"use\":\"enc\"", -1},
        {"\"use\":\"sig\"", "\"use\":7", -1},
        {"\"alg\":\"ES256\"", "\"alg\":\"ES384\"", -1},
        {"\"alg\":\"ES256\"", "\"alg\":7", -1},
        {"\"kid\":\"first\",", "", -1},
        {"\"kid\":\"first\"", "\"kid\":\"\"", -1},
        {"\"kid\":\"first\"", "\"kid\":7", -1},
        {"\"crv\":\"P-256\"", "\"crv\":\"P-384\"", -1},
    };
    struct mint *mint = mint_new("ES256", "first");
    CLEAN(text) struct text set = {0};

    mint_set(mint, NULL, &set);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE char *changed = check_replaced(set.data, rows[i].what, rows[i].with);
        CLEAN(web_keys) struct web_keys *keys = NULL;

        CU_ASSERT(web_keys_read(changed, strlen(changed), &keys, NULL) == rows[i].outcome);
    }
    mint_free(mint);
}

static void a_set_is_bounded(void)
{
    struct mint *mint = mint_new("ES256", "first");
    CLEAN_FREE char *token = mint_token(mint, CLAIMS);
    CLEAN(text) struct text key = {0};
    CLEAN(text) struct text set = {0};
    struct web_keys *keys = NULL;

    mint_key(mint, &key);
    text_add(&set, "{\"keys\":[");
    for (int i = 0; i < WEB_KEYS_MOST; i++) {
        CLEAN_FREE char *other = check_replaced(key.data, "first", "other");

        text_addf(&set, "%s,", other);
    }
    text_addf(&set, "%s]}", key.data);
    CU_ASSERT_FATAL(web_keys_read(set.data, set.size, &keys, NULL) == 0);
    CU_ASSERT(outcome_of(keys, token) == WEB_KEYS_UNKNOWN);
    web_keys_free(keys);
    keys = NULL;
    while (set.size <= WEB_KEYS_BYTES)
        text_add(&set, "                                                                ");
    CU_ASSERT(web_keys_read(set.data, set.size, &keys, NULL) == -1);
    mint_free(mint);
}

SUITE("kube web keys",
      {"each algorithm of Kubernetes is verified", each_algorithm_of_kubernetes_is_verified},
      {"another key of the same name has not signed it",
       another_key_of_the_same_name_has_not_signed_it},
      {"a token changed anywhere is refused", a_token_changed_anywhere_is_refused},
      {"keys that follow each other are told apart", keys_that_follow_each_other_are_told_apart},
      {"a header cannot weaken the key", a_header_cannot_weaken_the_key},
      {"what is no token is said to be none", what_is_no_token_is_said_to_be_none},
      {"sets without a key of use are refused", sets_without_a_key_of_use_are_refused},
      {"a set with odd keys keeps the others", a_set_with_odd_keys_keeps_the_others},
      {"a key counts only as it is published", a_key_counts_only_as_it_is_published},
      {"a set is bounded", a_set_is_bounded})
