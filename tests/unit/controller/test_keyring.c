/* The controller's authority: how it comes to be, is kept, and is followed by another one. */
#include "controller/keyring.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "controller/tree.h"
#include "support/check.h"
#include "support/passport.h"
#include "town.h"

#define EMPTY "{\"metadata\":{\"name\":\"muster-controller-key\",\"resourceVersion\":\"5\"}}"
#define LIFE  86400

/* A Secret with an authority in it, as the API server gives it. */
static cJSON *secret_of(const struct authority *authority)
{
    static const char *const members[] = {"ca.key", "ca.crt", "cross.crt", "earlier.crt"};
    const struct text *texts = &authority->key;
    cJSON *secret = cJSON_Parse(EMPTY);
    cJSON *data = tree_put_object(secret, "data");

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        CLEAN_FREE char *encoded = memory_get(2 * texts[i].size + 8, 1);

        EVP_EncodeBlock((unsigned char *)encoded,
                        (const unsigned char *)text_string(&texts[i]),
                        (int)texts[i].size);
        tree_put_text(data, members[i], encoded);
    }
    return secret;
}

static cJSON *secret_full(void)
{
    return secret_of(passport_authority());
}

/* Reading. */

static void a_secret_has_an_authority_or_none_or_something_else(void)
{
    static const struct {
        const char *secret;
        int outcome;
    } rows[] = {
        {EMPTY, 1},
        {"null", 1},
        {"{\"data\":{}}", 1},
        {"{\"data\":{\"ca.key\":\"\"}}", 1},
        {"{\"data\":{\"ca.key\":7}}", 1},
        {"{\"data\":{\"key\":\"AAAA\"}}", 1}, /* of an older version */
        {"{\"data\":[\"ca.key\"]}", 1},
        {"{\"data\":{\"ca.key\":\"AAAA\"}}", -1},
        {"{\"data\":{\"ca.key\":\"=\"}}", -1},
        {"{\"data\":{\"ca.key\":\"AAAA\",\"ca.crt\":\"AAAA\"}}", -1},
    };
    CLEAN(authority) struct authority authority = {.key.data = NULL};
    CLEAN(tree) cJSON *full = secret_full();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(tree) cJSON *secret = cJSON_Parse(rows[i].secret);

        CU_ASSERT(keyring_read(secret, &authority) == rows[i].outcome);
        CU_ASSERT(!authority.key.data && !authority.certificate.data);
    }
    CU_ASSERT(keyring_read(NULL, &authority) == 1);
    CU_ASSERT_FATAL(keyring_read(full, &authority) == 0);
    CHECK_TEXT(authority.certificate.data, passport_authority()->certificate.data);
}

/* A member that is missing or of another authority makes it none. */
static void what_does_not_belong_together_is_not_taken(void)
{
    static const char *const members[] = {"ca.crt", "cross.crt", "earlier.crt"};
    CLEAN(authority) struct authority next = {.key.data = NULL};
    CLEAN(authority) struct authority read = {.key.data = NULL};

    CU_ASSERT_FATAL(authority_follow(&next, passport_authority(), time(NULL), LIFE, NULL) == 0);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        CLEAN(tree) cJSON *secret = secret_of(&next);

        CU_ASSERT(keyring_read(secret, &read) == 0);
        authority_done(&read);
        tree_put_text(tree_open_object(secret, "data"), members[i], "");
        CU_ASSERT(keyring_read(secret, &read) == -1);
    }
}

/* With an API server. */

static bool is_ready(struct town *town)
{
    return town->controller.keyring.ready;
}

static void town_begin(struct town *town, cJSON *secret)
{
    *town = (struct town){.version = 100};
    town->secret = secret;
    town_open_so(town);
}

static void is_of(const struct town *town, const struct authority *authority)
{
    CHECK_TEXT(text_string(&town->controller.keyring.authority.certificate),
               authority->certificate.data);
}

static void an_authority_that_is_there_is_taken(void)
{
    struct town town;

    town_begin(&town, secret_full());
    town_until(&town, is_ready);
    is_of(&town, passport_authority());
    CHECK_TEXT(town.controller.keyring.trust.data, passport_authority()->certificate.data);
    CU_ASSERT(town_count(&town, "PATCH secrets") == 0);
    town_close(&town);
}

/* Whoever comes later finds the same. */
static void an_empty_secret_is_filled_once(void)
{
    struct town town;
    CLEAN(authority) struct authority later = {.key.data = NULL};

    town_begin(&town, cJSON_Parse(EMPTY));
    town_until(&town, is_ready);
    CU_ASSERT(town_count(&town, "PATCH secrets") == 1 && town_count(&town, "GET secrets") == 2);
    CU_ASSERT_FATAL(keyring_read(town.secret, &later) == 0);
    is_of(&town, &later);
    CU_ASSERT(!later.cross.size && !later.earlier.size);
    town_close(&town);
}

