/* Agents that show the token of their pod: from the call that enrols to the API server and back. */
#include "controller/admission.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "support/check.h"
#include "town.h"

#define EXTRA          "\"extra\":{\"authentication.kubernetes.io/pod-uid\":[\"%s\"]}"
#define OUR_OWN        "\"audiences\":[\"muster.dev\"]"
#define REVIEW         "{\"authenticated\":true," OUR_OWN ",\"user\":{" EXTRA "}}"
#define STATUS(status) "{\"status\":" status "}"
#define POD            "\"authentication.kubernetes.io/pod-uid\""

/* Reading. */

static void a_review_names_a_pod_or_is_refused(void)
{
    static const struct {
        const char *review;
        const char *found; /* the pod's uid, or what is wrong */
    } rows[] = {
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD ":[\"u\"]}}}"),
         "u"},
        {STATUS("{\"authenticated\":true,\"audiences\":[7,\"x\",\"muster.dev\"],\"user\":{"
                "\"extra\":{" POD ":[\"u\",\"v\"]}}}"),
         "u"},
        {"{}", "the token is not valid"},
        {"[]", "the token is not valid"},
        {STATUS("7"), "the token is not valid"},
        {STATUS("{\"authenticated\":\"true\"}"), "the token is not valid"},
        {STATUS("{\"authenticated\":1," OUR_OWN "}"), "the token is not valid"},
        {STATUS("{\"authenticated\":false," OUR_OWN ",\"user\":{\"extra\":{" POD ":[\"u\"]}}}"),
         "the token is not valid"},
        {STATUS("{\"authenticated\":true}"), "the token is not for muster.dev"},
        {STATUS("{\"authenticated\":true,\"audiences\":\"muster.dev\"}"),
         "the token is not for muster.dev"},
        {STATUS("{\"authenticated\":true,\"audiences\":[\"https://kubernetes\",\"muster2\"]}"),
         "the token is not for muster.dev"},
        {STATUS("{\"authenticated\":true," OUR_OWN "}"), "the token is not of a pod"},
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD ":\"u\"}}}"),
         "the token is not of a pod"},
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD ":[]}}}"),
         "the token is not of a pod"},
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD ":[\"\"]}}}"),
         "the token is not of a pod"},
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD ":[{\"a\":1}]}}}"),
         "the token is not of a pod"},
        {STATUS("{\"authenticated\":true," OUR_OWN ",\"user\":{\"extra\":{" POD
                ":[\"0123456789012345678901234567890123456789012345678901234567890123\"]}}}"),
         "the token is not of a pod"},
    };
    char pod[ADMISSION_POD];
    struct error error;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(tree) cJSON *review = cJSON_Parse(rows[i].review);
        int outcome = admission_read(review, pod, &error);

        CU_ASSERT_FATAL(review != NULL);
        CHECK_TEXT(outcome ? error.text : pod, rows[i].found);
    }
    CU_ASSERT(admission_read(NULL, pod, &error) == -1);
}

/* Enrolling. */

/* The API server will say of every token that it is of the pod with that uid. */
static void review_set(struct town *town, const char *uid)
{
    char status[512];

    cJSON_Delete(town->review);
    snprintf(status, sizeof status, REVIEW, uid);
    town->review = cJSON_Parse(status);
    CU_ASSERT_FATAL(town->review != NULL);
}

static void review_pod(struct town *town, const char *name)
{
    review_set(town, object_uid(town_object(&town->pods, name)));
}

/* Enrols with a token and waits for the answer: `secret` is told, or the reason is given. */
static void enrol(struct town *town, uint32_t slot, const char *token, const char *reason)
{
    struct asked asked;
    Muster__EnrollReply *reply;
    char secret[RPC_SECRET];

    town_secret(town, 1, secret);
    town_enrol(town, &asked, slot, token);
    town_answers(town, town->answers + 1);
    reply = asked_reply(&asked);
    CU_ASSERT(asked.status == (reason ? RPC_UNAUTHENTICATED : RPC_OK));
    CHECK_TEXT(reply ? reply->secret : asked.reason, reason ? reason : secret);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
}

static void an_agent_that_is_its_pod_is_told_the_secret(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    review_pod(&town, "digits-1-0-0");
    enrol(&town, 0, "token", NULL);
    CU_ASSERT(town_count(&town, "POST tokenreviews") == 1);
    CU_ASSERT(town.controller.admissions == NULL);
    town_close(&town);
}

static void an_agent_that_is_not_its_pod_is_refused(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    review_pod(&town, "digits-1-0-0");
    enrol(&town, 1, "token", "the token is not of this slot's pod");
    enrol(&town, 2, "token", "this slot has no such pod");
    enrol(&town, 1023, "token", "this slot has no such pod");
    review_set(&town, "somebody");
    enrol(&town, 0, "token", "the token is not of this slot's pod");
    cJSON_Delete(town.review);
    town.review = cJSON_Parse("{\"authenticated\":false,\"error\":\"expired\"}");
    enrol(&town, 0, "token", "the token is not valid");
    cJSON_Delete(town.review);
    town.review = cJSON_Parse("{\"authenticated\":true,\"audiences\":[\"other\"]}");
    enrol(&town, 0, "token", "the token is not for muster.dev");
    town_close(&town);
}

