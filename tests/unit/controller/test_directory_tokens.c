/* Agents that do not know the secret of their job yet, and jobs side by side. */
#include <string.h>

#include "scene.h"
#include "support/check.h"

/* Whether the answer tells that secret; "" = none. */
static void told(const struct asked *asked, const char *secret)
{
    Muster__EnrollReply *reply = asked_reply(asked);

    CHECK_TEXT(reply ? reply->secret : "no answer", secret);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
}

static void a_true_claim_is_told_the_secret(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene, "true");
    scene_enroll(&scene, &asked, 2, false);
    scene_run(&scene, 1);
    told(&asked, SCENE_SECRET);
    CU_ASSERT(scene.claimed_slot == 2 && desk_there(scene.desk, 2));
    asked_done(&asked);
    scene_end(&scene);
}

static void whoever_knows_the_secret_is_not_told(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll(&scene, &asked, 0, false);
    scene_run(&scene, 1);
    told(&asked, "");
    asked_done(&asked);
    scene_end(&scene);
}

static void a_token_does_not_open_the_other_calls(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene, "true");
    scene_report(&scene, &asked, 0, 1);
    scene_run(&scene, 1);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED && scene.reports == 0);
    asked_done(&asked);
    scene_end(&scene);
}

static void a_claim_is_found_true_or_false_later(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene, "late");
    for (int i = 0; i < 2; i++) {
        scene_enroll(&scene, &asked, 1, false);
        scene_run(&scene, -1);
        CU_ASSERT(!desk_there(scene.desk, 1));
        directory_verified(scene.visitor, i ? NULL : "no");
        scene.visitor = NULL;
        scene_run(&scene, i + 1);
        CU_ASSERT(asked.status == (i ? RPC_OK : RPC_UNAUTHENTICATED));
        CU_ASSERT(desk_there(scene.desk, 1) == (i == 1));
        asked_done(&asked);
    }
    scene_end(&scene);
}

static void a_visitor_may_leave_while_its_claim_is_looked_at(void)
{
    struct scene scene;
    struct asked left;
    struct asked asked;

    scene_begin(&scene, "late");
    scene_enroll(&scene, &left, 1, true);
    scene_run(&scene, -1);
    asked_done(&left);
    rpc_channel_credential(scene.channel, "true");
    for (int i = 1; i <= 3; i++) { /* the server has noticed by then */
        scene_enroll(&scene, &asked, 0, false);
        scene_run(&scene, i);
        asked_done(&asked);
    }
    directory_verified(scene.visitor, NULL);
    scene_end(&scene);
}

static void a_job_may_end_while_a_claim_is_looked_at(void)
{
    struct scene scene;
    struct asked asked;

    scene_begin(&scene, "late");
    scene_enroll(&scene, &asked, 1, true);
    scene_run(&scene, -1);
    desk_close(scene.desk);
    scene.desk = NULL;
    directory_verified(scene.visitor, NULL);
    scene_run(&scene, 1);
    CU_ASSERT(asked.status == RPC_REFUSED);
    CHECK_TEXT(asked.reason, "this attempt of the job is over");
    asked_done(&asked);
    scene_end(&scene);
}

static void the_secret_of_one_job_does_not_open_another(void)
{
    struct scene scene;
    struct asked asked;
    struct agent agent;
    Muster__EnrollRequest request;
    Muster__JobFacts facts = MUSTER__JOB_FACTS__INIT;
    const struct desk_settings letters = {
        .job = "letters", .attempt = SCENE_ATTEMPT, .secret = "other", .facts = &facts};
    struct desk *desk;

    facts.replicas = 3;
    scene_begin(&scene, SCENE_SECRET);
    desk = desk_open(scene.directory, &letters);
    agent_fill(&agent, 0, 1);
    request = enroll_request(&agent, false);
    scene_ask(&scene, &asked, SCENE_ENROLL, &request.base);
    scene_run(&scene, 1);
    CU_ASSERT(asked.status == RPC_OK && !desk_there(desk, 0) && desk_there(scene.desk, 0));
    asked_done(&asked);
    rpc_channel_credential(scene.channel, "");
    request.job = (char *)"letters";
    scene_ask(&scene, &asked, SCENE_ENROLL, &request.base);
    scene_run(&scene, 2);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED && !desk_there(desk, 0));
    asked_done(&asked);
    desk_close(desk);
    scene_end(&scene);
}

SUITE("controller directory tokens",
      {"a true claim is told the secret", a_true_claim_is_told_the_secret},
      {"whoever knows the secret is not told", whoever_knows_the_secret_is_not_told},
      {"a token does not open the other calls", a_token_does_not_open_the_other_calls},
      {"a claim is found true or false later", a_claim_is_found_true_or_false_later},
      {"a visitor may leave while its claim is looked at",
       a_visitor_may_leave_while_its_claim_is_looked_at},
      {"a job may end while a claim is looked at", a_job_may_end_while_a_claim_is_looked_at},
      {"the secret of one job does not open another", the_secret_of_one_job_does_not_open_another})
