/* What is decided by: nodes that are lost, and what agents report. */
#include "controller/decide.h"

#include <cjson/cJSON.h>

#include "support/check.h"
#include "town.h"

static bool node_is_asked_for(struct town *town)
{
    return town_count(town, "GET nodes node-a") > 0;
}

static bool pods_are_replaced(struct town *town)
{
    return town_object(&town->pods, "digits-2-0-0") != NULL;
}

/* The node of both pods is not there any more: so a new attempt begins. */
static void pods_on_a_lost_node_are_replaced_once_their_lead_misses_them(void)
{
    static const uint32_t missing[] = {0, 1};
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    CU_ASSERT(town_count(&town, "GET nodes") == 0);
    town_report(&town, &asked, missing, 2);
    town_answers(&town, 1);
    town_until(&town, pods_are_replaced);
    CU_ASSERT(node_is_asked_for(&town) && asked.status == RPC_OK);
    asked_done(&asked);
    town_close(&town);
}

/* The trainers are the user's, and so is what a lead says. */
static void slots_that_are_missed_many_times_over_count_once(void)
{
    uint32_t missing[4096];
    struct town town;
    struct asked asked[2];

    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        missing[i] = i % 2 ? 1 : UINT32_MAX;
    town_open(&town);
    town_job_runs(&town);
    for (size_t i = 0; i < 2; i++) {
        town_report(&town, &asked[i], missing, sizeof missing / sizeof *missing);
        town_until(&town, i ? pods_are_replaced : node_is_asked_for);
    }
    town_answers(&town, 2);
    asked_done(&asked[0]);
    asked_done(&asked[1]);
    town_close(&town);
}

SUITE("controller decide",
      {"pods on a lost node are replaced once their lead misses them",
       pods_on_a_lost_node_are_replaced_once_their_lead_misses_them},
      {"slots that are missed many times over count once",
       slots_that_are_missed_many_times_over_count_once})
