/* Questions to the directory: each brings one answer, or the reason why there is none. */
#include "agent/inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "oracle.h"
#include "support/check.h"

/* What came back, one behind the other: "enrolled wait=1, reported none: ...". */
struct scene {
    struct oracle oracle;
    struct inquiry *inquiry;
    struct papers papers;
    struct text log;
    int status; /* of the newest */
    int want;   /* stop after so many answers */
};

static void came(struct scene *scene, const struct inquiry_outcome *outcome)
{
    scene->status = outcome->status;
    if (--scene->want == 0)
        loop_stop(&scene->oracle.loop);
}

static void on_enrolled(void *context,
                        const Muster__EnrollReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct scene *scene = context;

    if (reply)
        text_addf(&scene->log, "enrolled wait=%d, ", reply->wait);
    else
        text_addf(&scene->log, "enrolled none: %s, ", outcome->reason);
    came(scene, outcome);
}

static void on_reported(void *context,
                        const Muster__ReportReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct scene *scene = context;

    if (reply)
        text_addf(&scene->log, "reported %u, ", (unsigned)reply->incidents);
    else
        text_addf(&scene->log, "reported none: %s, ", outcome->reason);
    CU_ASSERT(!inquiry_reporting(scene->inquiry));
    came(scene, outcome);
}

static void on_witnessed(void *context,
                         const Muster__WitnessReply *reply,
                         const struct inquiry_outcome *outcome)
{
    struct scene *scene = context;

    if (reply)
        text_addf(&scene->log, "witnessed %llu, ", (unsigned long long)reply->promised);
    else
        text_addf(&scene->log, "witnessed none: %s, ", outcome->reason);
    came(scene, outcome);
}

static const struct inquiry_events events = {on_enrolled, on_reported, on_witnessed};

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    Muster__EnrollReply enrolled = MUSTER__ENROLL_REPLY__INIT;
    Muster__ReportReply reported = MUSTER__REPORT_REPLY__INIT;
    Muster__WitnessReply witnessed = MUSTER__WITNESS_REPLY__INIT;

    oracle_open(&scene->oracle);
    oracle_papers(&scene->papers, true);
    enrolled.wait = 1;
    reported.incidents = 3;
    witnessed.promised = 7;
    oracle_answer(&scene->oracle, ORACLE_ENROLL, &enrolled.base);
    oracle_answer(&scene->oracle, ORACLE_REPORT, &reported.base);
    oracle_answer(&scene->oracle, ORACLE_WITNESS, &witnessed.base);
    scene->inquiry =
        inquiry_new(scene->oracle.rpc, scene->oracle.address, &scene->papers, &events, scene);
    return scene;
}

static void scene_free(struct scene *scene)
{
    inquiry_free(scene->inquiry);
    oracle_close(&scene->oracle);
    papers_done(&scene->papers);
    text_done(&scene->log);
    free(scene);
}

static void enroll_ask(struct scene *scene, uint32_t attempt)
{
    Muster__EnrollRequest request = MUSTER__ENROLL_REQUEST__INIT;

    request.attempt = attempt;
    inquiry_enroll(scene->inquiry, &request);
}

static void report_ask(struct scene *scene, uint32_t attempt)
{
    Muster__Report report = MUSTER__REPORT__INIT;

    report.attempt = attempt;
    inquiry_report(scene->inquiry, &report);
}

static void witness_ask(struct scene *scene, uint64_t number)
{
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;

    request.number = number;
    inquiry_witness(scene->inquiry, &request);
}

static void scene_run(struct scene *scene, int want)
{
    scene->want = want;
    oracle_run(&scene->oracle);
}

static void every_question_brings_its_answer(void)
{
    struct scene *scene = scene_new();
    const struct text *asked = scene->oracle.asked;
    Muster__EnrollRequest *enroll;
    Muster__Report *report;
    Muster__WitnessRequest *witness;

    enroll_ask(scene, 4);
    scene_run(scene, 1);
    CU_ASSERT(!inquiry_reporting(scene->inquiry));
    report_ask(scene, 5);
    CU_ASSERT(inquiry_reporting(scene->inquiry));
    scene_run(scene, 1);
    witness_ask(scene, 6);
    scene_run(scene, 1);
    CHECK_TEXT(text_string(&scene->log), "enrolled wait=1, reported 3, witnessed 7, ");

    enroll = muster__enroll_request__unpack(
        NULL, asked[ORACLE_ENROLL].size, (const uint8_t *)asked[ORACLE_ENROLL].data);
    report = muster__report__unpack(
        NULL, asked[ORACLE_REPORT].size, (const uint8_t *)asked[ORACLE_REPORT].data);
    witness = muster__witness_request__unpack(
        NULL, asked[ORACLE_WITNESS].size, (const uint8_t *)asked[ORACLE_WITNESS].data);
    CU_ASSERT(enroll && enroll->attempt == 4);
    CU_ASSERT(report && report->attempt == 5);
    CU_ASSERT(witness && witness->number == 6);
    muster__enroll_request__free_unpacked(enroll, NULL);
    muster__report__free_unpacked(report, NULL);
    muster__witness_request__free_unpacked(witness, NULL);
    scene_free(scene);
}

static void questions_of_different_kinds_do_not_wait_for_each_other(void)
{
    struct scene *scene = scene_new();

    enroll_ask(scene, 1);
    report_ask(scene, 1);
    witness_ask(scene, 1);
    scene_run(scene, 3);
    CHECK_HAS(text_string(&scene->log), "enrolled wait=1, ");
    CHECK_HAS(text_string(&scene->log), "reported 3, ");
    CHECK_HAS(text_string(&scene->log), "witnessed 7, ");
    scene_free(scene);
}

