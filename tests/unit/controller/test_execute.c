/* Plans against an API server: what is sent, in which order, and what becomes of every answer. */
#include "controller/execute.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "controller/decide.h"
#include "controller/tree.h"
#include "kube/object.h"
#include "scene.h"
#include "support/check.h"
#include "town.h"

#define STATUS(code, reason, message)                                                              \
    "{\"kind\":\"Status\",\"code\":" code ",\"reason\":\"" reason "\",\"message\":\"" message "\"" \
    "}"
#define ASKED_FIRST "PATCH trainingjobs digits\nPOST pods digits-1-0-0\nPOST pods digits-1-1-0\n"

static bool pods_are_made(struct town *town)
{
    return town_object(&town->pods, "digits-1-0-0") && town_object(&town->pods, "digits-1-1-0");
}

static bool pods_are_known(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->pod_count == 2;
}

static bool all_is_quiet(struct town *town)
{
    return !town_dossier(town)->execution && !town_dossier(town)->due.place;
}

static void a_job_has_its_status_first_and_then_its_pods(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    CHECK_TEXT(text_string(&town.asked), ASKED_FIRST);
    town_close(&town);
}

/* Names that are taken. */

/* The answers are lost, and the watch is slow: so both are asked for again. */
static void a_pod_of_ours_that_is_there_already_is_taken_for_made(void)
{
    struct town town;

    town_open(&town);
    town.pods.silent = true;
    town.mischief[0] = (struct town_mischief){"POST pods", TOWN_DONE_AND_CUT, 0, "", 2};
    town_job(&town);
    town_until(&town, pods_are_known);
    CU_ASSERT(cJSON_GetArraySize(town.pods.objects) == 2);
    CU_ASSERT(town_count(&town, "GET pods digits-1-0-0") == 1);
    CU_ASSERT(town_count(&town, "GET pods digits-1-1-0") == 1);
    CU_ASSERT(town_dossier(&town)->stranger_count == 0);
    town_close(&town);
}

static void stranger_add(struct town *town, const char *name, const char *owner)
{
    cJSON *pod = scene_file("base", "pod.json");
    cJSON *metadata = tree_open_object(pod, "metadata");

    tree_put_text(metadata, "name", name);
    tree_put_text(metadata, "uid", name);
    if (owner)
        tree_put_text(tree_open_list(metadata, "ownerReferences")->child, "uid", owner);
    else
        cJSON_DeleteItemFromObject(metadata, "ownerReferences");
    town_add(town, &town->pods, pod);
}

static bool names_are_taken(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->stranger_count > 0;
}

static bool names_are_waited_for(struct town *town)
{
    const struct dossier *dossier = town_dossier(town);

    return dossier && dossier->stranger_count == 2 && !dossier->execution &&
           !strcmp(dossier->job.status.conditions[CONDITION_PODS_READY].reason, "NameTaken");
}

static bool pods_are_ours(struct town *town)
{
    return pods_are_made(town) && pods_are_known(town) && !town_dossier(town)->stranger_count;
}

/* A job that was deleted and made again under its name finds the pods of the earlier one, all of
 * them: each is looked at once, and then they are waited for. */
static void pods_of_an_earlier_job_of_the_name_are_waited_for(void)
{
    struct town town;

    town_open(&town);
    stranger_add(&town, "digits-1-0-0", "earlier-uid");
    stranger_add(&town, "digits-1-1-0", "earlier-uid");
    town_job(&town);
    town_until(&town, names_are_waited_for);
    CU_ASSERT(town_count(&town, "POST pods") == 2 && town_count(&town, "GET pods") == 2);
    town_remove(&town, &town.pods, "digits-1-0-0");
    town_remove(&town, &town.pods, "digits-1-1-0");
    for (size_t i = 0; i < 2; i++)
        town_dossier(&town)->strangers[i].seen -= 5;
    decide_soon(town_dossier(&town));
    town_until(&town, pods_are_ours);
    CU_ASSERT(town_count(&town, "DELETE") == 0);
    town_close(&town);
}

static bool job_has_failed(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->job.status.state == STATE_FAILED;
}

static void a_pod_of_nobody_with_our_name_fails_the_job(void)
{
    struct town town;

    town_open(&town);
    stranger_add(&town, "digits-1-1-0", NULL);
    town_job(&town);
    town_until(&town, job_has_failed);
    CHECK_TEXT(town_dossier(&town)->job.status.conditions[CONDITION_FAILED].reason, "NameConflict");
    CU_ASSERT(town_object(&town.pods, "digits-1-1-0") &&
              town_count(&town, "DELETE pods digits-1-1-0") == 0);
    town_close(&town);
}

/* Refusals. */

static bool is_queued(struct town *town)
{
    const struct dossier *dossier = town_dossier(town);

    return dossier && !dossier->execution && dossier->job.status.state == STATE_QUEUED;
}

