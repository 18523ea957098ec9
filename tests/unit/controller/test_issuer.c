/* The issuer of tokens, as it is read from the API server. */
#include "controller/issuer.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "controller/tree.h"
#include "support/check.h"
#include "support/mint.h"
#include "town.h"

#define CONFIGURATION "GET /.well-known/openid-configuration"
#define KEYS          "GET /openid/v1/jwks"

static void a_configuration_names_an_issuer_or_does_not(void)
{
    static const struct {
        const char *configuration;
        const char *name;
    } rows[] = {
        {"{\"issuer\":\"https://a\",\"jwks_uri\":\"https://a/keys\"}", "https://a"},
        {"{\"issuer\":\"\"}", NULL},
        {"{\"issuer\":7}", NULL},
        {"{}", NULL},
        {"[]", NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(tree) cJSON *configuration = cJSON_Parse(rows[i].configuration);
        CLEAN_FREE char *name = issuer_read(configuration);

        CHECK_TEXT(name ? name : "none", rows[i].name ? rows[i].name : "none");
    }
    CU_ASSERT(issuer_read(NULL) == NULL);
}

static void a_name_is_bounded(void)
{
    char name[1100];
    cJSON *configuration = tree_object();

    memset(name, 'x', sizeof name);
    name[1024] = '\0';
    tree_put_text(configuration, "issuer", name);
    free(issuer_read(configuration));
    name[1024] = 'x';
    name[1025] = '\0';
    tree_put_text(configuration, "issuer", name);
    CU_ASSERT(issuer_read(configuration) == NULL);
    cJSON_Delete(configuration);
}

static bool issuer_is_read(struct town *town)
{
    return town->controller.issuer.keys != NULL;
}

/* Whatever goes wrong at first, the keys are read in the end. */
static void a_read_that_fails_is_tried_again(void)
{
    static const struct town_mischief rows[] = {
        {CONFIGURATION, TOWN_CUT, 0, "", 2},
        {CONFIGURATION, TOWN_ANSWER, 403, "{}", 2},
        {CONFIGURATION, TOWN_ANSWER, 200, "{}", 1},
        {CONFIGURATION, TOWN_ANSWER, 200, "garbage", 1},
        {KEYS, TOWN_CUT, 0, "", 2},
        {KEYS, TOWN_ANSWER, 500, "{}", 2},
        {KEYS, TOWN_ANSWER, 200, "{\"keys\":[]}", 1},
        {KEYS, TOWN_ANSWER, 200, "garbage", 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct town town = {.version = 0};

        town.mischief[0] = rows[i];
        town_open_so(&town);
        town_until(&town, issuer_is_read);
        CU_ASSERT(town.mischief[0].times == 0 && town.key_reads == 1);
        CHECK_TEXT(town.controller.issuer.name, TOWN_ISSUER);
        town_close(&town);
    }
}

static bool is_read_twice(struct town *town)
{
    return town->key_reads == 2 && !town->controller.issuer.call;
}

/* A key that is withdrawn ends. */
static void keys_are_read_again_from_time_to_time(void)
{
    struct town town;
    struct issuer *issuer = &town.controller.issuer;

    town_open(&town);
    town_until(&town, issuer_is_read);
    CU_ASSERT(issuer->again.due - clock_now() > CLOCK_SECONDS(590) &&
              issuer->again.due - clock_now() <= CLOCK_SECONDS(600));
    loop_timer(&town.controller.loop, &issuer->again, clock_now());
    town_until(&town, is_read_twice);
    town_close(&town);
}

static bool is_troubled(struct town *town)
{
    return town->mischief[0].times < 1000 && !town->controller.issuer.call;
}

static void what_was_read_is_kept_until_something_newer_was(void)
{
    struct town town;
    struct issuer *issuer = &town.controller.issuer;

    town_open(&town);
    town_until(&town, issuer_is_read);
    town.mischief[0] = (struct town_mischief){KEYS, TOWN_ANSWER, 200, "{}", 1000};
    loop_timer(&town.controller.loop, &issuer->again, clock_now());
    town_until(&town, is_troubled);
    CU_ASSERT(issuer->keys != NULL);
    CHECK_TEXT(issuer->name, TOWN_ISSUER);
    town_close(&town);
}

SUITE("controller issuer",
      {"a configuration names an issuer or does not", a_configuration_names_an_issuer_or_does_not},
      {"a name is bounded", a_name_is_bounded},
      {"a read that fails is tried again", a_read_that_fails_is_tried_again},
      {"keys are read again from time to time", keys_are_read_again_from_time_to_time},
      {"what was read is kept until something newer was",
       what_was_read_is_kept_until_something_newer_was})
