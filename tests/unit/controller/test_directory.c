/* The Directory service: who is let in, what is refused, and how a call ends. */
#include "controller/directory.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "scene.h"
#include "support/check.h"

#define OTHER "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void ended_is(struct asked *asked, int status, const char *reason)
{
    CU_ASSERT(asked->order > 0 && asked->status == status && asked->size == 0);
    CHECK_TEXT(asked->reason, reason);
    asked_done(asked);
}

static void nobody_is_let_in_without_the_secret(void)
{
    struct scene scene;
    struct asked asked[3];
    Muster__WitnessRequest witness = MUSTER__WITNESS_REQUEST__INIT;

    scene_begin(&scene, OTHER);
    scene_enroll(&scene, &asked[0], 0, false);
    scene_report(&scene, &asked[1], 0, 1);
    witness.job = (char *)SCENE_JOB;
    witness.attempt = SCENE_ATTEMPT;
    scene_ask(&scene, &asked[2], SCENE_WITNESS, &witness.base);
    scene_run(&scene, 3);
    ended_is(&asked[0], RPC_UNAUTHENTICATED, "that is not so");
    for (size_t i = 1; i < 3; i++)
        ended_is(&asked[i], RPC_UNAUTHENTICATED, "the secret of this job is needed");
    CU_ASSERT(!desk_there(scene.desk, 0) && scene.reports == 0);
    scene_end(&scene);
}

static void another_job_or_attempt_is_refused(void)
{
    struct scene scene;
    struct asked asked[4];
    struct agent agent;
    Muster__EnrollRequest enroll;
    Muster__Report report = MUSTER__REPORT__INIT;
    Muster__WitnessRequest witness = MUSTER__WITNESS_REQUEST__INIT;

    scene_begin(&scene, SCENE_SECRET);
    agent_fill(&agent, 0, 1);
    enroll = enroll_request(&agent, true);
    enroll.attempt = SCENE_ATTEMPT - 1;
    scene_ask(&scene, &asked[0], SCENE_ENROLL, &enroll.base);
    enroll.attempt = SCENE_ATTEMPT;
    enroll.job = (char *)"letters";
    scene_ask(&scene, &asked[1], SCENE_ENROLL, &enroll.base);
    report.job = (char *)SCENE_JOB;
    report.attempt = SCENE_ATTEMPT + 1;
    report.lead = &agent.packed;
    scene_ask(&scene, &asked[2], SCENE_REPORT, &report.base);
    witness.job = (char *)SCENE_JOB;
    scene_ask(&scene, &asked[3], SCENE_WITNESS, &witness.base);
    scene_run(&scene, 4);
    for (size_t i = 0; i < 4; i++)
        ended_is(&asked[i], RPC_REFUSED, "another job or attempt");
    CU_ASSERT(!desk_there(scene.desk, 0) && scene.reports == 0);
    scene_end(&scene);
}

/* Changes one thing of a good request; returns the reason that is wanted. */
static const char *spoil(int kind, Muster__EnrollRequest *request, struct agent *agent)
{
    static char text[100];

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
    struct scene scene;
    struct asked asked;
    int answers = 0;

    scene_begin(&scene, SCENE_SECRET);
    for (int kind = 0; kind < 6; kind++) {
        struct agent agent;
        Muster__EnrollRequest request;
        const char *reason;

        agent_fill(&agent, 1, 1);
        request = enroll_request(&agent, false);
        reason = spoil(kind, &request, &agent);
        scene_ask(&scene, &asked, SCENE_ENROLL, &request.base);
        scene_run(&scene, ++answers);
        ended_is(&asked, RPC_REFUSED, reason);
        CU_ASSERT(!desk_there(scene.desk, 1));
    }
    scene_ask_bytes(&scene, &asked, SCENE_ENROLL, "\377\377\377", 3);
    scene_run(&scene, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed request");
    scene_ask_bytes(&scene, &asked, SCENE_REPORT, "\377\377\377", 3);
    scene_run(&scene, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed report");
    scene_ask_bytes(&scene, &asked, SCENE_WITNESS, "\377\377\377", 3);
    scene_run(&scene, ++answers);
    ended_is(&asked, RPC_REFUSED, "malformed request");
    scene_ask_bytes(&scene, &asked, "/muster.Directory/Nothing", "", 0);
    scene_run(&scene, ++answers);
    ended_is(&asked, RPC_UNIMPLEMENTED, "no such method");
    scene_end(&scene);
}

static void an_answer_that_is_too_large_is_told_as_that(void)
{
    CLEAN_FREE char *spec = memory_get(RPC_MESSAGE + 2, 1);
    struct scene scene;
    struct asked asked;

    memset(spec, 'x', RPC_MESSAGE + 1);
    scene_begin(&scene, SCENE_SECRET);
    scene.facts.spec = spec;
    scene_enroll(&scene, &asked, 0, false);
    scene_run(&scene, 1);
    ended_is(&asked, RPC_EXHAUSTED, "the answer is larger than a message may be");
    spec[RPC_MESSAGE - 64] = '\0';
    scene_enroll(&scene, &asked, 0, false);
    scene_run(&scene, 2);
    CU_ASSERT(asked.status == RPC_OK && asked.size > RPC_MESSAGE - 64);
    asked_done(&asked);
    scene_end(&scene);
}

static void whoever_leaves_is_not_answered(void)
{
    struct scene scene;
    struct asked left;
    struct asked asked;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll(&scene, &left, 0, true);
    scene_enroll(&scene, &asked, 1, false);
    scene_run(&scene, 1);
    asked_done(&asked);
    rpc_ask_drop(left.ask);
    scene_enroll_all(&scene);
    CU_ASSERT(left.order == 0 && desk_there(scene.desk, 0));
    scene_end(&scene);
}

static void a_close_ends_what_is_held(void)
{
    struct scene scene;
    struct asked held;
    struct asked asked;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll(&scene, &held, 0, true);
    scene_enroll(&scene, &asked, 1, false);
    scene_run(&scene, 1);
    asked_done(&asked);
    desk_close(scene.desk);
    scene.desk = NULL;
    scene_run(&scene, 2);
    ended_is(&held, RPC_REFUSED, "this attempt of the job is over");
    scene_end(&scene);
}

static void an_address_that_is_taken_is_reported(void)
{
    struct scene scene;
    struct directory_settings settings = {.listen = NULL};
    struct error error = {""};
    char address[64];

    scene_begin(&scene, SCENE_SECRET);
    snprintf(address, sizeof address, "127.0.0.1:%d", directory_port(scene.directory));
    settings.listen = address;
    CU_ASSERT(directory_open(scene.rpc, &settings, &error) == NULL);
    CHECK_HAS(error.text, "cannot listen");
    scene_end(&scene);
}

SUITE("controller directory",
      {"nobody is let in without the secret", nobody_is_let_in_without_the_secret},
      {"another job or attempt is refused", another_job_or_attempt_is_refused},
      {"a malformed request is refused", a_malformed_request_is_refused},
      {"an answer that is too large is told as that", an_answer_that_is_too_large_is_told_as_that},
      {"whoever leaves is not answered", whoever_leaves_is_not_answered},
      {"a close ends what is held", a_close_ends_what_is_held},
      {"an address that is taken is reported", an_address_that_is_taken_is_reported})