static void a_token_is_shown_by_who_enrols_and_a_certificate_by_others(void)
{
    struct scene *scene = scene_new();
    const struct oracle *oracle = &scene->oracle;

    enroll_ask(scene, 1);
    scene_run(scene, 1);
    CHECK_TEXT(oracle->shown[ORACLE_ENROLL], "");
    inquiry_token(scene->inquiry, "first");
    inquiry_token(scene->inquiry, "token");
    enroll_ask(scene, 1);
    report_ask(scene, 1);
    witness_ask(scene, 1);
    scene_run(scene, 3);
    CHECK_TEXT(oracle->shown[ORACLE_ENROLL], "token");
    CHECK_TEXT(oracle->shown[ORACLE_REPORT], ORACLE_NAME);
    CHECK_TEXT(oracle->shown[ORACLE_WITNESS], ORACLE_NAME);
    scene_free(scene);
}

/* Before it has enrolled the directory does not speak with it; it is heard once it has. */
static void papers_that_have_changed_are_shown_from_then_on(void)
{
    struct scene *scene = scene_new();

    papers_done(&scene->papers);
    oracle_papers(&scene->papers, false);
    report_ask(scene, 1);
    scene_run(scene, 1);
    CU_ASSERT(scene->status == RPC_UNAVAILABLE);
    papers_done(&scene->papers);
    oracle_papers(&scene->papers, true);
    inquiry_renewed(scene->inquiry);
    report_ask(scene, 1);
    scene_run(scene, 1);
    CU_ASSERT(scene->status == RPC_OK);
    CHECK_TEXT(scene->oracle.shown[ORACLE_REPORT], ORACLE_NAME);
    scene_free(scene);
}

static void a_refusal_is_told_with_its_reason(void)
{
    struct scene *scene = scene_new();

    scene->oracle.refusal[ORACLE_REPORT] = RPC_UNAUTHENTICATED;
    report_ask(scene, 1);
    scene_run(scene, 1);
    CHECK_TEXT(text_string(&scene->log), "reported none: not you, ");
    CU_ASSERT(scene->status == RPC_UNAUTHENTICATED);
    scene_free(scene);
}

static void an_answer_that_is_malformed_is_none(void)
{
    struct scene *scene = scene_new();

    for (int i = 0; i < ORACLE_KINDS; i++) {
        text_clear(&scene->oracle.answer[i]);
        text_add(&scene->oracle.answer[i], "\xff\xff\xff");
    }
    enroll_ask(scene, 1);
    scene_run(scene, 1);
    report_ask(scene, 1);
    scene_run(scene, 1);
    witness_ask(scene, 1);
    scene_run(scene, 1);
    CHECK_TEXT(text_string(&scene->log),
               "enrolled none: malformed answer, reported none: malformed answer, "
               "witnessed none: malformed answer, ");
    CU_ASSERT(scene->status == RPC_REFUSED);
    scene_free(scene);
}

static void a_directory_that_is_away_is_said_to_be(void)
{
    struct scene *scene = scene_new();

    inquiry_free(scene->inquiry);
    scene->inquiry = inquiry_new(scene->oracle.rpc, "127.0.0.1:1", &scene->papers, &events, scene);
    enroll_ask(scene, 1);
    report_ask(scene, 1);
    witness_ask(scene, 1);
    scene_run(scene, 3);
    CHECK_HAS(text_string(&scene->log), "enrolled none: ");
    CHECK_HAS(text_string(&scene->log), "reported none: ");
    CHECK_HAS(text_string(&scene->log), "witnessed none: ");
    CU_ASSERT(scene->status == RPC_UNAVAILABLE);
    CU_ASSERT(!inquiry_reporting(scene->inquiry));
    scene_free(scene);
}

static void a_newer_question_replaces_the_open_one(void)
{
    struct scene *scene = scene_new();

    scene->oracle.silent = true;
    witness_ask(scene, 5);
    oracle_run(&scene->oracle);
    CU_ASSERT(scene->oracle.count[ORACLE_WITNESS] == 1);
    scene->oracle.silent = false;
    witness_ask(scene, 6);
    scene_run(scene, 1);
    CHECK_TEXT(text_string(&scene->log), "witnessed 7, ");
    CU_ASSERT(scene->oracle.count[ORACLE_WITNESS] == 2);
    scene_free(scene);
}

static void open_questions_end_without_an_answer(void)
{
    struct scene *scene = scene_new();

    scene->oracle.silent = true;
    enroll_ask(scene, 1);
    oracle_run(&scene->oracle);
    report_ask(scene, 1);
    witness_ask(scene, 1);
    inquiry_free(scene->inquiry);
    scene->inquiry = NULL; /* which may be freed, too */
    CHECK_TEXT(text_string(&scene->log), "");
    scene_free(scene);
}

SUITE("agent inquiry",
      {"every question brings its answer", every_question_brings_its_answer},
      {"questions of different kinds do not wait for each other",
       questions_of_different_kinds_do_not_wait_for_each_other},
      {"a token is shown by who enrols and a certificate by others",
       a_token_is_shown_by_who_enrols_and_a_certificate_by_others},
      {"papers that have changed are shown from then on",
       papers_that_have_changed_are_shown_from_then_on},
      {"a refusal is told with its reason", a_refusal_is_told_with_its_reason},
      {"an answer that is malformed is none", an_answer_that_is_malformed_is_none},
      {"a directory that is away is said to be", a_directory_that_is_away_is_said_to_be},
      {"a newer question replaces the open one", a_newer_question_replaces_the_open_one},
      {"open questions end without an answer", open_questions_end_without_an_answer})
