/* The desk of a job: when it is open, and what is told there. */
#include "controller/attend.h"

#include <cjson/cJSON.h>

#include "base/clock.h"
#include "controller/decide.h"
#include "desk_there.h"
#include "support/check.h"
#include "town.h"

static struct desk *desk_of(struct town *town)
{
    struct dossier *dossier = town_dossier(town);

    return dossier ? dossier->desk.desk : NULL;
}

static bool desk_is_open(struct town *town)
{
    return desk_of(town) != NULL;
}

static bool desk_is_closed(struct town *town)
{
    return !desk_of(town);
}

static bool new_attempt_is_open_and_told(struct town *town)
{
    return desk_is_open(town) && town_dossier(town)->desk.attempt == 2 && town->posted.size;
}

static void enrol(struct town *town, struct asked *asked, uint32_t slot)
{
    CLEAN_FREE char *token = town_token(town, slot ? "digits-1-1-0" : "digits-1-0-0");

    town_enrol(town, asked, slot, token);
    town_answers(town, town->answers + 1);
}

static void a_desk_opens_with_the_attempt_and_closes_with_the_job(void)
{
    struct town town;

    town_open(&town);
    CU_ASSERT(!town_dossier(&town));
    town_job(&town);
    town_until(&town, desk_is_open);
    CU_ASSERT(town_dossier(&town)->desk.attempt == 1);
    town_remove(&town, &town.jobs, "digits");
    town_until(&town, desk_is_closed);
    town_close(&town);
}

static bool is_versioned(struct town *town)
{
    return town_dossier(town)->job.generation == 7;
}

/* The record of a job is made anew with each of its versions. */
static void what_agents_are_told_outlives_the_record_it_was_made_of(void)
{
    struct town town;
    struct asked asked;
    Muster__EnrollReply *reply;

    town_open(&town);
    town_job_runs(&town);
    town_change(&town, &town.jobs, "digits", "{\"metadata\":{\"generation\":7}}");
    town_until(&town, is_versioned);
    enrol(&town, &asked, 0);
    reply = asked_reply(&asked);
    CU_ASSERT_FATAL(reply && reply->facts);
    CHECK_TEXT(reply->facts->checkpoint_directory, "/checkpoints");
    CU_ASSERT(reply->facts->replicas == 2);
    CHECK_HAS(reply->facts->spec, "\"adamw\"");
    muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
    town_close(&town);
}

static void a_report_is_taken_and_kept(void)
{
    static const uint32_t missing[] = {1};
    struct town town;
    struct asked asked;

    town_open(&town);
    town.node =
        cJSON_Parse("{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
    town_job_runs(&town);
    town_report(&town, &asked, missing, 1);
    town_answers(&town, 1);
    CU_ASSERT(asked.status == RPC_OK);
    CU_ASSERT_FATAL(town_dossier(&town)->report != NULL);
    CU_ASSERT(town_dossier(&town)->report->generation == 1);
    CU_ASSERT(town_dossier(&town)->missing_count == 1 && town_dossier(&town)->missing[0] == 1);
    asked_done(&asked);
    town_close(&town);
}

static bool majority_is_missed(struct town *town)
{
    return town_dossier(town)->desk.quorum_lost != 0;
}

static bool majority_is_there(struct town *town)
{
    return !majority_is_missed(town);
}

static bool slot_0_has_left(struct town *town)
{
    return !desk_is_open(town) || !desk_there(desk_of(town), 0);
}

/* An agent that restarts is back within the second. */
static void a_majority_that_is_lost_for_a_second_makes_a_new_attempt(void)
{
    struct town town;
    struct asked asked[3];
    int64_t since;

    town_open(&town);
    town_job_runs(&town);
    enrol(&town, &asked[0], 0);
    enrol(&town, &asked[1], 1);
    town_report(&town, &asked[2], NULL, 0);
    town_answers(&town, 3);
    CU_ASSERT(!town_dossier(&town)->desk.quorum_lost);
    desk_gone(desk_of(&town), 0);
    desk_gone(desk_of(&town), 1);
    decide_soon(town_dossier(&town));
    town_until(&town, majority_is_missed);
    since = town_dossier(&town)->desk.quorum_lost;
    town_until(&town, new_attempt_is_open_and_told);
    CU_ASSERT(clock_now() - since >= CLOCK_SECONDS(1)); /* however slow the machine */
    CU_ASSERT(town.asked_members >= 2);
    CHECK_HAS(text_string(&town.posted), "too many agents were lost at once");
    for (size_t i = 0; i < 3; i++)
        asked_done(&asked[i]);
    town_close(&town);
}

static void a_majority_that_comes_back_is_none_lost(void)
{
    struct town town;
    struct asked asked[5];

    town_open(&town);
    town_job_runs(&town);
    enrol(&town, &asked[0], 0);
    enrol(&town, &asked[1], 1);
    town_report(&town, &asked[2], NULL, 0);
    town_answers(&town, 3);
    desk_gone(desk_of(&town), 0);
    desk_gone(desk_of(&town), 1);
    decide_soon(town_dossier(&town));
    town_until(&town, majority_is_missed);
    enrol(&town, &asked[3], 0);
    enrol(&town, &asked[4], 1);
    decide_soon(town_dossier(&town));
    town_until(&town, majority_is_there);
    CU_ASSERT(town_dossier(&town)->job.status.attempt == 1);
    for (size_t i = 0; i < 5; i++)
        asked_done(&asked[i]);
    town_close(&town);
}

static void a_pod_that_ends_is_gone_from_the_desk(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    enrol(&town, &asked, 0);
    CU_ASSERT(desk_there(desk_of(&town), 0));
    town_remove(&town, &town.pods, "digits-1-0-0");
    town_until(&town, slot_0_has_left);
    asked_done(&asked);
    town_close(&town);
}

static void a_job_that_ends_closes_its_desk(void)
{
    static const char succeeded[] =
        "{\"status\":{\"phase\":\"Succeeded\",\"containerStatuses\":[{\"name\":\"trainer\","
        "\"state\":{\"terminated\":{\"exitCode\":0,\"message\":\"Succeeded\\n{}\"}}}]}}";
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    CU_ASSERT(desk_is_open(&town));
    town_change(&town, &town.pods, "digits-1-0-0", succeeded);
    town_until(&town, desk_is_closed);
    CU_ASSERT(town_dossier(&town)->job.status.state == STATE_SUCCEEDED);
    CHECK_HAS(text_string(&town.asked), "PATCH trainingjobs digits");
    town_close(&town);
}

SUITE("controller attend",
      {"a desk opens with the attempt and closes with the job",
       a_desk_opens_with_the_attempt_and_closes_with_the_job},
      {"what agents are told outlives the record it was made of",
       what_agents_are_told_outlives_the_record_it_was_made_of},
      {"a report is taken and kept", a_report_is_taken_and_kept},
      {"a majority that is lost for a second makes a new attempt",
       a_majority_that_is_lost_for_a_second_makes_a_new_attempt},
      {"a majority that comes back is none lost", a_majority_that_comes_back_is_none_lost},
      {"a pod that ends is gone from the desk", a_pod_that_ends_is_gone_from_the_desk},
      {"a job that ends closes its desk", a_job_that_ends_closes_its_desk})
