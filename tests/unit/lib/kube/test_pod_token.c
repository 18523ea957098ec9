/* Tokens of pods: whose they are, and why they do not count. */
#include "kube/pod_token.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "kube/object.h"
#include "support/check.h"
#include "support/mint.h"

#define NOW 1750000000
#define POD "\"pod\":{\"name\":\"digits-1-0-0\",\"uid\":\"uid-1\"}"
#define CLAIMS                                                                                     \
    "{\"aud\":[\"muster.dev\"],\"exp\":1750003600,\"iat\":1749996400,\"nbf\":1749996400,"          \
    "\"iss\":\"https://kubernetes\",\"jti\":\"j\",\"kubernetes.io\":{\"namespace\":\"team\","      \
    "\"node\":{\"name\":\"n\",\"uid\":\"u\"}," POD                                                 \
    ",\"serviceaccount\":{\"name\":\"default\",\"uid\":\"s\"}},"                                   \
    "\"sub\":\"system:serviceaccount:team:default\"}"

static const struct pod_token_wish wish = {
    .issuer = "https://kubernetes", .audience = "muster.dev", .now = NOW};

/* What comes of claims; NULL = they are not JSON. */
static const char *word_of(const char *claims, int64_t now)
{
    struct pod_token_wish then = wish;
    struct pod_token token;
    cJSON *tree = cJSON_Parse(claims);
    enum pod_token_outcome outcome;

    then.now = now;
    CU_ASSERT_FATAL(tree != NULL);
    outcome = pod_token_read(&then, tree, &token);
    cJSON_Delete(tree);
    return pod_token_word(outcome);
}

static void a_token_says_which_pod_it_is_of(void)
{
    struct mint *mint = mint_new("RS256", "first");
    CLEAN_FREE char *encoded = mint_token(mint, CLAIMS);
    CLEAN(text) struct text set = {0};
    CLEAN(web_keys) struct web_keys *keys = NULL;
    struct pod_token token;

    mint_set(mint, NULL, &set);
    CU_ASSERT_FATAL(web_keys_read(set.data, set.size, &keys, NULL) == 0);
    CU_ASSERT(pod_token_verify(&wish, keys, encoded, &token) == POD_TOKEN_VALID);
    CHECK_TEXT(token.space, "team");
    CHECK_TEXT(token.name, "digits-1-0-0");
    CHECK_TEXT(token.uid, "uid-1");
    mint_free(mint);
}

static void a_token_is_refused_for_what_is_wrong_with_it(void)
{
    struct mint *mint = mint_new("ES256", "first");
    struct mint *thief = mint_new("ES256", "first");
    struct mint *next = mint_new("ES256", "next");
    CLEAN_FREE char *forged = mint_token(thief, CLAIMS);
    CLEAN_FREE char *newer = mint_token(next, CLAIMS);
    CLEAN_FREE char *no_claims = mint_token(mint, "text");
    CLEAN(text) struct text set = {0};
    CLEAN(web_keys) struct web_keys *keys = NULL;
    struct pod_token token;

    mint_set(mint, NULL, &set);
    CU_ASSERT_FATAL(web_keys_read(set.data, set.size, &keys, NULL) == 0);
    CU_ASSERT(pod_token_verify(&wish, keys, forged, &token) == POD_TOKEN_BAD_SIGNATURE);
    CU_ASSERT(pod_token_verify(&wish, keys, newer, &token) == POD_TOKEN_UNKNOWN_KEY);
    CU_ASSERT(pod_token_verify(&wish, NULL, newer, &token) == POD_TOKEN_UNKNOWN_KEY);
    CU_ASSERT(pod_token_verify(&wish, keys, "token", &token) == POD_TOKEN_MALFORMED);
    CU_ASSERT(pod_token_verify(&wish, keys, no_claims, &token) == POD_TOKEN_MALFORMED);
    mint_free(mint);
    mint_free(thief);
    mint_free(next);
}

