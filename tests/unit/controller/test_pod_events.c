/* What Events say of a pod that does not start, and when they are asked for. */
#include "controller/pod_events.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "controller/dossier.h"
#include "controller/tree.h"
#include "support/check.h"
#include "town.h"

#define AT(time, reason, message)                                                                  \
    "{\"lastTimestamp\":\"2026-01-01T00:00:" time "Z\",\"reason\":\"" reason                       \
    "\",\"message\":\"" message "\"}"
#define PULL   "Failed to pull image \\\"x\\\": refused"
#define PULLED "Failed to pull image \"x\": refused"

static void the_newest_event_that_says_how_far_a_pod_is_counts(void)
{
    static const struct {
        const char *items;
        enum pod_trouble trouble;
        const char *text;
    } rows[] = {
        {"", POD_TROUBLE_NONE, NULL},
        {AT("01", "Failed", PULL), POD_TROUBLE_IMAGE, PULLED},
        {AT("01", "Failed", PULL) "," AT("01", "Failed", "Error: ErrImagePull"),
         POD_TROUBLE_IMAGE,
         PULLED},
        {AT("01", "Pulling", "") "," AT("01", "Failed", PULL), POD_TROUBLE_IMAGE, PULLED},
        {AT("02", "Pulling", "again") "," AT("01", "Failed", PULL), POD_TROUBLE_NONE, NULL},
        {AT("03", "BackOff", "Back-off pulling image") "," AT("02", "Pulling", ""),
         POD_TROUBLE_IMAGE,
         "Back-off pulling image"},
        {AT("03", "BackOff", "Back-off restarting failed container"), POD_TROUBLE_NONE, NULL},
        {AT("03", "FailedMount", "no such claim"), POD_TROUBLE_VOLUME, "no such claim"},
        {AT("03", "FailedMount", "no such claim") "," AT("04", "Started", "init"),
         POD_TROUBLE_NONE,
         NULL},
        {AT("03", "FailedCreatePodSandBox", "no address"), POD_TROUBLE_CONTAINER, "no address"},
        {AT("03", "SomethingElse", "no address"), POD_TROUBLE_NONE, NULL},
        {"{\"eventTime\":\"2026-01-01T00:00:03.000001Z\",\"reason\":\"FailedMount\","
         "\"message\":\"late\"}," AT("02", "Pulled", ""),
         POD_TROUBLE_VOLUME,
         "late"},
        {"7,null,{},{\"reason\":7,\"message\":7},{\"reason\":\"Failed\"}", POD_TROUBLE_NONE, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text list = {0};
        CLEAN(tree) cJSON *tree = NULL;
        enum pod_trouble trouble;
        const char *text;

        text_addf(&list, "{\"items\":[%s]}", rows[i].items);
        tree = cJSON_Parse(list.data);
        CU_ASSERT_FATAL(tree != NULL);
        text = pod_events_read(tree, &trouble);
        CU_ASSERT(trouble == rows[i].trouble);
        CU_ASSERT(!text == !rows[i].text);
        if (text && rows[i].text)
            CHECK_TEXT(text, rows[i].text);
    }
}

static void what_is_no_list_says_nothing(void)
{
    static const char *const texts[] = {"{}", "[]", "7", "{\"items\":7}", "{\"items\":{\"a\":7}}"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CLEAN(tree) cJSON *tree = cJSON_Parse(texts[i]);
        enum pod_trouble trouble = POD_TROUBLE_IMAGE;

        CU_ASSERT(!pod_events_read(tree, &trouble));
        CU_ASSERT(trouble == POD_TROUBLE_NONE);
    }
}

/* Makes the pod of slot 0 one that was bound long ago and has not started since. */
static void stay_silent(struct town *town)
{
    town_change(town,
                &town->pods,
                "digits-1-0-0",
                "{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
                "\"status\":{\"phase\":\"Pending\",\"conditions\":[]}}");
}

static bool is_asked(struct town *town)
{
    return town_count(town, "GET events") > 0;
}

static const char *reason_of(struct town *town)
{
    return town_dossier(town)->job.status.conditions[CONDITION_PODS_READY].reason;
}

static bool says_so(struct town *town)
{
    return !strcmp(reason_of(town), "VolumeNotMounted");
}

static bool is_well(struct town *town)
{
    return !strcmp(reason_of(town), "AllReady");
}

static void a_pod_that_stays_silent_is_asked_about_until_it_starts(void)
{
    struct town town;

    town_open(&town);
    town.events = cJSON_Parse("{\"items\":[" AT("03", "FailedMount", "no such claim") "]}");
    town_job_runs(&town);
    CU_ASSERT(!is_asked(&town));
    stay_silent(&town);
    town_until(&town, says_so);
    CU_ASSERT(town_count(&town, "GET events") == 1);
    town_change(&town,
                &town.pods,
                "digits-1-0-0",
                "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\","
                "\"status\":\"True\"}]}}");
    town_until(&town, is_well);
    CU_ASSERT(!town_dossier(&town)->word);
    town_close(&town);
}

/* It is asked again later, and nothing is said meanwhile. */
static void an_answer_that_is_none_says_nothing(void)
{
    static const struct town_mischief ways[] = {{"GET events", TOWN_CUT, 0, "", 1},
                                                {"GET events", TOWN_ANSWER, 403, "{}", 1},
                                                {"GET events", TOWN_ANSWER, 200, "[", 1}};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct town town;

        town_open(&town);
        town.mischief[0] = ways[i];
        town_job_runs(&town);
        stay_silent(&town);
        town_until(&town, is_asked);
        CU_ASSERT(!says_so(&town));
        town_close(&town);
    }
}

static void whoever_goes_while_it_is_asked_is_forgotten(void)
{
    struct town town;

    town_open(&town);
    town.mischief[0] = (struct town_mischief){"GET events", TOWN_HOLD, 0, "", 1};
    town_job_runs(&town);
    stay_silent(&town);
    town_until(&town, is_asked);
    town_close(&town);
}

SUITE("controller pod_events",
      {"the newest event that says how far a pod is counts",
       the_newest_event_that_says_how_far_a_pod_is_counts},
      {"what is no list says nothing", what_is_no_list_says_nothing},
      {"a pod that stays silent is asked about until it starts",
       a_pod_that_stays_silent_is_asked_about_until_it_starts},
      {"an answer that is none says nothing", an_answer_that_is_none_says_nothing},
      {"whoever goes while it is asked is forgotten", whoever_goes_while_it_is_asked_is_forgotten})
