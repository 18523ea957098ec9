/* Enrolling with a token: a certificate comes with the answer, and another one is asked for when it
 * has aged or the directory takes it no longer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/memory.h"
#include "oracle.h"
#include "support/check.h"

#define SOON      CLOCK_MS(200)
#define LATEST    CLOCK_SECONDS(6) /* the longest wait, and what the test itself takes */
#define MANY      12
#define NOT_ASKED (-1)

/* An agent with a token, and its directory. Its timers do not fire: the test looks at them. */
struct scene {
    struct agent agent;
    struct settings settings;
    struct oracle oracle;
    char token_file[256];
    struct text said; /* what it has logged */
};

static void on_enrolled(void *context,
                        const Muster__EnrollReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;

    enrol_events.enrolled(context, reply, outcome);
    loop_stop(rpc_loop(agent->rpc));
}

static void on_reported(void *context,
                        const Muster__ReportReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;

    enrol_events.reported(context, reply, outcome);
    loop_stop(rpc_loop(agent->rpc));
}

static void on_witnessed(void *context,
                         const Muster__WitnessReply *reply,
                         const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;

    enrol_events.witnessed(context, reply, outcome);
    loop_stop(rpc_loop(agent->rpc));
}

static const struct inquiry_events events = {on_enrolled, on_reported, on_witnessed};

static const struct peers_events peers_unheard;

static void token_put(struct scene *scene, const char *token)
{
    CU_ASSERT_FATAL(file_write(scene->token_file, token, strlen(token), NULL) == 0);
}

/* The directory answers that nobody leads yet. */
static void answer_wait(struct scene *scene)
{
    Muster__EnrollReply reply = MUSTER__ENROLL_REPLY__INIT;
    Muster__JobFacts facts = MUSTER__JOB_FACTS__INIT;
    uint8_t sizes = 0x6; /* 1 and 2, which is not smaller */

    facts.replicas = 2;
    facts.spares = 1;
    facts.replace_milliseconds = 7000;
    facts.sizes.data = &sizes;
    facts.sizes.len = sizeof sizes;
    reply.wait = true;
    reply.facts = &facts;
    oracle_answer(&scene->oracle, ORACLE_ENROLL, &reply.base);
}

static void scene_settings(struct scene *scene)
{
    scene->settings = (struct settings){.token_file = scene->token_file,
                                        .directory = scene->oracle.address,
                                        .listen = "127.0.0.1:0"};
    scene->agent.settings = &scene->settings;
}

static struct scene *scene_new(void)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    struct agent *agent = &scene->agent;
    struct book_entry entry = {.id = {.slot = 1, .life = {9, 9}}, .address = "127.0.0.1:7000"};
    struct peers_settings peers = {.listen = "127.0.0.1:0",
                                   .papers = &agent->papers,
                                   .book = &agent->book,
                                   .events = peers_unheard,
                                   .context = agent};

    oracle_open(&scene->oracle);
    snprintf(scene->token_file, sizeof scene->token_file, "%s/token", check_directory());
    scene_settings(scene);
    agent->log = (struct log){.least = LOG_LEVEL_INFO, .who = "agent"};
    agent->rpc = scene->oracle.rpc;
    CU_ASSERT_FATAL(loop_init(&agent->loop, NULL) == 0);
    agent->self = entry.id;
    book_learn(&agent->book, &entry);
    agent->facts.spec = -1;
    agent->enroll_timer.call = enrol_tick;
    agent->renew_timer = (struct timer){.call = enrol_renew, .context = agent};
    oracle_papers(&agent->papers, false);
    ranks_init(&agent->ranks, 1, 1);
    member_init(&agent->member, &agent->self, 1);
    lead_init(&agent->lead, &agent->self, &agent->facts.lead);
    agent->peers = peers_new(agent->rpc, &peers, NULL);
    CU_ASSERT_FATAL(agent->peers != NULL);
    enrol_open(agent);
    inquiry_free(agent->directory);
    agent->directory =
        inquiry_new(agent->rpc, scene->settings.directory, &agent->papers, &events, agent);
    token_put(scene, "token.one\n");
    answer_wait(scene);
    return scene;
}

static void scene_free(struct scene *scene)
{
    struct agent *agent = &scene->agent;

    CU_ASSERT(!strstr(text_string(&scene->said), "token.")); /* neither is ever logged */
    CU_ASSERT(!strstr(text_string(&scene->said), "-----"));
    inquiry_free(agent->directory);
    peers_free(agent->peers);
    lead_done(&agent->lead);
    free(agent->facts.checkpoint_directory);
    if (agent->facts.spec >= 0)
        close(agent->facts.spec);
    loop_done(&agent->loop);
    papers_done(&agent->papers);
    oracle_close(&scene->oracle);
    text_done(&scene->said);
    free(scene);
}

/* Enrols, and has the answer taken. */
static void tick_run(void *context)
{
    struct scene *scene = context;

    enrol_tick(&scene->agent);
    oracle_run(&scene->oracle);
}

