/* Dossiers: what is laid in, in whatever order it comes, and what is let go of. */
#include "controller/dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/controller.h"
#include "support/check.h"

#define UID "6a4f1f4e-7c0a-4f51-9c1e-3f4f8d1c2b3a"

/* A dossier whose job is in attempt 2 with three slots; slot 1 is in its try 4. */
static struct dossier *dossier_make(struct controller *controller)
{
    struct dossier *dossier = dossier_of(controller, UID);
    struct job_record job = {.name = memory_text("digits"), .namespace = memory_text("team-a")};

    status_init(&job.status);
    status_begin(&job.status, 2, 3, 0);
    job.status.tries[1] = 4;
    dossier_job(dossier, &job);
    return dossier;
}

static struct pod_record record_make(const char *uid, const char *version)
{
    struct pod_record record = {.attempt = 2, .slot = 1, .try = 4, .placed = true};

    snprintf(record.uid, sizeof record.uid, "%s", uid);
    snprintf(record.version.digits, sizeof record.version.digits, "%s", version);
    record.phase = POD_RUNNING;
    record.node = memory_text(version);
    return record;
}

/* Lays in a pod; returns whether its agent has ended by it. */
static bool lay_in(struct dossier *dossier, struct pod_record record)
{
    struct dossier_pod *pod;
    bool ended;

    pod = dossier_pod(dossier, &record, &ended);
    CU_ASSERT(pod == dossier_pod_find(dossier, pod->record.uid));
    return ended;
}

static void a_dossier_is_found_by_its_uid_and_by_no_other(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_of(&controller, UID);
    char longest[JOB_RECORD_UID];
    CLEAN_FREE char *too_long = memory_get(100001, 1);

    memset(too_long, 'a', 100000);
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    CU_ASSERT(dossier_of(&controller, UID) == dossier && dossier_find(&controller, UID) == dossier);
    CU_ASSERT(!dossier_find(&controller, "") && !dossier_find(&controller, "6A4F"));
    CU_ASSERT(!dossier_find(&controller, UID "0") && !dossier_find(&controller, too_long));
    CU_ASSERT(dossier_of(&controller, longest) != dossier);
    CU_ASSERT(dossier_find(&controller, longest) == dossier_of(&controller, longest));
    CU_ASSERT(controller.dossier_count == 2);
    dossier_free(dossier);
    CU_ASSERT(!dossier_find(&controller, UID));
    dossier_free(dossier_find(&controller, longest));
    CU_ASSERT(controller.dossier_count == 0 && controller.dossiers == NULL);
}

static void the_pod_of_a_slot_is_that_of_its_attempt_and_try(void)
{
    static const struct {
        uint32_t attempt, slot, try;
        bool placed, current;
    } rows[] = {
        {2, 1, 4, true, true},
        {2, 0, 0, true, true},
        {2, 1, 3, true, false},
        {2, 1, 5, true, false},
        {1, 1, 4, true, false},
        {3, 1, 4, true, false},
        {2, 3, 0, true, false},
        {2, UINT32_MAX, 0, true, false},
        {2, 1, 4, false, false},
    };
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_make(&controller);
    struct dossier *stray = dossier_of(&controller, "stray");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct pod_record pod = {.attempt = rows[i].attempt,
                                       .slot = rows[i].slot,
                                       .try = rows[i].try,
                                       .placed = rows[i].placed};

        CU_ASSERT(dossier_current(dossier, &pod) == rows[i].current);
        CU_ASSERT(!dossier_current(stray, &pod));
    }
    dossier_free(stray);
    dossier_free(dossier);
}

static void an_agent_ends_once(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_make(&controller);
    struct pod_record deleting = record_make("a", "11");
    struct pod_record gone = record_make("a", "12");
    struct pod_record ended = record_make("b", "13");

    deleting.deleting = gone.gone = ended.ended = true;
    CU_ASSERT(!lay_in(dossier, record_make("a", "10")));
    CU_ASSERT(!lay_in(dossier, deleting)); /* it may work for as long as its grace lasts */
    CU_ASSERT(lay_in(dossier, gone));
    CU_ASSERT(lay_in(dossier, ended));
    ended = record_make("b", "14");
    ended.ended = ended.gone = true;
    CU_ASSERT(!lay_in(dossier, ended));
    CU_ASSERT(dossier->pod_count == 2 && !dossier_pod_find(dossier, "c"));
    dossier_free(dossier);
}

static void what_is_older_changes_nothing(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_make(&controller);
    struct pod_record deleting = record_make("a", "100");

    deleting.deleting = true;
    lay_in(dossier, deleting);
    CU_ASSERT(!lay_in(dossier, record_make("a", "99")));
    CU_ASSERT(dossier->pods[0]->record.deleting);
    CHECK_TEXT(dossier->pods[0]->record.node, "100");
    CU_ASSERT(!lay_in(dossier, record_make("a", "101")));
    CU_ASSERT(!dossier->pods[0]->record.deleting);
    dossier_free(dossier);
}

