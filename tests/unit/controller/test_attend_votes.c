/* The witness's votes outlive the controller: they stand in the job's status first. */
#include <cjson/cJSON.h>

#include "controller/attend.h"
#include "kube/object.h"
#include "support/check.h"
#include "town.h"

#define PATCH "PATCH trainingjobs digits"

/* Asks for the promise of a number as the candidate of slot 0 in its life number `life`. */
static void vote_ask(struct town *town, struct asked *asked, uint64_t number, uint8_t life)
{
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;
    Muster__View decided = MUSTER__VIEW__INIT;
    struct agent agent;

    agent_fill(&agent, 0, life);
    request.job = (char *)"job-uid";
    request.attempt = 1;
    request.candidate = &agent.packed;
    request.number = number;
    request.decided = &decided;
    town_as(town, 0, life);
    lobby_ask(&town->agents, asked, LOBBY_WITNESS, &request.base);
}

/* Waits for the vote, which must be this one, and releases it. */
static void vote_check(struct town *town, struct asked *asked, bool granted, uint64_t promised)
{
    town_answers(town, town->answers + 1);
    CU_ASSERT(asked_voted(asked, granted, promised));
    asked_done(asked);
}

/* What the API server holds of it. */
static const char *promised(struct town *town)
{
    const cJSON *status = object_member(town_object(&town->jobs, "digits"), "status");

    return object_text(object_member(status, "witness"), "promised");
}

static void a_vote_costs_one_write_and_a_second_answer_none(void)
{
    struct town town;
    struct asked asked;
    size_t before;

    town_open(&town);
    town_job_runs(&town);
    before = town_count(&town, PATCH);
    vote_ask(&town, &asked, 5, 1);
    vote_check(&town, &asked, true, 5);
    CHECK_TEXT(promised(&town), "5");
    CU_ASSERT(town_count(&town, PATCH) == before + 1);
    vote_ask(&town, &asked, 5, 1);
    vote_check(&town, &asked, true, 5);
    vote_ask(&town, &asked, 5, 2);
    vote_check(&town, &asked, false, 5);
    CU_ASSERT(town_count(&town, PATCH) == before + 1);
    town_close(&town);
}

static bool write_is_held(struct town *town)
{
    return town->held != NULL;
}

static void no_vote_is_given_while_its_write_is_under_way(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town.mischief[0] = (struct town_mischief){.asked = PATCH, .way = TOWN_HOLD, .times = 1};
    vote_ask(&town, &asked, 5, 1);
    town_until(&town, write_is_held);
    CU_ASSERT(asked.order == 0 && promised(&town) == NULL);
    api_cut(town.held);
    vote_check(&town, &asked, true, 5);
    CHECK_TEXT(promised(&town), "5");
    town_close(&town);
}

static void a_write_that_fails_is_tried_again(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town.mischief[0] = (struct town_mischief){
        .asked = PATCH, .way = TOWN_ANSWER, .status = 500, .body = "{}", .times = 2};
    vote_ask(&town, &asked, 5, 1);
    vote_check(&town, &asked, true, 5);
    CHECK_TEXT(promised(&town), "5");
    town_close(&town);
}

/* Nobody knows whether it was done until it is seen; whoever sends it again is refused. */
static void a_write_whose_answer_is_lost_is_done_once(void)
{
    struct town town;
    struct asked asked;
    long long before;

    town_open(&town);
    town_job_runs(&town);
    before = town.version;
    town.mischief[0] = (struct town_mischief){.asked = PATCH, .way = TOWN_DONE_AND_CUT, .times = 1};
    vote_ask(&town, &asked, 5, 1);
    vote_check(&town, &asked, true, 5);
    CU_ASSERT(town.version == before + 1);
    town_close(&town);
}

static bool was_refused(struct town *town)
{
    return town_dossier(town)->failures > 0;
}

/* Another controller, which still believes to lead, has promised more. */
static void a_vote_on_an_old_state_is_refused_and_decided_anew(void)
{
    static const char other[] = "{\"status\":{\"witness\":{\"promised\":\"9\",\"candidate\":"
                                "\"BwcHBwcHBwcHBwcHBwcHBw==\"}}}";
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town.jobs.silent = true;
    town_change(&town, &town.jobs, "digits", other);
    vote_ask(&town, &asked, 5, 1);
    town_until(&town, was_refused);
    CU_ASSERT(asked.order == 0);
    CHECK_TEXT(promised(&town), "9");
    town_speak(&town, &town.jobs);
    vote_check(&town, &asked, false, 9);
    CHECK_TEXT(promised(&town), "9");
    town_close(&town);
}

static bool desk_is_open(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->desk.desk;
}

static void a_controller_that_starts_anew_keeps_the_promise(void)
{
    struct town town;
    struct asked asked;
    cJSON *job;

    town_open(&town);
    town_job_runs(&town);
    vote_ask(&town, &asked, 5, 1);
    vote_check(&town, &asked, true, 5);
    job = cJSON_Duplicate(town_object(&town.jobs, "digits"), true);
    town_close(&town);
    town_open(&town);
    town_add(&town, &town.jobs, job);
    town_until(&town, desk_is_open);
    vote_ask(&town, &asked, 5, 2);
    vote_check(&town, &asked, false, 5);
    vote_ask(&town, &asked, 4, 2);
    vote_check(&town, &asked, false, 5);
    vote_ask(&town, &asked, 6, 2);
    vote_check(&town, &asked, true, 6);
    CHECK_TEXT(promised(&town), "6");
    town_close(&town);
}

SUITE("controller attend votes",
      {"a vote costs one write and a second answer none",
       a_vote_costs_one_write_and_a_second_answer_none},
      {"no vote is given while its write is under way",
       no_vote_is_given_while_its_write_is_under_way},
      {"a write that fails is tried again", a_write_that_fails_is_tried_again},
      {"a write whose answer is lost is done once", a_write_whose_answer_is_lost_is_done_once},
      {"a vote on an old state is refused and decided anew",
       a_vote_on_an_old_state_is_refused_and_decided_anew},
      {"a controller that starts anew keeps the promise",
       a_controller_that_starts_anew_keeps_the_promise})