static bool is_refused_twice(struct town *town)
{
    return town_dossier(town)->refusal.count == 2 && !town_dossier(town)->execution;
}

static bool is_said_to_be_refused(struct town *town)
{
    const struct dossier *dossier = town_dossier(town);

    return dossier &&
           !strcmp(dossier->job.status.conditions[CONDITION_PODS_READY].reason, "PodRefused");
}

/* Both pods are refused, which is one refusal; when there is room for one, the other follows. */
static void a_quota_is_waited_for_and_tried_with_one_pod(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){
        "POST pods", TOWN_ANSWER, 403, STATUS("403", "Forbidden", "exceeded quota: gpus"), 3};
    town_job(&town);
    town_until(&town, is_queued);
    CU_ASSERT(town_count(&town, "POST pods") == 2);
    CU_ASSERT(town_dossier(&town)->refusal.kind == REFUSAL_QUOTA);
    CU_ASSERT(town_dossier(&town)->refusal.count == 1);
    CHECK_TEXT(town_dossier(&town)->refusal.message, "exceeded quota: gpus");
    town_dossier(&town)->refusal.time -= 5;
    decide_soon(town_dossier(&town));
    town_until(&town, is_refused_twice);
    CU_ASSERT(town_count(&town, "POST pods") == 3);
    town_dossier(&town)->refusal.time -= 10;
    decide_soon(town_dossier(&town));
    town_until(&town, pods_are_known);
    CU_ASSERT(town_dossier(&town)->refusal.kind == REFUSAL_NONE);
    CU_ASSERT(town_dossier(&town)->refusal.count == 0);
    town_close(&town);
}

static void what_is_denied_is_said_and_waited_for(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){
        "POST pods", TOWN_ANSWER, 403, STATUS("403", "Forbidden", "the webhook says no"), 2};
    town_job(&town);
    town_until(&town, is_said_to_be_refused);
    CU_ASSERT(town_dossier(&town)->refusal.kind == REFUSAL_DENIED);
    CHECK_TEXT(town_dossier(&town)->job.status.conditions[CONDITION_PODS_READY].message,
               "the webhook says no");
    town_close(&town);
}

static void a_pod_that_can_never_be_fails_the_job(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){
        "POST pods", TOWN_ANSWER, 422, STATUS("422", "Invalid", "spec.x: no such thing"), 2};
    town_job(&town);
    town_until(&town, job_has_failed);
    CHECK_TEXT(town_dossier(&town)->job.status.conditions[CONDITION_FAILED].reason, "InvalidSpec");
    CHECK_TEXT(town_dossier(&town)->job.status.conditions[CONDITION_FAILED].message,
               "spec.x: no such thing");
    town_close(&town);
}

static bool is_terminating(struct town *town)
{
    return town_dossier(town) && town_dossier(town)->refusal.kind == REFUSAL_TERMINATING &&
           all_is_quiet(town);
}

static void a_namespace_that_is_being_deleted_is_left_alone(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){
        "POST pods",
        TOWN_ANSWER,
        403,
        "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"is being "
        "terminated\",\"details\":{\"causes\":[{\"reason\":\"NamespaceTerminating\"}]}}",
        2};
    town_job(&town);
    town_until(&town, is_terminating);
    CHECK_TEXT(text_string(&town.asked), ASKED_FIRST);
    town_close(&town);
}

/* Failures. */

static bool failures_are_forgotten(struct town *town)
{
    return town_dossier(town)->failures == 0 && !town_dossier(town)->execution;
}

static void what_fails_is_tried_again_and_nothing_is_made_twice(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){"PATCH", TOWN_ANSWER, 500, "", 1};
    town.mischief[1] = (struct town_mischief){"POST pods digits-1-0-0", TOWN_ANSWER, 503, "", 1};
    town.mischief[2] = (struct town_mischief){"POST pods digits-1-1-0", TOWN_CUT, 0, "", 1};
    town.mischief[3] =
        (struct town_mischief){"POST pods digits-1-1-0", TOWN_DONE_AND_CUT, 0, "", 1};
    town_job_runs(&town);
    CU_ASSERT(cJSON_GetArraySize(town.pods.objects) == 2);
    CU_ASSERT(town_count(&town, "POST pods digits-1-0-0") == 2);
    CU_ASSERT(town_count(&town, "PATCH") >= 2);
    for (size_t i = 0; i < TOWN_MISCHIEF; i++)
        CU_ASSERT(town.mischief[i].times == 0);
    town_until(&town, failures_are_forgotten);
    town_close(&town);
}

static bool event_is_posted(struct town *town)
{
    return town->posted.size > 0;
}

static bool pods_are_ready(struct town *town)
{
    return town_dossier(town)->job.status.ready == 2 && !town_dossier(town)->execution;
}