/* The answer of a read may come after the event that the pod is gone. */
static void a_pod_that_is_gone_stays_gone(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_make(&controller);
    struct pod_record gone = record_make("a", "10");

    gone.gone = true;
    CU_ASSERT(lay_in(dossier, gone));
    CU_ASSERT(!lay_in(dossier, record_make("a", "9")));
    CU_ASSERT(!lay_in(dossier, record_make("a", "11")));
    CU_ASSERT(dossier->pods[0]->record.gone);
    CHECK_TEXT(dossier->pods[0]->record.node, "11");
    dossier_free(dossier);
}

static void pods_that_are_gone_are_kept_until_their_slot_has_another(void)
{
    static const struct {
        uint32_t attempt, slot, try;
        bool gone, placed, kept;
    } rows[] = {
        {2, 1, 4, true, true, true},   /* its end is not counted yet */
        {2, 1, 5, true, true, true},   /* of a status that has not come back yet */
        {3, 0, 0, true, true, true},   /* the same */
        {2, 1, 3, true, true, false},  /* there is a newer try */
        {1, 0, 0, true, true, false},  /* and a newer attempt */
        {2, 3, 0, true, true, false},  /* there is no such slot */
        {2, 1, 4, true, false, false}, /* nobody knows what it was */
        {1, 0, 0, false, true, true},  /* it is there */
        {2, 1, 4, false, false, true},
    };
    struct controller controller = {.dossiers = NULL};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dossier *dossier = dossier_make(&controller);
        struct pod_record record = record_make("a", "10");

        record.attempt = rows[i].attempt;
        record.slot = rows[i].slot;
        record.try = rows[i].try;
        record.gone = rows[i].gone;
        record.placed = rows[i].placed;
        lay_in(dossier, record_make("b", "11"));
        lay_in(dossier, record);
        lay_in(dossier, record_make("c", "12"));
        dossier_prune(dossier);
        CU_ASSERT(!dossier_pod_find(dossier, "a") == !rows[i].kept);
        CU_ASSERT(dossier_pod_find(dossier, "b") && dossier_pod_find(dossier, "c"));
        dossier_free(dossier);
    }
}

static void a_dossier_without_job_and_pods_is_empty(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_of(&controller, UID);
    struct pod_record record = record_make("a", "10");

    CU_ASSERT(dossier_empty(dossier));
    lay_in(dossier, record);
    CU_ASSERT(!dossier_empty(dossier));
    dossier->pods[0]->record.gone = true;
    dossier_prune(dossier);
    CU_ASSERT(dossier_empty(dossier));
    dossier_free(dossier);
    dossier = dossier_make(&controller);
    CU_ASSERT(!dossier_empty(dossier));
    dossier_free(dossier);
}

static void lay_in_stranger(struct dossier *dossier, const char *name, int64_t now)
{
    struct pod_record record = record_make("x", "10");

    snprintf(record.name, sizeof record.name, "%s", name);
    dossier_stranger(dossier, &record, now);
}

static void a_stranger_is_kept_for_each_name_until_it_is_gone(void)
{
    struct controller controller = {.dossiers = NULL};
    struct dossier *dossier = dossier_make(&controller);
    struct job_record next = {.name = memory_text("digits")};

    lay_in_stranger(dossier, "digits-2-0-0", 100);
    lay_in_stranger(dossier, "digits-2-1-4", 100);
    lay_in_stranger(dossier, "digits-2-2-0", 100);
    lay_in_stranger(dossier, "digits-2-0-0", 105);
    CU_ASSERT(dossier->stranger_count == 3);
    dossier_stranger_gone(dossier, "digits-2-1-4");
    dossier_stranger_gone(dossier, "digits-2-1-5");
    CU_ASSERT(dossier->stranger_count == 2);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT(dossier->strangers[i].seen ==
                  (strcmp(dossier->strangers[i].record.name, "digits-2-0-0") ? 100 : 105));
    status_init(&next.status);
    status_begin(&next.status, 3, 3, 0);
    dossier_job(dossier, &next);
    CU_ASSERT(dossier->stranger_count == 0);
    dossier_free(dossier);
}

SUITE("controller dossier",
      {"a dossier is found by its uid and by no other",
       a_dossier_is_found_by_its_uid_and_by_no_other},
      {"the pod of a slot is that of its attempt and try",
       the_pod_of_a_slot_is_that_of_its_attempt_and_try},
      {"an agent ends once", an_agent_ends_once},
      {"what is older changes nothing", what_is_older_changes_nothing},
      {"a pod that is gone stays gone", a_pod_that_is_gone_stays_gone},
      {"pods that are gone are kept until their slot has another",
       pods_that_are_gone_are_kept_until_their_slot_has_another},
      {"a dossier without job and pods is empty", a_dossier_without_job_and_pods_is_empty},
      {"a stranger is kept for each name until it is gone",
       a_stranger_is_kept_for_each_name_until_it_is_gone})
