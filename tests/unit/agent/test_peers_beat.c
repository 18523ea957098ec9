/* Sessions that fall silent: whose peer answers on a new one, and whose does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/lease.h"
#include "agent/peers.h"
#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"
#include "support/passport.h"

#define JOB     "digits"
#define PATIENT CLOCK_SECONDS(30)

/* A message is its sender's identity, whether it is a beat, and a number. */
struct words {
    struct identity from;
    bool beat;
    uint64_t number;
};

/* How the other agent, played by hand, behaves on a session. */
enum manner {
    SILENT,    /* from the beginning */
    ANSWERS,   /* everything with a beat */
    ONCE,      /* the same to the first message only */
    ONCE_LESS, /* the same, and has not seen that message */
    REFUSES
};

/* One agent with its peers, and another one that only plays what a test wants. */
struct scene {
    struct loop loop;
    struct rpc *rpc;
    struct peers *peers;
    struct rpc_server *other;
    struct papers papers;     /* of the agent */
    struct passport passport; /* of the other one */
    struct book book;
    struct words last;
    struct text log;
    struct timer guard;
    struct timer check;
    enum manner manners[3]; /* of the other one's first, second, .. session */
    unsigned beats;         /* that the agent has heard */
    unsigned opened;
    unsigned said[3]; /* messages on its sessions that were no beats */
    bool (*until)(struct scene *scene);
    struct rpc_channel *channel; /* of a session that the other one opens */
    struct rpc_call *call;       /* it sends beats on it, unless NULL */
};

static const struct identity self = {.slot = 0, .life = {1, 1}};
static const struct identity peer = {.slot = 1, .life = {2, 2}};

/* The agent. */

static struct peers_heard on_message(void *context, const void *data, size_t size)
{
    struct scene *scene = context;

    CU_ASSERT_FATAL(size == sizeof scene->last);
    memcpy(&scene->last, data, size);
    scene->beats += scene->last.beat;
    return (struct peers_heard){scene->last.from, scene->last.beat, scene->last.number};
}

static void on_serve(void *context)
{
    (void)context;
}

static void on_beat(void *context, const struct identity *to, uint64_t received, struct text *out)
{
    const struct words beat = {self, true, received};

    (void)context;
    CU_ASSERT(identity_equal(to, &peer));
    text_add_bytes(out, (const char *)&beat, sizeof beat);
}

static void on_lost(void *context, const struct identity *id, bool silent)
{
    struct scene *scene = context;

    CU_ASSERT(identity_equal(id, &peer));
    text_add(&scene->log, silent ? "silent " : "lost ");
}

/* The other one. */

static void other_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct scene *scene = context;
    struct words words;
    struct words beat = {peer, true, 1};
    unsigned session = scene->opened - 1; /* an older one has nothing to hear any more */

    CU_ASSERT_FATAL(size == sizeof words && session < 3);
    memcpy(&words, data, size);
    if (!words.beat)
        scene->said[session]++;
    if (scene->manners[session] == SILENT)
        return;
    if (scene->manners[session] == ONCE_LESS)
        beat.number = 0;
    if (scene->manners[session] != ANSWERS)
        scene->manners[session] = SILENT;
    rpc_send(call, &beat, sizeof beat);
}

static void other_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static const struct rpc_events other_events = {other_message, other_ended};

static void other_opened(void *context, struct rpc_call *call)
{
    struct scene *scene = context;

    CU_ASSERT_FATAL(scene->opened < 3);
    rpc_accept(call, &other_events, scene);
    if (scene->manners[scene->opened++] == REFUSES)
        rpc_end(call, RPC_REFUSED, "who are you?");
}

static const struct rpc_method other_methods[] = {{"/muster.Member/Session", other_opened}};

/* The scene. */

static void on_guard(void *context)
{
    CU_FAIL("what was waited for did not come");
    loop_stop(context);
}

static void on_check(void *context)
{
    struct scene *scene = context;
    const struct words beat = {peer, true, 0};

    if (scene->call)
        rpc_send(scene->call, &beat, sizeof beat);

    if (scene->until(scene))
        loop_stop(&scene->loop);
    else
        loop_timer(&scene->loop, &scene->check, clock_now() + CLOCK_MS(20));
}

static void scene_run(struct scene *scene, bool (*until)(struct scene *scene))
{
    scene->until = until;
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    loop_timer(&scene->loop, &scene->check, clock_now());
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    loop_cancel(&scene->loop, &scene->guard);
}