static void tick_only(void *context)
{
    struct scene *scene = context;

    enrol_tick(&scene->agent);
}

static void report_run(void *context)
{
    struct scene *scene = context;
    Muster__Report report = MUSTER__REPORT__INIT;

    inquiry_report(scene->agent.directory, &report);
    oracle_run(&scene->oracle);
}

static void witness_run(void *context)
{
    struct scene *scene = context;
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;

    inquiry_witness(scene->agent.directory, &request);
    oracle_run(&scene->oracle);
}

static void logged(struct scene *scene, void (*act)(void *context))
{
    CLEAN(text) struct text said = {0};

    check_captured(2, act, scene, &said);
    text_add(&scene->said, text_string(&said));
}

static int times_said(const struct scene *scene, const char *words)
{
    int count = 0;

    for (const char *at = text_string(&scene->said); (at = strstr(at, words)); at++)
        count++;
    return count;
}

/* How long until it enrols again; NOT_ASKED = it does not. */
static int64_t wait_of(const struct scene *scene)
{
    return scene->agent.enroll_timer.place ? scene->agent.enroll_timer.due - clock_now()
                                           : NOT_ASKED;
}

/* Whether the newest question of enrolling asked for a certificate. */
static bool asked_for_one(const struct scene *scene)
{
    const struct text *bytes = &scene->oracle.asked[ORACLE_ENROLL];
    Muster__EnrollRequest *request =
        muster__enroll_request__unpack(NULL, bytes->size, (const uint8_t *)bytes->data);
    bool asked = request && request->certificate_request.len > 0;

    muster__enroll_request__free_unpacked(request, NULL);
    return asked;
}

static void a_certificate_comes_with_the_answer_to_a_token(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    CU_ASSERT(!agent->papers.certified);
    logged(scene, tick_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_ENROLL], "token.one");
    CU_ASSERT(asked_for_one(scene) && agent->papers.certified);
    CU_ASSERT(agent->facts.known);
    CU_ASSERT(agent->lead.settings.size_count == 1 && agent->lead.settings.sizes[0] == 1);
    CU_ASSERT(agent->lead.settings.replace == CLOCK_SECONDS(7));
    CU_ASSERT(agent->lead.settings.replicas == 2 && agent->lead.settings.slots == 3);
    logged(scene, report_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_REPORT], ORACLE_NAME);
    logged(scene, witness_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_WITNESS], ORACLE_NAME);
    logged(scene, tick_run);
    CU_ASSERT(!asked_for_one(scene)); /* it has one */
    CHECK_TEXT(text_string(&scene->said), "");
    scene_free(scene);
}

/* Two thirds of its life are over. */
static void a_certificate_that_has_aged_is_renewed(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;
    int64_t life = CLOCK_SECONDS(AUTHORITY_MEMBER);
    CLEAN_FREE char *before = NULL;

    logged(scene, tick_run);
    CU_ASSERT(agent->renew_timer.due - clock_now() <= life * 2 / 3);
    CU_ASSERT(agent->renew_timer.due - clock_now() > life * 2 / 3 - CLOCK_SECONDS(60));
    before = memory_text(agent->papers.certificate.data);
    loop_cancel(&agent->loop, &agent->enroll_timer);
    agent->member.state = MEMBER_RUNNING;
    enrol_renew(agent);
    CU_ASSERT(agent->renewing && wait_of(scene) <= 0);
    logged(scene, tick_run);
    CU_ASSERT(!agent->renewing && asked_for_one(scene));
    CU_ASSERT(strcmp(before, agent->papers.certificate.data) != 0);
    CU_ASSERT(agent->member.state == MEMBER_RUNNING);
    scene_free(scene);
}

static void the_token_is_read_whenever_it_is_shown(void)
{
    struct scene *scene = scene_new();

    logged(scene, tick_run);
    token_put(scene, "token.two");
    logged(scene, tick_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_ENROLL], "token.two");
    scene_free(scene);
}

static void an_answer_without_a_certificate_is_asked_for_again(void)
{
    struct scene *scene = scene_new();

    scene->oracle.mute = true;
    logged(scene, tick_run);
    CU_ASSERT(!scene->agent.papers.certified && !scene->agent.facts.known);
    CU_ASSERT(wait_of(scene) != NOT_ASKED && wait_of(scene) <= LATEST);
    CHECK_HAS(text_string(&scene->said), "cannot be used: its answer is incomplete");
    scene_free(scene);
}

/* A directory that somebody else vouches for is not even shown the token. */
static void a_directory_that_is_not_believed_learns_nothing(void)
{
    struct scene *scene = scene_new();
    struct passport other;

    passport_make(&other, "elsewhere.example");
    rpc_server_identity(scene->oracle.server, &other.identity);
    logged(scene, tick_run);
    CU_ASSERT(scene->oracle.count[ORACLE_ENROLL] == 0);
    CHECK_TEXT(scene->oracle.shown[ORACLE_ENROLL], "");
    CU_ASSERT(times_said(scene, "the directory does not answer") == 1);
    passport_done(&other);
    scene_free(scene);
}

