/* The Directory service: who is let in, what is refused, and how a call ends. */
#include "controller/directory.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "desk_there.h"
#include "lobby.h"
#include "support/check.h"

static void ended_is(struct asked *asked, int status, const char *reason)
{
    CU_ASSERT(asked->order > 0 && asked->status == status && asked->size == 0);
    CHECK_TEXT(asked->reason, reason);
    asked_done(asked);
}

/* Reports and asks the witness as the agent of slot 0 in its first life; all is refused. */
static void calls_are_refused(struct lobby *lobby, const char *why)
{
    struct asked asked[2];
    struct agent agent;
    Muster__Report report = MUSTER__REPORT__INIT;
    Muster__WitnessRequest witness = MUSTER__WITNESS_REQUEST__INIT;

    agent_fill(&agent, 0, 1);
    report.job = witness.job = (char *)LOBBY_JOB;
    report.attempt = witness.attempt = LOBBY_ATTEMPT;
    report.lead = witness.candidate = &agent.packed;
    lobby_ask(lobby, &asked[0], LOBBY_REPORT, &report.base);
    lobby_run(lobby, lobby->answers + 1);
    CHECK_TEXT(lobby->refused, why);
    *lobby->refused = '\0';
    lobby_ask(lobby, &asked[1], LOBBY_WITNESS, &witness.base);
    lobby_run(lobby, lobby->answers + 1);
    CHECK_TEXT(lobby->refused, why);
    for (size_t i = 0; i < 2; i++)
        ended_is(&asked[i], RPC_UNAUTHENTICATED, "the certificate of this agent is needed");
    CU_ASSERT(lobby->reports == 0);
}

static void nobody_is_let_in_without_a_token(void)
{
    static const char *const tokens[] = {"", "false"};
    struct lobby lobby;
    struct asked asked;

    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        lobby_begin(&lobby, tokens[i]);
        lobby_enroll(&lobby, &asked, 0, false);
        lobby_run(&lobby, 1);
        ended_is(&asked, RPC_UNAUTHENTICATED, "that is not so");
        CU_ASSERT(!desk_there(lobby.desk, 0));
        lobby_end(&lobby);
    }
}

/* Whatever certificate somebody has, it speaks for its own agent alone. */
static void nobody_is_heard_in_the_name_of_another_agent(void)
{
    static const struct {
        const char *job;
        uint32_t attempt;
        uint32_t slot;
        uint8_t life;
        const char *why;
    } rows[] = {
        {"letters", LOBBY_ATTEMPT, 0, 1, "other_job"},
        {LOBBY_JOB, LOBBY_ATTEMPT - 1, 0, 1, "other_job"},
        {LOBBY_JOB, LOBBY_ATTEMPT, 1, 1, "other_agent"},
        {LOBBY_JOB, LOBBY_ATTEMPT, 0, 2, "other_agent"},
    };
    struct lobby lobby;

    lobby_begin(&lobby, LOBBY_TOKEN);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[CERTIFICATE_NAME];

        passport_member(name, rows[i].job, rows[i].attempt, rows[i].slot, rows[i].life);
        lobby_as_named(&lobby, name);
        calls_are_refused(&lobby, rows[i].why);
    }
    lobby_as_named(&lobby, MEMBER_NAME_DIRECTORY);
    calls_are_refused(&lobby, "no_certificate");
    lobby_as_named(&lobby, NULL);
    calls_are_refused(&lobby, "no_certificate");
    lobby_end(&lobby);
}

static void another_job_or_attempt_is_refused(void)
{
    struct lobby lobby;
    struct asked asked[4];
    struct agent agent;
    Muster__EnrollRequest enroll;
    Muster__Report report = MUSTER__REPORT__INIT;
    Muster__WitnessRequest witness = MUSTER__WITNESS_REQUEST__INIT;

    lobby_begin(&lobby, LOBBY_TOKEN);
    agent_fill(&agent, 0, 1);
    enroll = enroll_request(&agent, true);
    enroll.attempt = LOBBY_ATTEMPT - 1;
    lobby_ask(&lobby, &asked[0], LOBBY_ENROLL, &enroll.base);
    enroll.attempt = LOBBY_ATTEMPT;
    enroll.job = (char *)"letters";
    lobby_ask(&lobby, &asked[1], LOBBY_ENROLL, &enroll.base);
    report.job = (char *)LOBBY_JOB;
    report.attempt = LOBBY_ATTEMPT + 1;
    report.lead = &agent.packed;
    lobby_ask(&lobby, &asked[2], LOBBY_REPORT, &report.base);
    witness.job = (char *)LOBBY_JOB;
    witness.candidate = &agent.packed;
    lobby_ask(&lobby, &asked[3], LOBBY_WITNESS, &witness.base);
    lobby_run(&lobby, 4);
    for (size_t i = 0; i < 4; i++)
        ended_is(&asked[i], RPC_REFUSED, "another job or attempt");
    CU_ASSERT(!desk_there(lobby.desk, 0) && lobby.reports == 0);
    lobby_end(&lobby);
}