static void say(struct scene *scene)
{
    const struct words words = {self, false, 0};

    peers_send(scene->peers, &peer, &words, sizeof words);
}

static void name_make(struct member_name *name, const struct identity *id)
{
    CU_ASSERT_FATAL(member_name_make(name, JOB, 1, id->slot) == 0);
    memcpy(name->life, id->life, sizeof name->life);
}

/* Both have certificates. */
static void papers_make(struct scene *scene)
{
    const char *trust = passport_authority()->certificate.data;
    char text[CERTIFICATE_NAME];
    const struct certificate_grant grant = {text, NULL, time(NULL), AUTHORITY_MEMBER};
    CLEAN(text) struct text chain = {0};
    struct papers *papers = &scene->papers;
    struct member_name name;

    name_make(&name, &peer);
    member_name_print(&name, text);
    passport_make(&scene->passport, text);
    name_make(&name, &self);
    member_name_print(&name, text);
    CU_ASSERT_FATAL(papers_init(papers, &name, trust, NULL) == 0);
    CU_ASSERT_FATAL(
        !authority_certify(passport_authority(), &papers->request, &grant, &chain, NULL) &&
        !papers_take(papers, chain.data, trust, grant.now));
}

/* The agent has said one thing to the other one, on a session that it has opened. */
static struct scene *scene_new(enum manner first, enum manner second)
{
    struct scene *scene = memory_get(1, sizeof *scene);
    const struct peers_settings settings = {.listen = "127.0.0.1:0",
                                            .papers = &scene->papers,
                                            .book = &scene->book,
                                            .events = {on_message, on_serve, on_beat, on_lost},
                                            .context = scene};
    const struct rpc_service service = {
        .methods = other_methods, .method_count = 1, .context = scene};
    struct book_entry entry = {.id = peer};

    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    scene->rpc = rpc_new(&scene->loop, NULL);
    CU_ASSERT_FATAL(scene->rpc != NULL);
    papers_make(scene);
    scene->peers = peers_new(scene->rpc, &settings, NULL);
    scene->other = rpc_serve(scene->rpc, "127.0.0.1:0", &scene->passport.identity, &service, NULL);
    CU_ASSERT_FATAL(scene->peers != NULL && scene->other != NULL);
    scene->guard = (struct timer){.call = on_guard, .context = &scene->loop};
    scene->check = (struct timer){.call = on_check, .context = scene};
    scene->manners[0] = first;
    scene->manners[1] = second;
    snprintf(entry.address, sizeof entry.address, "127.0.0.1:%d", rpc_port(scene->other));
    book_learn(&scene->book, &entry);
    say(scene);
    return scene;
}

static void nothing_heard(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    (void)call;
    (void)data;
    (void)size;
}

static void call_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    struct scene *scene = context;

    (void)call;
    (void)status;
    (void)reason;
    scene->call = NULL;
}

/* The other one opens a session too, and is heard on it from now on. */
static void other_calls(struct scene *scene)
{
    static const struct rpc_events events = {nothing_heard, call_ended};
    char address[32];
    char name[CERTIFICATE_NAME];

    snprintf(address, sizeof address, "127.0.0.1:%d", peers_port(scene->peers));
    member_name_print(&scene->papers.name, name);
    scene->channel = rpc_dial(scene->rpc, address, name, &scene->passport.identity);
    scene->call = rpc_open(scene->channel, "/muster.Member/Session", CLOCK_NEVER, &events, scene);
}

static void scene_free(struct scene *scene)
{
    rpc_drop(scene->call);
    rpc_hang_up(scene->channel);
    peers_free(scene->peers);
    rpc_stop(scene->other);
    rpc_free(scene->rpc);
    loop_done(&scene->loop);
    papers_done(&scene->papers);
    passport_done(&scene->passport);
    text_done(&scene->log);
    free(scene);
}

static bool somebody_is_lost(struct scene *scene)
{
    return scene->log.size != 0;
}

static bool a_session_is_replaced(struct scene *scene)
{
    return peers_counts(scene->peers).replaced || scene->log.size;
}

static bool the_second_session_has_a_word(struct scene *scene)
{
    return scene->said[1] != 0;
}

