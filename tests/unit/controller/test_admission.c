/* Agents that show the token of their pod. */
#include "controller/admission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/check.h"
#include "support/mint.h"
#include "town.h"

#define UNKNOWN   "the token is signed with a key that is not known"
#define OTHER_POD "the token is not of this slot's pod"
#define OTHER_JOB "the token is not of a pod that this job has"

static bool keys_are_read(struct town *town)
{
    return town->controller.issuer.keys && !town->controller.issuer.call;
}

static void town_begin(struct town *town)
{
    town_open(town);
    town_job_runs(town);
    town_until(town, keys_are_read);
}

/* Enrols with a token, which is freed, and waits for the answer: it is let in, or the reason is
 * given. */
static void enrol(struct town *town, uint32_t slot, char *token, const char *reason)
{
    struct asked asked;

    town_enrol(town, &asked, slot, token);
    town_answers(town, town->answers + 1);
    CU_ASSERT(asked.status == (reason ? RPC_UNAUTHENTICATED : RPC_OK));
    CHECK_TEXT(asked.reason, reason ? reason : "");
    asked_done(&asked);
    free(token);
}

static void counted(struct town *town, const char *outcome, int count)
{
    char line[128];

    snprintf(line, sizeof line, "muster_enrolments_total{outcome=\"%s\"} %d\n", outcome, count);
    CHECK_HAS(town_page(town, "/metrics"), line);
}

static void an_agent_that_is_its_pod_is_let_in(void)
{
    struct town town;

    town_begin(&town);
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), NULL);
    enrol(&town, 1, town_token(&town, "digits-1-1-0"), NULL);
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), NULL);
    CU_ASSERT(town.key_reads == 1);
    counted(&town, "accepted", 3);
    town_close(&town);
}

static void an_agent_that_is_not_its_pod_is_refused(void)
{
    struct town town;

    town_begin(&town);
    enrol(&town, 1, town_token(&town, "digits-1-0-0"), OTHER_POD);
    enrol(&town, 2, town_token(&town, "digits-1-0-0"), OTHER_POD);
    enrol(&town, 1023, town_token(&town, "digits-1-0-0"), OTHER_POD);
    counted(&town, "wrong_pod", 3);
    enrol(&town, 0, town_token_so(&town, "digits-1-0-0", "\"uid\":\"", "\"uid\":\"x"), OTHER_JOB);
    counted(&town, "other_job", 1);
    enrol(
        &town, 0, town_token_so(&town, "digits-1-0-0", "digits-1-0-0", "digits-1-0-1"), OTHER_POD);
    enrol(&town, 0, town_token_so(&town, "digits-1-0-0", "team-a", "team-b"), OTHER_POD);
    counted(&town, "wrong_pod", 5);
    town_close(&town);
}

static bool pod_is_replaced(struct town *town)
{
    return town_object(&town->pods, "digits-1-0-1") != NULL;
}

/* The token of a pod that was deleted is valid until it expires, and of no use. */
static void the_pod_of_an_earlier_try_is_refused(void)
{
    struct town town;
    char *token;

    town_begin(&town);
    token = town_token(&town, "digits-1-0-0");
    town_remove(&town, &town.pods, "digits-1-0-0");
    town_until(&town, pod_is_replaced);
    enrol(&town, 0, token, OTHER_JOB);
    enrol(&town, 0, town_token(&town, "digits-1-0-1"), NULL);
    town_close(&town);
}

static void a_token_that_is_not_valid_is_refused_and_counted(void)
{
    static const struct {
        const char *what;
        const char *with;
        const char *reason;
        const char *word;
    } rows[] = {
        {"muster.dev", "https://kubernetes", "the token is for another audience", "wrong_audience"},
        {TOWN_ISSUER, "https://elsewhere", "the token is of another issuer", "wrong_issuer"},
        {"\"exp\":", "\"exp\":1000000000,\"was\":", "the token has expired", "expired"},
        {"\"nbf\":", "\"nbf\":9000000000,\"was\":", "the token is not valid yet", "early"},
        {"\"pod\":", "\"was\":", "the token is not of a pod", "no_pod"},
        {"\"exp\":", "\"was\":", "this is no token", "malformed"},
    };
    struct town town;
    struct mint *thief = mint_new("ES256", "first");

    town_begin(&town);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *token = town_token_so(&town, "digits-1-0-0", rows[i].what, rows[i].with);

        enrol(&town, 0, token, rows[i].reason);
        counted(&town, rows[i].word, 1);
    }
    enrol(&town, 0, strdup("text"), "this is no token");
    counted(&town, "malformed", 2);
    enrol(&town, 0, mint_token(thief, "{}"), "the token's signature is not right");
    counted(&town, "bad_signature", 1);
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), NULL);
    mint_free(thief);
    town_close(&town);
}

/* Keys. */

/* So much time has passed since the keys were read. */
static void age(struct town *town, int64_t seconds)
{
    town->controller.issuer.begun -= CLOCK_SECONDS(seconds);
}

static void a_new_key_is_read_when_it_is_first_seen(void)
{
    struct town town;
    char *older;

    town_begin(&town);
    older = town_token(&town, "digits-1-1-0");
    town_mint(&town, "second");
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), UNKNOWN);
    CU_ASSERT(town.key_reads == 1); /* the last time was just now */
    age(&town, 10);
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), NULL);
    CU_ASSERT(town.key_reads == 2);
    enrol(&town, 1, older, UNKNOWN); /* its key was withdrawn */
    CU_ASSERT(town.key_reads == 2);
    counted(&town, "unknown_key", 2);
    town_close(&town);
}

