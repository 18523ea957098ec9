/* The controller's key: what is derived from it, and how it comes to be. */
#include "controller/keyring.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "controller/tree.h"
#include "support/check.h"
#include "town.h"

#define EMPTY "{\"metadata\":{\"name\":\"muster-controller-key\",\"resourceVersion\":\"5\"}}"

/* TOWN_KEY as a Secret has it. */
#define ENCODED                                                                                    \
    "MDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYxMDExMTIxMzE0MTUxNjE3MTgxOTFhMWIxYzFkMWUxZg=="
#define FULL                                                                                       \
    "{\"metadata\":{\"name\":\"muster-controller-key\",\"resourceVersion\":\"6\"},\"data\":{"      \
    "\"key\":\"" ENCODED "\"}}"

/* Deriving. */

/* Computed with: printf attempt/job-uid/1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY */
#define SECRET_1 "ef6f2e2d8c896cc3a4981c0265bc7af4d86abe0390e799e09bfc2e3ae5efcc1a"
#define SECRET_2 "4515a80d95f2f2537df5623f3b9fd035658d649992ff31c9e9014ac71c0a401e"

static void secrets_are_what_openssl_computes(void)
{
    struct keyring keyring = {.ready = false};
    char secret[RPC_SECRET];

    keyring_take(&keyring, TOWN_KEY);
    CU_ASSERT(keyring.ready);
    keyring_secret(&keyring, "job-uid", 1, secret);
    CHECK_TEXT(secret, SECRET_1);
    keyring_secret(&keyring, "job-uid", 2, secret);
    CHECK_TEXT(secret, SECRET_2);
    keyring_done(&keyring);
}

/* A job cannot have a uid such that its secret is that of another attempt. */
static void secrets_differ_by_job_attempt_and_key(void)
{
    struct keyring keyring = {.ready = false};
    char secrets[5][RPC_SECRET];

    keyring_take(&keyring, TOWN_KEY);
    keyring_secret(&keyring, "a", 1, secrets[0]);
    keyring_secret(&keyring, "a", 11, secrets[1]);
    keyring_secret(&keyring, "a/1", 1, secrets[2]);
    keyring_secret(&keyring, "b", 1, secrets[3]);
    keyring.key[0] ^= 1;
    keyring_secret(&keyring, "a", 1, secrets[4]);
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < i; k++)
            CU_ASSERT(strcmp(secrets[i], secrets[k]) != 0);
    }
}

static void a_key_is_64_hexadecimal_digits(void)
{
    static const char *const wrong[] = {"", "00", "x" TOWN_KEY, TOWN_KEY "0", " " TOWN_KEY};
    struct keyring keyring = {.ready = false};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        keyring_take(&keyring, wrong[i]);
        CU_ASSERT(!keyring.ready);
    }
}

/* Reading. */

static void a_secret_has_a_key_or_none_or_something_else(void)
{
    static const struct {
        const char *secret;
        int outcome;
    } rows[] = {
        {FULL, 0},
        {EMPTY, 1},
        {"null", 1},
        {"{\"data\":{}}", 1},
        {"{\"data\":{\"key\":\"\"}}", 1},
        {"{\"data\":{\"key\":7}}", 1},
        {"{\"data\":[\"key\"]}", 1},
        {"{\"data\":{\"key\":\"AAAA\"}}", -1},
        {"{\"data\":{\"key\":\"" TOWN_KEY "\"}}", -1}, /* not encoded */
        {"{\"data\":{\"key\":\"=\"}}", -1},
        {"{\"data\":{\"key\":\"" ENCODED "Cg==\"}}", -1},
    };
    char digits[KEYRING_DIGITS];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(tree) cJSON *secret = cJSON_Parse(rows[i].secret);

        CU_ASSERT(keyring_read(secret, digits) == rows[i].outcome);
    }
    CHECK_TEXT(digits, TOWN_KEY);
    CU_ASSERT(keyring_read(NULL, digits) == 1);
}

/* With an API server. */

static bool is_ready(struct town *town)
{
    return town->controller.keyring.ready;
}

static void town_begin(struct town *town, const char *secret)
{
    *town = (struct town){.version = 100};
    town->secret = secret ? cJSON_Parse(secret) : NULL;
    town_open_so(town);
}

static void a_key_that_is_there_is_taken(void)
{
    struct town town;
    char secret[RPC_SECRET];

    town_begin(&town, FULL);
    town_job(&town);
    town_until(&town, is_ready);
    town_secret(&town, 1, secret);
    CHECK_TEXT(secret, SECRET_1);
    CU_ASSERT(town_count(&town, "PATCH secrets") == 0);
    town_close(&town);
}