static bool is_patched(struct town *town)
{
    return town_count(town, "PATCH secrets") == 1;
}

static void the_authority_of_whoever_was_first_counts(void)
{
    struct town town;

    town_begin(&town, cJSON_Parse(EMPTY));
    town.mischief[0] = (struct town_mischief){"PATCH secrets", TOWN_HOLD, 0, "", 1};
    town_until(&town, is_patched);
    cJSON_Delete(town.secret);
    town.secret = secret_full();
    api_answer(town.held, 409, "", "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\"}");
    town_until(&town, is_ready);
    is_of(&town, passport_authority());
    CU_ASSERT(is_patched(&town));
    town_close(&town);
}

/* Following and replacing. */

static bool is_followed(struct town *town)
{
    return town->controller.keyring.authority.earlier.size != 0;
}

/* Agents that enrolled before, and pods that were made before, stay understood. */
static void an_authority_that_has_aged_is_followed_by_another(void)
{
    struct town town;
    const struct authority *now = &town.controller.keyring.authority;
    CLEAN(authority) struct authority kept = {.key.data = NULL};

    town_begin(&town, secret_full());
    town_until(&town, is_ready);
    CU_ASSERT(!is_followed(&town));
    town.controller.keyring.change = 1; /* in place of a year */
    loop_timer(&town.controller.loop, &town.controller.keyring.again, clock_now());
    town_until(&town, is_followed);
    CHECK_TEXT(now->earlier.data, passport_authority()->certificate.data);
    CU_ASSERT(strcmp(now->key.data, passport_authority()->key.data) != 0);
    CHECK_HAS(town.controller.keyring.trust.data, now->certificate.data);
    CHECK_HAS(town.controller.keyring.trust.data, now->earlier.data);
    CU_ASSERT_FATAL(keyring_read(town.secret, &kept) == 0);
    is_of(&town, &kept);
    town_close(&town);
}

static bool is_replaced(struct town *town)
{
    return strcmp(town->controller.keyring.authority.certificate.data,
                  passport_authority()->certificate.data) != 0;
}

static void what_was_put_into_the_secret_is_taken_without_a_restart(void)
{
    struct town town;
    CLEAN(authority) struct authority other = {.key.data = NULL};

    CU_ASSERT_FATAL(authority_make(&other, time(NULL), LIFE, NULL) == 0);
    town_begin(&town, secret_full());
    town_until(&town, is_ready);
    CU_ASSERT(town.controller.keyring.again.due - clock_now() <= CLOCK_SECONDS(600));
    cJSON_Delete(town.secret);
    town.secret = secret_of(&other);
    loop_timer(&town.controller.loop, &town.controller.keyring.again, clock_now());
    town_until(&town, is_replaced);
    is_of(&town, &other);
    CU_ASSERT(town_count(&town, "PATCH secrets") == 0);
    town_close(&town);
}

static bool is_read_twice(struct town *town)
{
    return town_count(town, "GET secrets") >= 2;
}

static void what_is_no_authority_is_left_alone_and_read_again(void)
{
    struct town town;

    town_begin(
        &town,
        cJSON_Parse("{\"metadata\":{\"resourceVersion\":\"5\"},\"data\":{\"ca.key\":\"AAAA\"}}"));
    town_until(&town, is_read_twice);
    CU_ASSERT(!is_ready(&town) && town_count(&town, "PATCH secrets") == 0);
    cJSON_Delete(town.secret);
    town.secret = secret_full();
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

static void nothing_is_decided_without_an_authority(void)
{
    struct town town;

    town_begin(&town, NULL);
    town_job(&town);
    town_until(&town, is_read_twice);
    town_until(&town, job_is_known);
    CU_ASSERT(!town_dossier(&town)->desk.desk && town_count(&town, "PATCH trainingjobs") == 0);
    town.secret = secret_full();
    town_until(&town, job_has_a_desk);
    town_close(&town);
}

SUITE("controller keyring",
      {"a Secret has an authority or none or something else",
       a_secret_has_an_authority_or_none_or_something_else},
      {"what does not belong together is not taken", what_does_not_belong_together_is_not_taken},
      {"an authority that is there is taken", an_authority_that_is_there_is_taken},
      {"an empty Secret is filled once", an_empty_secret_is_filled_once},
      {"the authority of whoever was first counts", the_authority_of_whoever_was_first_counts},
      {"an authority that has aged is followed by another",
       an_authority_that_has_aged_is_followed_by_another},
      {"what was put into the Secret is taken without a restart",
       what_was_put_into_the_secret_is_taken_without_a_restart},
      {"what is no authority is left alone and read again",
       what_is_no_authority_is_left_alone_and_read_again},
      {"a Secret that cannot be read is tried again", a_secret_that_cannot_be_read_is_tried_again},
      {"nothing is decided without an authority", nothing_is_decided_without_an_authority})
