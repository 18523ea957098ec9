/* Asking agents how they stand: what they say is laid down, and an attempt that trains stays. */
#include "controller/dial.h"

#include "controller/decide.h"
#include "support/check.h"
#include "town.h"

/* The pod of slot 0. */
static struct dossier_pod *pod_of(struct town *town)
{
    struct dossier *dossier = town_dossier(town);

    for (size_t i = 0; i < dossier->pod_count; i++) {
        if (dossier->pods[i]->record.slot == 0)
            return dossier->pods[i];
    }
    CU_FAIL_FATAL("slot 0 has no pod");
    return NULL;
}

static void dial(struct town *town)
{
    dial_ask(town_dossier(town), pod_of(town)->record.uid);
}

static bool has_stood(struct town *town)
{
    return pod_of(town)->standing != STANDING_UNKNOWN;
}

static bool was_asked(struct town *town)
{
    return town->asked_members == 1;
}

static bool has_hung_up(struct town *town)
{
    return !pod_of(town)->dial;
}

static void what_an_agent_says_is_laid_down(void)
{
    static const struct {
        int says;
        enum standing standing;
    } rows[] = {{TOWN_IDLE, STANDING_IDLE},
                {TOWN_TRAINS, STANDING_RUNNING},
                {TOWN_BABBLES, STANDING_SILENT}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct town town;

        town_open(&town);
        town_job_runs(&town);
        town.members_say = rows[i].says;
        CU_ASSERT(pod_of(&town)->standing == STANDING_UNKNOWN);
        dial(&town);
        town_until(&town, has_stood);
        CU_ASSERT(pod_of(&town)->standing == rows[i].standing && pod_of(&town)->stood > 0);
        town_until(&town, has_hung_up); /* no connection is kept */
        town_close(&town);
    }
}

static void who_cannot_be_reached_is_silent(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    rpc_stop(town.members);
    town.members = NULL;
    dial(&town);
    town_until(&town, has_stood);
    CU_ASSERT(pod_of(&town)->standing == STANDING_SILENT && town.asked_members == 0);
    town_close(&town);
}

/* Its certificate is of the authority, but of another slot, attempt, or job. */
static void who_is_another_agent_is_silent(void)
{
    static const struct {
        const char *job;
        uint32_t attempt;
        uint32_t slot;
    } others[] = {{"job-uid", 1, 1}, {"job-uid", 2, 0}, {"other-uid", 1, 0}};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char place[CERTIFICATE_NAME];
        struct member_name name;
        struct passport other;
        struct town town;

        town_open(&town);
        town_job_runs(&town);
        CU_ASSERT(!member_name_make(&name, others[i].job, others[i].attempt, others[i].slot));
        member_name_place(&name, place);
        passport_make_by(&other, &town.controller.keyring.authority, place);
        rpc_server_identity(town.members, &other.identity);
        dial(&town);
        town_until(&town, has_stood);
        CU_ASSERT(pod_of(&town)->standing == STANDING_SILENT && town.asked_members == 0);
        passport_done(&other);
        town_close(&town);
    }
}

static bool has_no_address(struct town *town)
{
    return !pod_of(town)->record.address;
}

static void a_pod_without_an_address_is_silent(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town_change(&town, &town.pods, "digits-1-0-0", "{\"status\":{\"podIP\":null}}");
    town_until(&town, has_no_address);
    dial(&town);
    CU_ASSERT(pod_of(&town)->standing == STANDING_SILENT && !pod_of(&town)->dial);
    town_close(&town);
}

static void who_says_nothing_is_silent_after_a_while(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town.members_say = TOWN_MUTE;
    dial(&town);
    town_until(&town, has_stood);
    CU_ASSERT(pod_of(&town)->standing == STANDING_SILENT);
    town_close(&town);
}

static void an_agent_is_asked_one_question_at_a_time(void)
{
    struct town town;

    town_open(&town);
    town_job_runs(&town);
    town.members_say = TOWN_MUTE;
    dial(&town);
    dial(&town);
    town_until(&town, was_asked);
    dial_ask(town_dossier(&town), "nobody");
    CU_ASSERT(town.asked_members == 1);
    town_close(&town); /* and a question may be open at the end */
}

static bool quorum_is_missed(struct town *town)
{
    return town_dossier(town)->desk.fenced != 0;
}

static bool was_asked_again(struct town *town)
{
    return town->asked_members >= 4;
}

static bool attempt_is_new(struct town *town)
{
    return town_dossier(town)->desk.attempt == 2;
}

static void an_attempt_that_trains_is_not_given_up(void)
{
    struct town town;
    struct asked asked;

    town_open(&town);
    town_job_runs(&town);
    town_report(&town, &asked, NULL, 0);
    town_answers(&town, 1);
    town.members_say = TOWN_TRAINS;
    desk_gone(town_dossier(&town)->desk.desk, 0);
    desk_gone(town_dossier(&town)->desk.desk, 1);
    decide_soon(town_dossier(&town));
    town_until(&town, quorum_is_missed);
    town_until(&town, was_asked_again);
    CU_ASSERT(town_dossier(&town)->job.status.attempt == 1);
    town.members_say = TOWN_IDLE;
    town_until(&town, attempt_is_new);
    CU_ASSERT(town_dossier(&town)->desk.fenced == 0);
    asked_done(&asked);
    town_close(&town);
}

SUITE("controller dial",
      {"what an agent says is laid down", what_an_agent_says_is_laid_down},
      {"who cannot be reached is silent", who_cannot_be_reached_is_silent},
      {"who is another agent is silent", who_is_another_agent_is_silent},
      {"a pod without an address is silent", a_pod_without_an_address_is_silent},
      {"who says nothing is silent after a while", who_says_nothing_is_silent_after_a_while},
      {"an agent is asked one question at a time", an_agent_is_asked_one_question_at_a_time},
      {"an attempt that trains is not given up", an_attempt_that_trains_is_not_given_up})