/* Whoever comes later finds the same. */
static void an_empty_secret_is_filled_once(void)
{
    struct town town;
    struct keyring later = {.ready = false};
    char digits[KEYRING_DIGITS];

    town_begin(&town, EMPTY);
    town_until(&town, is_ready);
    CU_ASSERT(town_count(&town, "PATCH secrets") == 1 && town_count(&town, "GET secrets") == 2);
    CU_ASSERT_FATAL(keyring_read(town.secret, digits) == 0);
    keyring_take(&later, digits);
    CU_ASSERT(!memcmp(later.key, town.controller.keyring.key, KEYRING_KEY));
    CU_ASSERT(strcmp(digits, TOWN_KEY) != 0);
    town_close(&town);
}

static bool is_patched(struct town *town)
{
    return town_count(town, "PATCH secrets") == 1;
}

static void the_key_of_whoever_was_first_counts(void)
{
    struct town town;
    char secret[RPC_SECRET];

    town_begin(&town, EMPTY);
    town.mischief[0] = (struct town_mischief){"PATCH secrets", TOWN_HOLD, 0, "", 1};
    town_until(&town, is_patched);
    cJSON_Delete(town.secret);
    town.secret = cJSON_Parse(FULL);
    api_answer(town.held, 409, "", "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\"}");
    town_until(&town, is_ready);
    town_secret(&town, 1, secret);
    CHECK_TEXT(secret, SECRET_1);
    CU_ASSERT(is_patched(&town));
    town_close(&town);
}

static bool is_read_twice(struct town *town)
{
    return town_count(town, "GET secrets") >= 2;
}

static void what_is_no_key_is_left_alone_and_read_again(void)
{
    struct town town;

    town_begin(&town, "{\"metadata\":{\"resourceVersion\":\"5\"},\"data\":{\"key\":\"AAAA\"}}");
    town_until(&town, is_read_twice);
    CU_ASSERT(!is_ready(&town) && town_count(&town, "PATCH secrets") == 0);
    cJSON_Delete(town.secret);
    town.secret = cJSON_Parse(FULL);
    town_until(&town, is_ready);
    town_close(&town);
}

static void a_secret_that_cannot_be_read_is_tried_again(void)
{
    struct town town;

    town_begin(&town, NULL);
    town.mischief[0] = (struct town_mischief){"GET secrets", TOWN_ANSWER, 403, "{}", 1};
    town.mischief[1] = (struct town_mischief){"GET secrets", TOWN_CUT, 0, "", 1};
    town.mischief[2] = (struct town_mischief){"GET secrets", TOWN_ANSWER, 200, "garbage", 1};
    town.mischief[3] = (struct town_mischief){"PATCH secrets", TOWN_ANSWER, 500, "", 1};
    town.secret = cJSON_Parse(EMPTY);
    town_until(&town, is_ready);
    CU_ASSERT(town_count(&town, "GET secrets") == 6 && town_count(&town, "PATCH secrets") == 2);
    town_close(&town);
}

static bool job_is_known(struct town *town)
{
    return town->controller.jobs_listed && town->controller.pods_listed && town_dossier(town);
}

static bool job_has_a_desk(struct town *town)
{
    return town_dossier(town)->desk.desk != NULL;
}

static void nothing_is_decided_without_a_key(void)
{
    struct town town;

    town_begin(&town, NULL);
    town_job(&town);
    town_until(&town, is_read_twice);
    town_until(&town, job_is_known);
    CU_ASSERT(!town_dossier(&town)->desk.desk && town_count(&town, "PATCH trainingjobs") == 0);
    town.secret = cJSON_Parse(FULL);
    town_until(&town, job_has_a_desk);
    town_close(&town);
}

SUITE("controller keyring",
      {"secrets are what openssl computes", secrets_are_what_openssl_computes},
      {"secrets differ by job, attempt and key", secrets_differ_by_job_attempt_and_key},
      {"a key is 64 hexadecimal digits", a_key_is_64_hexadecimal_digits},
      {"a Secret has a key or none or something else",
       a_secret_has_a_key_or_none_or_something_else},
      {"a key that is there is taken", a_key_that_is_there_is_taken},
      {"an empty Secret is filled once", an_empty_secret_is_filled_once},
      {"the key of whoever was first counts", the_key_of_whoever_was_first_counts},
      {"what is no key is left alone and read again", what_is_no_key_is_left_alone_and_read_again},
      {"a Secret that cannot be read is tried again", a_secret_that_cannot_be_read_is_tried_again},
      {"nothing is decided without a key", nothing_is_decided_without_a_key})
