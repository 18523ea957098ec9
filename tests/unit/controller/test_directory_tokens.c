/* Agents that show a token and are given a certificate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "desk_there.h"
#include "lobby.h"
#include "support/check.h"

/* Asks to enrol the agent of a slot, with a request for a certificate. */
static void ask(struct lobby *lobby, struct asked *asked, uint32_t slot, const struct text *request)
{
    struct agent agent;
    Muster__EnrollRequest enroll;

    agent_fill(&agent, slot, 1);
    enroll = enroll_request(&agent, false);
    enroll.certificate_request.data = (uint8_t *)request->data;
    enroll.certificate_request.len = request->size;
    lobby_ask(lobby, asked, LOBBY_ENROLL, &enroll.base);
    lobby_run(lobby, lobby->answers + 1);
}

/* The certificate is of the key that it was asked for with, and of that agent in that life. */
static void a_true_claim_is_given_a_certificate(void)
{
    struct lobby lobby;
    struct asked asked;
    struct certificate_facts facts;
    char name[CERTIFICATE_NAME];
    CLEAN(text) struct text key = {0};
    CLEAN(text) struct text request = {0};
    Muster__EnrollReply *reply;

    CU_ASSERT_FATAL(!certificate_key(&key, NULL) && !certificate_request(key.data, &request, NULL));
    lobby_begin(&lobby, "true");
    ask(&lobby, &asked, 2, &request);
    CU_ASSERT(lobby.claimed_slot == 2 && desk_there(lobby.desk, 2));
    reply = asked_reply(&asked);
    CU_ASSERT_FATAL(reply != NULL);
    CHECK_TEXT(reply->trust, passport_authority()->certificate.data);
    CU_ASSERT(certificate_matches(reply->certificate, key.data));
    CU_ASSERT(certificate_read(reply->certificate, &facts, NULL) == 0);
    passport_member(name, LOBBY_JOB, LOBBY_ATTEMPT, 2, 1);
    CHECK_TEXT(facts.name, name);
    CU_ASSERT(!facts.authority && facts.ends - time(NULL) <= AUTHORITY_MEMBER);
    muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
    lobby_end(&lobby);
}

/* Dials a server as the directory does, expecting the agent of that slot. Returns how a call of no
 * method ends. */
static int dialled(struct lobby *lobby, const struct rpc_server *server, uint32_t slot)
{
    struct asked asked;
    struct member_name name;
    char place[CERTIFICATE_NAME];
    char address[64];
    int status;

    CU_ASSERT_FATAL(member_name_make(&name, LOBBY_JOB, LOBBY_ATTEMPT, slot) == 0);
    member_name_place(&name, place);
    snprintf(address, sizeof address, "127.0.0.1:%d", rpc_port(server));
    rpc_hang_up(lobby->channel);
    lobby->channel = rpc_dial(lobby->rpc, address, place, directory_identity(lobby->directory));
    lobby_ask_bytes(lobby, &asked, "/test/None", "", 0);
    lobby_run(lobby, lobby->answers + 1);
    status = asked.status;
    asked_done(&asked);
    return status;
}

/* The directory knows nobody's life when it is started anew. */
static void whoever_is_certified_answers_for_its_place(void)
{
    static const struct rpc_service service;
    struct lobby lobby;
    struct asked asked;
    struct rpc_server *server;
    CLEAN(text) struct text key = {0};
    CLEAN(text) struct text request = {0};
    Muster__EnrollReply *reply;

    CU_ASSERT_FATAL(!certificate_key(&key, NULL) && !certificate_request(key.data, &request, NULL));
    lobby_begin(&lobby, "true");
    ask(&lobby, &asked, 2, &request);
    reply = asked_reply(&asked);
    if (!reply)
        abort();
    server = rpc_serve(lobby.rpc,
                       "127.0.0.1:0",
                       &(struct rpc_identity){key.data, reply->certificate, reply->trust},
                       &service,
                       NULL);
    CU_ASSERT_FATAL(server != NULL);
    CU_ASSERT(dialled(&lobby, server, 2) == RPC_UNIMPLEMENTED);
    CU_ASSERT(dialled(&lobby, server, 1) == RPC_UNAVAILABLE);
    rpc_stop(server);
    muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
    lobby_end(&lobby);
}

static void whoever_asks_for_no_certificate_is_given_none(void)
{
    const struct text none = {0};
    struct lobby lobby;
    struct asked asked;
    Muster__EnrollReply *reply;

    lobby_begin(&lobby, "true");
    ask(&lobby, &asked, 0, &none);
    reply = asked_reply(&asked);
    CHECK_TEXT(reply ? reply->certificate : "no answer", "");
    muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
    lobby_end(&lobby);
}

static void a_request_that_is_none_is_refused(void)
{
    const struct text request = {(char *)"request", 7, 7};
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, "true");
    ask(&lobby, &asked, 0, &request);
    CU_ASSERT(asked.status == RPC_REFUSED && !desk_there(lobby.desk, 0));
    CHECK_TEXT(asked.reason, "this is no request for a certificate");
    asked_done(&asked);
    lobby_end(&lobby);
}

static void a_token_does_not_open_the_other_calls(void)
{
    struct lobby lobby;
    struct asked asked;
    struct agent agent;
    Muster__Report report = MUSTER__REPORT__INIT;

    lobby_begin(&lobby, "true");
    lobby_as_named(&lobby, NULL);
    report.job = (char *)LOBBY_JOB;
    report.attempt = LOBBY_ATTEMPT;
    agent_fill(&agent, 0, 1);
    report.lead = &agent.packed;
    lobby_ask(&lobby, &asked, LOBBY_REPORT, &report.base);
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

SUITE("controller directory tokens",
      {"a true claim is given a certificate", a_true_claim_is_given_a_certificate},
      {"whoever is certified answers for its place", whoever_is_certified_answers_for_its_place},
      {"whoever asks for no certificate is given none",
       whoever_asks_for_no_certificate_is_given_none},
      {"a request that is none is refused", a_request_that_is_none_is_refused},
      {"a token does not open the other calls", a_token_does_not_open_the_other_calls},
      {"a claim is found true or false later", a_claim_is_found_true_or_false_later},
      {"a visitor may leave while its claim is looked at",
       a_visitor_may_leave_while_its_claim_is_looked_at},
      {"a job may end while a claim is looked at", a_job_may_end_while_a_claim_is_looked_at})