static void nobody_is_let_in_without_the_api_server(void)
{
    static const char unread[] = "the token could not be reviewed";
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    review_pod(&town, "digits-1-0-0");
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_CUT, 0, "", 100};
    enrol(&town, 0, "token", unread);
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_ANSWER, 403, "{}", 1};
    enrol(&town, 0, "token", unread);
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_ANSWER, 500, "{}", 1};
    enrol(&town, 0, "token", unread);
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_ANSWER, 201, "garbage", 1};
    enrol(&town, 0, "token", "the token is not valid");
    enrol(&town, 0, "token", NULL);
    town_close(&town);
}

/* An agent that is started again shows the same token. */
static void a_token_that_was_reviewed_is_known_for_its_pod_alone(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    review_pod(&town, "digits-1-0-0");
    enrol(&town, 0, "token", NULL);
    enrol(&town, 0, "token", NULL);
    CU_ASSERT(town_count(&town, "POST tokenreviews") == 1);
    enrol(&town, 1, "token", "the token is not of this slot's pod");
    enrol(&town, 0, "other token", NULL);
    CU_ASSERT(town_count(&town, "POST tokenreviews") == 3);
    for (size_t i = 0; i < town_dossier(&town)->pod_count; i++)
        town_dossier(&town)->pods[i]->token_until = clock_now(); /* five minutes have passed */
    enrol(&town, 0, "other token", NULL);
    CU_ASSERT(town_count(&town, "POST tokenreviews") == 4);
    town_close(&town);
}

static bool review_is_held(struct town *town)
{
    return town->held != NULL;
}

static void what_is_reviewed_is_sent_as_it_was_shown(void)
{
    struct town town;
    struct asked asked;
    CLEAN(tree) cJSON *review = NULL;
    const cJSON *spec;

    town_open(&town);
    town_job_runs(&town);
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_HOLD, 0, "", 1};
    town_enrol(&town, &asked, 0, "a \"token\" \\ of text");
    town_until(&town, review_is_held);
    review = cJSON_Parse(town.held->body);
    spec = object_member(review, "spec");
    CHECK_TEXT(object_text(spec, "token"), "a \"token\" \\ of text");
    CHECK_TEXT(cJSON_GetStringValue(cJSON_GetArrayItem(object_member(spec, "audiences"), 0)),
               "muster.dev");
    asked_done(&asked);
    town_close(&town);
}

static bool job_is_gone(struct town *town)
{
    return !town_dossier(town);
}

static bool nobody_waits(struct town *town)
{
    return !town->controller.admissions;
}

/* A job, its pod, or the controller itself may be gone when the answer comes. */
static void what_is_gone_meanwhile_lets_nobody_in(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    review_pod(&town, "digits-1-0-0");
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_HOLD, 0, "", 1};
    town_enrol(&town, &asked, 0, "token");
    town_until(&town, review_is_held);
    town_remove(&town, &town.jobs, "digits");
    town_until(&town, job_is_gone);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_REFUSED);
    CHECK_TEXT(asked.reason, "this attempt of the job is over");
    api_answer(town.held, 201, "", "{}");
    town_until(&town, nobody_waits);
    asked_done(&asked);
    town_close(&town);
}

static void a_controller_that_ends_answers_whoever_waits(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town.mischief[0] = (struct town_mischief){"POST tokenreviews", TOWN_HOLD, 0, "", 1};
    town_enrol(&town, &asked, 0, "token");
    town_until(&town, review_is_held);
    CU_ASSERT(town.controller.admissions != NULL);
    admission_close(&town.controller);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED);
    CHECK_TEXT(asked.reason, "the controller is ending");
    asked_done(&asked);
    town_close(&town);
}

SUITE("controller admission",
      {"a review names a pod or is refused", a_review_names_a_pod_or_is_refused},
      {"an agent that is its pod is told the secret", an_agent_that_is_its_pod_is_told_the_secret},
      {"an agent that is not its pod is refused", an_agent_that_is_not_its_pod_is_refused},
      {"nobody is let in without the API server", nobody_is_let_in_without_the_api_server},
      {"a token that was reviewed is known for its pod alone",
       a_token_that_was_reviewed_is_known_for_its_pod_alone},
      {"what is reviewed is sent as it was shown", what_is_reviewed_is_sent_as_it_was_shown},
      {"what is gone meanwhile lets nobody in", what_is_gone_meanwhile_lets_nobody_in},
      {"a controller that ends answers whoever waits",
       a_controller_that_ends_answers_whoever_waits})