static void claims_are_judged_one_by_one(void)
{
    static const struct {
        const char *what;
        const char *with;
        const char *word;
    } rows[] = {
        {"\"jti\":\"j\",", "", "valid"},
        {"\"nbf\":1749996400,", "", "valid"},
        {"[\"muster.dev\"]", "\"muster.dev\"", "valid"},
        {"[\"muster.dev\"]", "[7,\"https://kubernetes\",\"muster.dev\"]", "valid"},
        {"[\"muster.dev\"]", "[\"https://kubernetes\"]", "wrong_audience"},
        {"[\"muster.dev\"]", "[]", "wrong_audience"},
        {"[\"muster.dev\"]", "7", "wrong_audience"},
        {"[\"muster.dev\"]", "[\"muster.dev2\",\"Muster.dev\"]", "wrong_audience"},
        {"\"aud\":[\"muster.dev\"],", "", "wrong_audience"},
        {"https://kubernetes", "https://elsewhere", "wrong_issuer"},
        {"\"iss\":\"https://kubernetes\",", "", "wrong_issuer"},
        {"\"https://kubernetes\"", "[\"https://kubernetes\"]", "wrong_issuer"},
        {"\"exp\":1750003600,", "", "malformed"},
        {"1750003600", "\"1750003600\"", "malformed"},
        {"1750003600", "1749999990", "expired"},
        {"1750003600", "1749999991", "valid"},
        {"1750003600", "-1e300", "expired"},
        {"\"nbf\":1749996400", "\"nbf\":1750000010", "valid"},
        {"\"nbf\":1749996400", "\"nbf\":1750000011", "early"},
        {"\"nbf\":1749996400", "\"nbf\":\"now\"", "malformed"},
        {POD ",", "", "no_pod"},
        {"\"uid\":\"uid-1\"", "\"uid\":\"\"", "no_pod"},
        {"\"uid\":\"uid-1\"", "\"uid\":7", "no_pod"},
        {",\"uid\":\"uid-1\"", "", "no_pod"},
        {"\"name\":\"digits-1-0-0\",", "", "no_pod"},
        {"\"namespace\":\"team\",", "", "no_pod"},
        {"uid-1", "0123456789012345678901234567890123456789012345678901234567890123", "no_pod"},
        {"kubernetes.io", "kubernetes.ia", "no_pod"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN_FREE char *claims = check_replaced(CLAIMS, rows[i].what, rows[i].with);

        CHECK_TEXT(word_of(claims, NOW), rows[i].word);
    }
    CHECK_TEXT(word_of("[]", NOW), "malformed");
}

static void a_token_counts_as_long_as_it_is_valid_and_no_longer(void)
{
    CHECK_TEXT(word_of(CLAIMS, 1749996400 - POD_TOKEN_LEEWAY - 1), "early");
    CHECK_TEXT(word_of(CLAIMS, 1749996400 - POD_TOKEN_LEEWAY), "valid");
    CHECK_TEXT(word_of(CLAIMS, 1750003600 + POD_TOKEN_LEEWAY - 1), "valid");
    CHECK_TEXT(word_of(CLAIMS, 1750003600 + POD_TOKEN_LEEWAY), "expired");
}

static void each_outcome_has_words(void)
{
    for (int i = 0; i < POD_TOKEN_OUTCOMES; i++) {
        CU_ASSERT(
            strspn(pod_token_word((enum pod_token_outcome)i), "abcdefghijklmnopqrstuvwxyz_") ==
            strlen(pod_token_word((enum pod_token_outcome)i)));
        CHECK_HAS(pod_token_reason((enum pod_token_outcome)i), "token");
    }
}

SUITE("kube pod token",
      {"a token says which pod it is of", a_token_says_which_pod_it_is_of},
      {"a token is refused for what is wrong with it",
       a_token_is_refused_for_what_is_wrong_with_it},
      {"claims are judged one by one", claims_are_judged_one_by_one},
      {"a token counts as long as it is valid and no longer",
       a_token_counts_as_long_as_it_is_valid_and_no_longer},
      {"each outcome has words", each_outcome_has_words})
