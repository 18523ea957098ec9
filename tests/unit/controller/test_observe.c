/* What watches and lists tell, and what is written meanwhile. */
#include "controller/observe.h"

#include <cjson/cJSON.h>

#include "controller/decide.h"
#include "support/check.h"
#include "town.h"

static bool pods_are_known(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->pod_count == 2;
}

static bool dossiers_are_gone(struct town *town)
{
    return town->controller.dossier_count == 0;
}

static bool gate_is_shut(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->gated && !town_dossier(town)->execution;
}

static bool status_is_answered(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->status_written;
}

/* Nothing is decided by what was before our own write. */
static void a_status_that_was_written_is_waited_for(void)
{
    struct town town;

    town_open(&town);
    town.jobs.silent = true;
    town_job(&town);
    town_speak(&town, &town.jobs);
    town.jobs.silent = true;
    town_until(&town, status_is_answered);
    decide_soon(town_dossier(&town));
    town_until(&town, gate_is_shut);
    CHECK_TEXT(text_string(&town.asked), "PATCH trainingjobs digits\n");
    town_speak(&town, &town.jobs);
    town_until(&town, pods_are_known);
    town_close(&town);
}

static bool pods_are_answered(struct town *town)
{
    return town_count(town, "POST pods") == 2 && town_dossier(town) &&
           !town_dossier(town)->execution;
}

static void pods_that_were_made_are_waited_for(void)
{
    struct town town;

    town_open(&town);
    town.pods.silent = true;
    town_job(&town);
    town_until(&town, pods_are_answered);
    decide_soon(town_dossier(&town));
    town_until(&town, gate_is_shut);
    CU_ASSERT(town_dossier(&town)->pod_count == 0);
    town_speak(&town, &town.pods);
    town_until(&town, pods_are_known);
    CU_ASSERT(town_count(&town, "POST pods") == 2);
    town_close(&town);
}

static void a_job_that_a_list_leaves_out_is_gone(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town_remove_quietly(&town, &town.jobs, "digits");
    town_remove_quietly(&town, &town.pods, "digits-1-0-0");
    town_relist(&town.jobs);
    town_remove(&town, &town.pods, "digits-1-1-0");
    town_relist(&town.pods);
    town_until(&town, dossiers_are_gone);
    CU_ASSERT(town_count(&town, "DELETE") == 0);
    town_close(&town);
}

static bool pod_is_made_again(struct town *town)
{
    return town_object(&town->pods, "digits-1-0-1") != NULL;
}

static void a_pod_that_a_list_leaves_out_is_replaced(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town_remove_quietly(&town, &town.pods, "digits-1-0-0");
    town_relist(&town.pods);
    town_until(&town, pod_is_made_again);
    CU_ASSERT(!town_object(&town.pods, "digits-1-1-1"));
    town_close(&town);
}

static bool pods_are_listed_twice(struct town *town)
{
    return town->controller.pods_mark == 2 && town->pods.watch;
}

/* Pods that are known by the answer to a read, and a list from before they were made. */
static void a_pod_that_is_newer_than_a_list_is_there(void)
{
    struct town town;

    town_open(&town);
    town.pods.silent = true;
    town.mischief[0] = (struct town_mischief){"POST pods", TOWN_DONE_AND_CUT, 0, "", 2};
    town_job(&town);
    town_until(&town, pods_are_known);
    town.pods.list = "{\"metadata\":{\"resourceVersion\":\"2\"},\"items\":[]}";
    town_relist(&town.pods);
    town_until(&town, pods_are_listed_twice);
    CU_ASSERT(pods_are_known(&town));
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT(!town_dossier(&town)->pods[i]->record.gone);
    town_close(&town);
}

static bool pod_is_known_again(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->pod_count == 1;
}

static void pods_without_a_job_are_let_go_of(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town_remove(&town, &town.jobs, "digits");
    town_until(&town, dossiers_are_gone);
    town_change(&town, &town.pods, "digits-1-0-0", "");
    town_until(&town, pod_is_known_again);
    CU_ASSERT(!town_dossier(&town)->there);
    town_remove(&town, &town.pods, "digits-1-0-0");
    town_until(&town, dossiers_are_gone);
    town_close(&town);
}

static void objects_that_are_none_are_passed_over(void)
{
    static const char *const garbage[] = {
        "{\"metadata\":{\"name\":\"x\",\"namespace\":\"n\"}}",
        "{\"metadata\":{\"name\":\"y\",\"uid\":\"" /* too long for one */
        "0123456789012345678901234567890123456789012345678901234567890123456789\"}}",
        "{\"metadata\":{\"name\":\"z\",\"uid\":\"u\",\"ownerReferences\":[{\"controller\":true,"
        "\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"uid\":\"other\"}]}}"};
    struct town town;

    town_open(&town);
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        town_add(&town, &town.jobs, cJSON_Parse(garbage[i]));
        town_add(&town, &town.pods, cJSON_Parse(garbage[i]));
    }
    town_job_runs(&town);
    town_remove(&town, &town.pods, "y");
    town_remove(&town, &town.pods, "z");
    town_remove(&town, &town.jobs, "x");
    town_remove(&town, &town.jobs, "digits");
    town_until(&town, dossiers_are_gone);
    town_close(&town);
}

SUITE("controller observe",
      {"a status that was written is waited for", a_status_that_was_written_is_waited_for},
      {"pods that were made are waited for", pods_that_were_made_are_waited_for},
      {"a job that a list leaves out is gone", a_job_that_a_list_leaves_out_is_gone},
      {"a pod that a list leaves out is replaced", a_pod_that_a_list_leaves_out_is_replaced},
      {"a pod that is newer than a list is there", a_pod_that_is_newer_than_a_list_is_there},
      {"pods without a job are let go of", pods_without_a_job_are_let_go_of},
      {"objects that are none are passed over", objects_that_are_none_are_passed_over})