/* Enrols, and is refused: asked again not at once, and within a bound. */
static void refused_once(struct scene *scene)
{
    int64_t before = clock_now();

    logged(scene, tick_run);
    CU_ASSERT(scene->agent.enroll_timer.place != 0);
    CU_ASSERT(scene->agent.enroll_timer.due >= before + SOON);
    CU_ASSERT(wait_of(scene) <= LATEST);
}

/* However often it is refused: it waits longer each time, up to a bound, and says so once. */
static void refusal_check(int status)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    scene->oracle.refusal[ORACLE_ENROLL] = status;
    for (int k = 0; k < MANY; k++)
        refused_once(scene);
    CU_ASSERT(agent->refused.failures == MANY);
    CU_ASSERT(times_said(scene, "the directory refuses: not you") == 1);
    enrol_ask(agent, 0); /* the member is not to hurry it */
    CU_ASSERT(agent->enroll_timer.due == agent->enroll_after);

    scene->oracle.refusal[ORACLE_ENROLL] = RPC_OK;
    logged(scene, tick_run);
    CU_ASSERT(agent->refused.failures == 0);
    CU_ASSERT(times_said(scene, "the directory answers again") == 1);
    scene_free(scene);
}

static void a_refusal_is_waited_out_and_logged_once(void)
{
    refusal_check(RPC_UNAUTHENTICATED);
    refusal_check(RPC_REFUSED);
}

static void a_directory_that_is_away_is_asked_again_soon(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    inquiry_free(agent->directory);
    agent->directory = inquiry_new(agent->rpc, "127.0.0.1:1", &agent->papers, &events, agent);
    for (int k = 0; k < 3; k++)
        logged(scene, tick_run);
    CU_ASSERT(agent->refused.failures == 0 && agent->enroll_after == 0);
    CU_ASSERT(wait_of(scene) <= SOON);
    CU_ASSERT(times_said(scene, "the directory does not answer") == 1);
    scene_free(scene);
}

static void without_a_token_nothing_is_asked(void)
{
    struct scene *scene = scene_new();

    snprintf(scene->token_file, sizeof scene->token_file, "/nowhere/there");
    for (int k = 0; k < 3; k++)
        logged(scene, tick_only);
    CU_ASSERT(scene->oracle.count[ORACLE_ENROLL] == 0);
    CU_ASSERT(wait_of(scene) != NOT_ASKED);
    CU_ASSERT(times_said(scene, "cannot be used: there is no token at /nowhere/there") == 1);
    scene_free(scene);
}

/* The agent trains; its certificate does not count any more. */
static void who_is_refused_for_its_certificate_asks_for_another(void)
{
    void (*const asks[])(void *context) = {report_run, witness_run};
    const enum oracle_kind kinds[] = {ORACLE_REPORT, ORACLE_WITNESS};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct scene *scene = scene_new();
        struct agent *agent = &scene->agent;

        logged(scene, tick_run);
        loop_cancel(&agent->loop, &agent->enroll_timer);
        agent->member.state = MEMBER_RUNNING;
        logged(scene, tick_only); /* it follows: nothing is asked */
        scene->oracle.refusal[kinds[i]] = RPC_UNAUTHENTICATED;
        logged(scene, asks[i]);
        CU_ASSERT(agent->renewing && wait_of(scene) != NOT_ASKED);
        CU_ASSERT(scene->oracle.count[ORACLE_ENROLL] == 1);

        logged(scene, tick_run);
        CU_ASSERT(asked_for_one(scene));
        CU_ASSERT(!agent->renewing && agent->member.state == MEMBER_RUNNING);
        CU_ASSERT(agent->refused.failures == 1); /* until a report is taken */
        scene->oracle.refusal[kinds[i]] = RPC_OK;
        logged(scene, report_run);
        CHECK_TEXT(scene->oracle.shown[ORACLE_REPORT], ORACLE_NAME);
        CU_ASSERT(agent->refused.failures == 0);
        scene_free(scene);
    }
}

SUITE("agent enrol",
      {"a certificate comes with the answer to a token",
       a_certificate_comes_with_the_answer_to_a_token},
      {"a certificate that has aged is renewed", a_certificate_that_has_aged_is_renewed},
      {"the token is read whenever it is shown", the_token_is_read_whenever_it_is_shown},
      {"an answer without a certificate is asked for again",
       an_answer_without_a_certificate_is_asked_for_again},
      {"a directory that is not believed learns nothing",
       a_directory_that_is_not_believed_learns_nothing},
      {"a refusal is waited out and logged once", a_refusal_is_waited_out_and_logged_once},
      {"a directory that is away is asked again soon",
       a_directory_that_is_away_is_asked_again_soon},
      {"without a token nothing is asked", without_a_token_nothing_is_asked},
      {"who is refused for its certificate asks for another",
       who_is_refused_for_its_certificate_asks_for_another})