static void who_is_silent_on_a_new_session_too_is_lost(void)
{
    struct scene *scene = scene_new(ONCE, SILENT);

    scene_run(scene, somebody_is_lost);
    CHECK_TEXT(text_string(&scene->log), "silent ");
    CU_ASSERT(scene->opened == 2);
    CU_ASSERT(peers_counts(scene->peers).expired == 1);
    CU_ASSERT(peers_counts(scene->peers).replaced == 0);
    CU_ASSERT(peers_alone(scene->peers));
    scene_free(scene);
}

static void who_answers_on_a_new_session_is_not_lost(void)
{
    struct scene *scene = scene_new(ONCE, ANSWERS);

    scene_run(scene, a_session_is_replaced);
    CHECK_TEXT(text_string(&scene->log), "");
    CU_ASSERT(scene->opened == 2);
    CU_ASSERT(peers_counts(scene->peers).expired == 1);
    CU_ASSERT(scene->said[1] == 0);
    say(scene);
    scene_run(scene, the_second_session_has_a_word);
    CHECK_TEXT(text_string(&scene->log), "");
    scene_free(scene);
}

/* It would wait for ever for what it was told on the session that went silent. */
static void who_has_missed_a_word_is_lost_although_it_answers(void)
{
    struct scene *scene = scene_new(ONCE_LESS, ANSWERS);

    scene_run(scene, somebody_is_lost);
    CHECK_TEXT(text_string(&scene->log), "lost ");
    CU_ASSERT(scene->opened == 2);
    CU_ASSERT(peers_alone(scene->peers));
    scene_free(scene);
}

/* It has noticed the silence first, and opened the new session itself. */
static void who_is_heard_on_another_session_is_not_asked(void)
{
    struct scene *scene = scene_new(ONCE, SILENT);

    other_calls(scene);
    scene_run(scene, a_session_is_replaced);
    CHECK_TEXT(text_string(&scene->log), "");
    CU_ASSERT(scene->opened == 1);
    CU_ASSERT(peers_counts(scene->peers).expired == 1);
    scene_free(scene);
}

static void who_has_missed_a_word_is_lost_although_it_is_heard(void)
{
    struct scene *scene = scene_new(ONCE_LESS, SILENT);

    other_calls(scene);
    scene_run(scene, somebody_is_lost);
    CHECK_TEXT(text_string(&scene->log), "lost ");
    CU_ASSERT(scene->opened == 1);
    CU_ASSERT(peers_alone(scene->peers));
    scene_free(scene);
}

static void who_refuses_a_new_session_is_lost(void)
{
    struct scene *scene = scene_new(ONCE, REFUSES);

    scene_run(scene, somebody_is_lost);
    CHECK_TEXT(text_string(&scene->log), "lost ");
    CU_ASSERT(peers_alone(scene->peers));
    scene_free(scene);
}

static bool three_beats_have_come(struct scene *scene)
{
    return scene->beats >= 3 || scene->log.size;
}

static void both_send_beats_whatever_they_say(void)
{
    struct scene *scene = scene_new(ANSWERS, SILENT);

    scene_run(scene, three_beats_have_come);
    CHECK_TEXT(text_string(&scene->log), "");
    CU_ASSERT(scene->opened == 1);
    scene_free(scene);
}

/* Its peer's silence was longer than any lease, but nobody listened. */
static void who_stood_still_itself_loses_nobody(void)
{
    struct scene *scene = scene_new(ANSWERS, SILENT);

    scene_run(scene, three_beats_have_come);
    clock_sleep(LEASE_LEAST + LEASE_BEAT);
    scene->beats = 0;
    scene_run(scene, three_beats_have_come);
    CHECK_TEXT(text_string(&scene->log), "");
    CU_ASSERT(scene->opened == 1);
    CU_ASSERT(peers_counts(scene->peers).expired == 0);
    scene_free(scene);
}

SUITE("agent peers beat",
      {"who is silent on a new session too is lost", who_is_silent_on_a_new_session_too_is_lost},
      {"who answers on a new session is not lost", who_answers_on_a_new_session_is_not_lost},
      {"who has missed a word is lost although it answers",
       who_has_missed_a_word_is_lost_although_it_answers},
      {"who is heard on another session is not asked",
       who_is_heard_on_another_session_is_not_asked},
      {"who has missed a word is lost although it is heard",
       who_has_missed_a_word_is_lost_although_it_is_heard},
      {"who refuses a new session is lost", who_refuses_a_new_session_is_lost},
      {"both send beats whatever they say", both_send_beats_whatever_they_say},
      {"who stood still itself loses nobody", who_stood_still_itself_loses_nobody})
