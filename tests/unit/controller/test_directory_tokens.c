/* Agents that do not know the secret of their job yet, and jobs side by side. */
#include <string.h>

#include "desk_there.h"
#include "lobby.h"
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
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, "true");
    lobby_enroll(&lobby, &asked, 2, false);
    lobby_run(&lobby, 1);
    told(&asked, LOBBY_SECRET);
    CU_ASSERT(lobby.claimed_slot == 2 && desk_there(lobby.desk, 2));
    asked_done(&asked);
    lobby_end(&lobby);
}

static void whoever_knows_the_secret_is_not_told(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, LOBBY_SECRET);
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, 1);
    told(&asked, "");
    asked_done(&asked);
    lobby_end(&lobby);
}

static void a_token_does_not_open_the_other_calls(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, "true");
    lobby_report(&lobby, &asked, 0, 1);
    lobby_run(&lobby, 1);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED && lobby.reports == 0);
    asked_done(&asked);
    lobby_end(&lobby);
}

static void a_claim_is_found_true_or_false_later(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, "late");
    for (int i = 0; i < 2; i++) {
        lobby_enroll(&lobby, &asked, 1, false);
        lobby_run(&lobby, -1);
        CU_ASSERT(!desk_there(lobby.desk, 1));
        directory_verified(lobby.visitor, i ? NULL : "no");
        lobby.visitor = NULL;
        lobby_run(&lobby, i + 1);
        CU_ASSERT(asked.status == (i ? RPC_OK : RPC_UNAUTHENTICATED));
        CU_ASSERT(desk_there(lobby.desk, 1) == (i == 1));
        asked_done(&asked);
    }
    lobby_end(&lobby);
}

static void a_visitor_may_leave_while_its_claim_is_looked_at(void)
{
    struct lobby lobby;
    struct asked left;
    struct asked asked;

    lobby_begin(&lobby, "late");
    lobby_enroll(&lobby, &left, 1, true);
    lobby_run(&lobby, -1);
    asked_done(&left);
    rpc_channel_credential(lobby.channel, "true");
    for (int i = 1; i <= 3; i++) { /* the server has noticed by then */
        lobby_enroll(&lobby, &asked, 0, false);
        lobby_run(&lobby, i);
        asked_done(&asked);
    }
    directory_verified(lobby.visitor, NULL);
    lobby_end(&lobby);
}

static void a_job_may_end_while_a_claim_is_looked_at(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, "late");
    lobby_enroll(&lobby, &asked, 1, true);
    lobby_run(&lobby, -1);
    desk_close(lobby.desk);
    lobby.desk = NULL;
    directory_verified(lobby.visitor, NULL);
    lobby_run(&lobby, 1);
    CU_ASSERT(asked.status == RPC_REFUSED);
    CHECK_TEXT(asked.reason, "this attempt of the job is over");
    asked_done(&asked);
    lobby_end(&lobby);
}

static void the_secret_of_one_job_does_not_open_another(void)
{
    struct lobby lobby;
    struct asked asked;
    struct agent agent;
    Muster__EnrollRequest request;
    Muster__JobFacts facts = MUSTER__JOB_FACTS__INIT;
    const struct desk_settings letters = {
        .job = "letters", .attempt = LOBBY_ATTEMPT, .secret = "other", .facts = &facts};
    struct desk *desk;

    facts.replicas = 3;
    lobby_begin(&lobby, LOBBY_SECRET);
    desk = desk_open(lobby.directory, &letters);
    agent_fill(&agent, 0, 1);
    request = enroll_request(&agent, false);
    lobby_ask(&lobby, &asked, LOBBY_ENROLL, &request.base);
    lobby_run(&lobby, 1);
    CU_ASSERT(asked.status == RPC_OK && !desk_there(desk, 0) && desk_there(lobby.desk, 0));
    asked_done(&asked);
    rpc_channel_credential(lobby.channel, "");
    request.job = (char *)"letters";
    lobby_ask(&lobby, &asked, LOBBY_ENROLL, &request.base);
    lobby_run(&lobby, 2);
    CU_ASSERT(asked.status == RPC_UNAUTHENTICATED && !desk_there(desk, 0));
    asked_done(&asked);
    desk_close(desk);
    lobby_end(&lobby);
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
