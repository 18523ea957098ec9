/* Enrolling with a token: the secret comes with the answer, and is asked for again when the
 * directory takes it no longer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/memory.h"
#include "oracle.h"
#include "support/check.h"

#define OTHER     "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
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

/* The directory answers that nobody leads yet, with that secret. */
static void answer_wait(struct scene *scene, const char *secret)
{
    Muster__EnrollReply reply = MUSTER__ENROLL_REPLY__INIT;
    Muster__JobFacts facts = MUSTER__JOB_FACTS__INIT;

    facts.replicas = 2;
    reply.wait = true;
    reply.facts = &facts;
    reply.secret = (char *)secret;
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
    struct peers_settings peers = {
        .listen = "127.0.0.1:0", .book = &agent->book, .events = peers_unheard, .context = agent};

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
    ranks_init(&agent->ranks, 1, 1);
    member_init(&agent->member, &agent->self, 1);
    lead_init(&agent->lead, &agent->self, &agent->facts.lead);
    agent->peers = peers_new(agent->rpc, &peers, NULL);
    CU_ASSERT_FATAL(agent->peers != NULL);
    enrol_open(agent);
    inquiry_free(agent->directory);
    agent->directory = inquiry_new(agent->rpc, scene->settings.directory, "", &events, agent);
    token_put(scene, "token.one\n");
    answer_wait(scene, ORACLE_SECRET);
    return scene;
}

static void scene_free(struct scene *scene)
{
    struct agent *agent = &scene->agent;

    CU_ASSERT(!strstr(text_string(&scene->said), "token.")); /* neither is ever logged */
    CU_ASSERT(!strstr(text_string(&scene->said), "ddeeff"));
    inquiry_free(agent->directory);
    peers_free(agent->peers);
    lead_done(&agent->lead);
    free(agent->facts.checkpoint_directory);
    if (agent->facts.spec >= 0)
        close(agent->facts.spec);
    loop_done(&agent->loop);
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

static void the_secret_comes_with_the_answer_to_a_token(void)
{
    struct scene *scene = scene_new();

    CHECK_TEXT(scene->agent.secret, "");
    logged(scene, tick_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_ENROLL], "token.one");
    CHECK_TEXT(scene->agent.secret, ORACLE_SECRET);
    CU_ASSERT(scene->agent.facts.known);
    logged(scene, report_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_REPORT], ORACLE_SECRET);
    logged(scene, witness_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_WITNESS], ORACLE_SECRET);
    CHECK_TEXT(text_string(&scene->said), "");
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

/* With a secret file the answer's secret is not looked at. */
static void who_has_the_secret_shows_it(void)
{
    struct scene *scene = scene_new();
    struct agent *agent = &scene->agent;

    scene->settings.token_file = NULL;
    snprintf(agent->secret, sizeof agent->secret, "%s", OTHER);
    inquiry_secret(agent->directory, OTHER);
    logged(scene, tick_run);
    CHECK_TEXT(scene->oracle.shown[ORACLE_ENROLL], OTHER);
    CHECK_TEXT(agent->secret, OTHER);
    scene->oracle.refusal[ORACLE_REPORT] = RPC_UNAUTHENTICATED;
    logged(scene, report_run);
    CU_ASSERT(!agent->renewing);
    scene_free(scene);
}

static void an_answer_without_a_secret_is_asked_for_again(void)
{
    static const char *const secrets[] = {
        "", "0011", ORACLE_SECRET "0", "xx112233445566778899aabbccddeeff00112233445566778899aabb"};

    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct scene *scene = scene_new();

        answer_wait(scene, secrets[i]);
        logged(scene, tick_run);
        CHECK_TEXT(scene->agent.secret, "");
        CU_ASSERT(!scene->agent.facts.known);
        CU_ASSERT(wait_of(scene) != NOT_ASKED && wait_of(scene) <= LATEST);
        CHECK_HAS(text_string(&scene->said), "cannot be used: its answer is incomplete");
        scene_free(scene);
    }
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
    agent->directory = inquiry_new(agent->rpc, "127.0.0.1:1", "", &events, agent);
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

/* The agent trains; its secret is another one since the controller has another key. */
static void a_secret_that_is_refused_is_asked_for_again(void)
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
        answer_wait(scene, OTHER);
        logged(scene, asks[i]);
        CU_ASSERT(agent->renewing && wait_of(scene) != NOT_ASKED);
        CU_ASSERT(scene->oracle.count[ORACLE_ENROLL] == 1);

        logged(scene, tick_run);
        CU_ASSERT(!agent->renewing && agent->member.state == MEMBER_RUNNING);
        CHECK_TEXT(agent->secret, OTHER);
        CU_ASSERT(agent->refused.failures == 1); /* until a report is taken */
        scene->oracle.refusal[kinds[i]] = RPC_OK;
        logged(scene, report_run);
        CHECK_TEXT(scene->oracle.shown[ORACLE_REPORT], OTHER);
        CU_ASSERT(agent->refused.failures == 0);
        scene_free(scene);
    }
}

SUITE("agent enrol",
      {"the secret comes with the answer to a token", the_secret_comes_with_the_answer_to_a_token},
      {"the token is read whenever it is shown", the_token_is_read_whenever_it_is_shown},
      {"who has the secret shows it", who_has_the_secret_shows_it},
      {"an answer without a secret is asked for again",
       an_answer_without_a_secret_is_asked_for_again},
      {"a refusal is waited out and logged once", a_refusal_is_waited_out_and_logged_once},
      {"a directory that is away is asked again soon",
       a_directory_that_is_away_is_asked_again_soon},
      {"without a token nothing is asked", without_a_token_nothing_is_asked},
      {"a secret that is refused is asked for again", a_secret_that_is_refused_is_asked_for_again})