/* What was decided is said only once it is written, and said once. */
static void events_follow_the_status_that_they_are_about(void)
{
    struct town town;
    size_t before;

    town_open(&town);
    town_job_runs(&town);
    town_dossier(&town)->status_written = 0; /* long ago, so that nothing is waited for */
    decide_soon(town_dossier(&town));
    town_until(&town, pods_are_ready);
    before = town.asked.size;
    town.mischief[0] = (struct town_mischief){
        "PATCH", TOWN_ANSWER, 409, STATUS("409", "Conflict", "the object has been modified"), 2};
    town_remove(&town, &town.pods, "digits-1-1-0");
    town_until(&town, event_is_posted);
    CHECK_HAS(town.asked.data + before,
              "PATCH trainingjobs digits\nPATCH trainingjobs digits\nPATCH trainingjobs digits\n");
    CHECK_HAS(strstr(town.asked.data + before, "POST events"), "POST events digits.");
    CU_ASSERT(town_count(&town, "POST events") == 1);
    CHECK_TEXT(text_string(&town.posted),
               "pod digits-1-1-0 was deleted; try 1 of slot 1 follows\n");
    town_close(&town);
}

static bool pods_of_attempt_2_are_made(struct town *town)
{
    return town_object(&town->pods, "digits-2-0-0") && town_object(&town->pods, "digits-2-1-0");
}

/* The answer is enough; the watch may be slow. */
static void a_pod_that_is_not_there_is_deleted_once(void)
{
    static const uint32_t missing[] = {0, 1};
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town_remove_quietly(&town, &town.pods, "digits-1-0-0");
    town.mischief[0] = (struct town_mischief){
        "DELETE pods digits-1-1-0", TOWN_ANSWER, 409, STATUS("409", "Conflict", "another uid"), 1};
    town_report(&town, &asked, missing, 2);
    town_until(&town, pods_of_attempt_2_are_made);
    town_until(&town, failures_are_forgotten);
    CU_ASSERT(town_count(&town, "DELETE pods digits-1-0-0") == 1);
    CU_ASSERT(town_count(&town, "DELETE pods digits-1-1-0") == 2);
    asked_done(&asked);
    town_close(&town);
}

/* The end of a job. */

static bool is_held(struct town *town)
{
    return town->held != NULL;
}

static bool job_is_forgotten(struct town *town)
{
    return !town_dossier(town) || !town_dossier(town)->there;
}

static void a_job_may_go_while_its_plan_is_carried_out(void)
{
    static const char *const lines[] = {"PATCH", "POST pods digits-1-1-0", "GET pods digits"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct town town;

        town_open(&town);
        stranger_add(&town, "digits-1-0-0", "earlier-uid");
        town.mischief[0] = (struct town_mischief){lines[i], TOWN_HOLD, 0, "", 1};
        town_job(&town);
        town_until(&town, is_held);
        town_remove(&town, &town.jobs, "digits");
        town_until(&town, job_is_forgotten);
        api_answer(town.held, 200, "", "{}");
        town_job(&town);
        town_until(&town, names_are_taken);
        town_close(&town);
    }
}

static void a_controller_may_end_while_a_plan_is_carried_out(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){"POST pods", TOWN_HOLD, 0, "", 2};
    town_job(&town);
    town_until(&town, is_held);
    CU_ASSERT(town_dossier(&town)->execution != NULL);
    town_close(&town);
}

SUITE(
    "controller execute",
    {"a job has its status first and then its pods", a_job_has_its_status_first_and_then_its_pods},
    {"a pod of ours that is there already is taken for made",
     a_pod_of_ours_that_is_there_already_is_taken_for_made},
    {"pods of an earlier job of the name are waited for",
     pods_of_an_earlier_job_of_the_name_are_waited_for},
    {"a pod of nobody with our name fails the job", a_pod_of_nobody_with_our_name_fails_the_job},
    {"a quota is waited for and tried with one pod", a_quota_is_waited_for_and_tried_with_one_pod},
    {"what is denied is said and waited for", what_is_denied_is_said_and_waited_for},
    {"a pod that can never be fails the job", a_pod_that_can_never_be_fails_the_job},
    {"a namespace that is being deleted is left alone",
     a_namespace_that_is_being_deleted_is_left_alone},
    {"what fails is tried again and nothing is made twice",
     what_fails_is_tried_again_and_nothing_is_made_twice},
    {"events follow the status that they are about", events_follow_the_status_that_they_are_about},
    {"a pod that is not there is deleted once", a_pod_that_is_not_there_is_deleted_once},
    {"a job may go while its plan is carried out", a_job_may_go_while_its_plan_is_carried_out},
    {"a controller may end while a plan is carried out",
     a_controller_may_end_while_a_plan_is_carried_out})