/* Changes one thing of a good request; returns the reason that is wanted. */
static const char *spoil(int kind, Muster__EnrollRequest *request, struct agent *agent)
{
    static char text[300];

    memset(text, 'x', sizeof text - 1);
    switch (kind) {
    case 0:
        request->agent = NULL;
        break;
    case 1:
        agent->packed.incarnation.len--;
        break;
    case 2:
        agent->packed.address = text;
        break;
    case 3:
        agent->packed.node = text;
        break;
    case 4:
        agent->packed.slot = ENROLMENT_SLOTS;
        break;
    default:
        agent->packed.slot = 3;
        return "the job has no such slot";
    }
    return "malformed request";
}

static void a_malformed_request_is_refused(void)
{
    struct lobby lobby;
    struct asked asked;
    int answers = 0;

    lobby_begin(&lobby, LOBBY_TOKEN);
    for (int kind = 0; kind < 6; kind++) {
        struct agent agent;
        Muster__EnrollRequest request;
        const char *reason;

        agent_fill(&agent, 1, 1);
        request = enroll_request(&agent, false);
        reason = spoil(kind, &request, &agent);
        lobby_ask(&lobby, &asked, LOBBY_ENROLL, &request.base);
        lobby_run(&lobby, ++answers);
        ended_is(&asked, RPC_REFUSED, reason);
        CU_ASSERT(!desk_there(lobby.desk, 1));
    }
    lobby_ask_bytes(&lobby, &asked, LOBBY_ENROLL, "\377\377\377", 3);
    lobby_run(&lobby, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed request");
    lobby_ask_bytes(&lobby, &asked, LOBBY_REPORT, "\377\377\377", 3);
    lobby_run(&lobby, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed report");
    lobby_ask_bytes(&lobby, &asked, LOBBY_WITNESS, "\377\377\377", 3);
    lobby_run(&lobby, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed request");
    lobby_ask_bytes(&lobby, &asked, "/muster.Directory/Nothing", "", 0);
    lobby_run(&lobby, ++answers);
    ended_is(&asked, RPC_UNIMPLEMENTED, "no such method");
    lobby_end(&lobby);
}

static void an_answer_that_is_too_large_is_told_as_that(void)
{
    CLEAN_FREE char *spec = memory_get(RPC_MESSAGE + 2, 1);
    struct lobby lobby;
    struct asked asked;

    memset(spec, 'x', RPC_MESSAGE + 1);
    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby.facts.spec = spec;
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, 1);
    ended_is(&asked, RPC_EXHAUSTED, "the answer is larger than a message may be");
    spec[RPC_MESSAGE - 64] = '\0';
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, 2);
    CU_ASSERT(asked.status == RPC_OK && asked.size > RPC_MESSAGE - 64);
    asked_done(&asked);
    lobby_end(&lobby);
}

static void whoever_leaves_is_not_answered(void)
{
    struct lobby lobby;
    struct asked left;
    struct asked asked;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll(&lobby, &left, 0, true);
    lobby_enroll(&lobby, &asked, 1, false);
    lobby_run(&lobby, 1);
    asked_done(&asked);
    rpc_ask_drop(left.ask);
    lobby_enroll_all(&lobby);
    CU_ASSERT(left.order == 0 && desk_there(lobby.desk, 0));
    lobby_end(&lobby);
}

static void a_close_ends_what_is_held(void)
{
    struct lobby lobby;
    struct asked held;
    struct asked asked;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll(&lobby, &held, 0, true);
    lobby_enroll(&lobby, &asked, 1, false);
    lobby_run(&lobby, 1);
    asked_done(&asked);
    desk_close(lobby.desk);
    lobby.desk = NULL;
    lobby_run(&lobby, 2);
    ended_is(&held, RPC_REFUSED, "this attempt of the job is over");
    lobby_end(&lobby);
}

static void an_address_that_is_taken_is_reported(void)
{
    struct lobby lobby;
    struct directory_settings settings = {.listen = NULL};
    struct error error = {""};
    char address[64];

    lobby_begin(&lobby, LOBBY_TOKEN);
    snprintf(address, sizeof address, "127.0.0.1:%d", directory_port(lobby.directory));
    settings.listen = address;
    CU_ASSERT(directory_open(lobby.rpc, &settings, &error) == NULL);
    CHECK_HAS(error.text, "cannot listen");
    lobby_end(&lobby);
}

SUITE("controller directory",
      {"nobody is let in without a token", nobody_is_let_in_without_a_token},
      {"nobody is heard in the name of another agent",
       nobody_is_heard_in_the_name_of_another_agent},
      {"another job or attempt is refused", another_job_or_attempt_is_refused},
      {"a malformed request is refused", a_malformed_request_is_refused},
      {"an answer that is too large is told as that", an_answer_that_is_too_large_is_told_as_that},
      {"whoever leaves is not answered", whoever_leaves_is_not_answered},
      {"a close ends what is held", a_close_ends_what_is_held},
      {"an address that is taken is reported", an_address_that_is_taken_is_reported})