static void whoever_has_no_key_of_the_issuer_does_not_make_it_be_asked_often(void)
{
    struct mint *thief = mint_new("ES256", "own");
    struct town town;

    town_begin(&town);
    for (int i = 0; i < 20; i++)
        enrol(&town, 0, mint_token(thief, "{}"), UNKNOWN);
    CU_ASSERT(town.key_reads == 1);
    age(&town, 10);
    for (int i = 0; i < 20; i++)
        enrol(&town, 0, mint_token(thief, "{}"), UNKNOWN);
    CU_ASSERT(town.key_reads == 2);
    mint_free(thief);
    town_close(&town);
}

/* What was read before is enough to know agents by. */
static void agents_enrol_while_the_issuer_cannot_be_read(void)
{
    struct town town;

    town_begin(&town);
    age(&town, 10);
    town.mischief[0] = (struct town_mischief){"GET /", TOWN_CUT, 0, "", 1000};
    enrol(&town, 0, town_token(&town, "digits-1-0-0"), NULL);
    town_mint(&town, "second");
    enrol(&town, 1, town_token(&town, "digits-1-1-0"), UNKNOWN);
    town_close(&town);
}

static bool read_is_held(struct town *town)
{
    return town->held != NULL;
}

/* Begins a controller whose first read of the keys is held, and an agent that waits for it. */
static void wait_begin(struct town *town, struct asked *asked)
{
    char *token;

    *town = (struct town){.version = 0};
    town->mischief[0] = (struct town_mischief){"GET /openid/v1/jwks", TOWN_HOLD, 0, "", 1};
    town->arguments.own_authority = true;
    town_open_so(town);
    town_job_runs(town);
    town_until(town, read_is_held);
    token = town_token(town, "digits-1-0-0");
    town_enrol(town, asked, 0, token);
    free(token);
}

static bool somebody_waits(struct town *town)
{
    return town->controller.admissions != NULL;
}

static bool nobody_waits(struct town *town)
{
    return !town->controller.admissions;
}

static void whoever_comes_before_the_keys_waits_for_them(void)
{
    CLEAN(text) struct text set = {0};
    struct town town;
    struct asked asked;

    wait_begin(&town, &asked);
    town_until(&town, somebody_waits);
    mint_set(town.mint, NULL, &set);
    api_answer(town.held, 200, "", set.data);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_OK);
    asked_done(&asked);
    town_close(&town);
}

static void whoever_waits_is_refused_when_the_keys_cannot_be_read(void)
{
    struct town town;
    struct asked asked;

    wait_begin(&town, &asked);
    town_until(&town, somebody_waits);
    api_answer(town.held, 403, "", "{}");
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED);
    CHECK_TEXT(asked.reason, UNKNOWN);
    asked_done(&asked);
    town_close(&town);
}

static bool job_is_gone(struct town *town)
{
    return !town_dossier(town);
}

/* A job, its pod, or the controller itself may be gone when the keys come. */
static void what_is_gone_meanwhile_lets_nobody_in(void)
{
    struct town town;
    struct asked asked;

    wait_begin(&town, &asked);
    town_until(&town, somebody_waits);
    town_remove(&town, &town.jobs, "digits");
    town_until(&town, job_is_gone);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_REFUSED);
    CHECK_TEXT(asked.reason, "this attempt of the job is over");
    api_answer(town.held, 200, "", "{}");
    town_until(&town, nobody_waits);
    asked_done(&asked);
    town_close(&town);
}

static void a_controller_that_ends_answers_whoever_waits(void)
{
    struct town town;
    struct asked asked;

    wait_begin(&town, &asked);
    town_until(&town, somebody_waits);
    admission_close(&town.controller);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED);
    CHECK_TEXT(asked.reason, "the controller is ending");
    asked_done(&asked);
    town_close(&town);
}

SUITE(
    "controller admission",
    {"an agent that is its pod is let in", an_agent_that_is_its_pod_is_let_in},
    {"an agent that is not its pod is refused", an_agent_that_is_not_its_pod_is_refused},
    {"the pod of an earlier try is refused", the_pod_of_an_earlier_try_is_refused},
    {"a token that is not valid is refused and counted",
     a_token_that_is_not_valid_is_refused_and_counted},
    {"a new key is read when it is first seen", a_new_key_is_read_when_it_is_first_seen},
    {"whoever has no key of the issuer does not make it be asked often",
     whoever_has_no_key_of_the_issuer_does_not_make_it_be_asked_often},
    {"agents enrol while the issuer cannot be read", agents_enrol_while_the_issuer_cannot_be_read},
    {"whoever comes before the keys waits for them", whoever_comes_before_the_keys_waits_for_them},
    {"whoever waits is refused when the keys cannot be read",
     whoever_waits_is_refused_when_the_keys_cannot_be_read},
    {"what is gone meanwhile lets nobody in", what_is_gone_meanwhile_lets_nobody_in},
    {"a controller that ends answers whoever waits", a_controller_that_ends_answers_whoever_waits})
