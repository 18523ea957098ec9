/* Sessions between agents: who is reached, on which session, and who is lost. */
#include "agent/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"
#include "support/passport.h"
#include "wire/rpc_ask.h"

#define JOB     "digits"
#define PATIENT CLOCK_SECONDS(20)
#define AGENTS  2

/* A message is its sender's identity and some words behind it; "?" is understood by nobody. */
struct words {
    struct identity from;
    char text[32];
};

/* One agent, and what has happened to it: "0: hello" and "lost 0", one behind the other. */
struct party {
    struct scene *scene;
    struct identity id;
    struct peers *peers;
    struct papers papers;
    struct book book;
    struct text log;
    struct words last;
    unsigned beats;     /* that came */
    const char *answer; /* sent to whoever sends something; NULL = nothing */
};

struct scene {
    struct loop loop;
    struct rpc *rpc;
    struct party parties[AGENTS];
    struct timer guard;
    int want; /* stop after so many entries of all logs */
};

static void entry_made(struct scene *scene)
{
    if (--scene->want == 0)
        loop_stop(&scene->loop);
}

static void say(struct party *party, const struct identity *to, const char *text)
{
    struct words words = {.from = party->id};

    snprintf(words.text, sizeof words.text, "%s", text);
    peers_send(party->peers, to, &words, sizeof words);
}

/* A beat is a message with the number of others as its text, behind a sign. */
static struct peers_heard on_message(void *context, const void *data, size_t size)
{
    struct party *party = context;
    struct peers_heard heard = {0};

    CU_ASSERT_FATAL(size == sizeof party->last);
    memcpy(&party->last, data, size);
    if (!strcmp(party->last.text, "?"))
        return heard;
    heard.from = party->last.from;
    heard.beat = party->last.text[0] == '#';
    if (heard.beat)
        heard.confirmed = strtoull(party->last.text + 1, NULL, 10);
    return heard;
}

static void on_serve(void *context)
{
    struct party *party = context;
    struct identity from = party->last.from;

    if (party->last.text[0] == '#') {
        party->beats++;
        return;
    }
    text_addf(&party->log, "%u: %s, ", (unsigned)from.slot, party->last.text);
    entry_made(party->scene);
    if (party->answer)
        say(party, &from, party->answer);
}

static void on_beat(void *context, const struct identity *to, uint64_t received, struct text *out)
{
    struct party *party = context;
    struct words words = {.from = party->id};

    CU_ASSERT(identity_known(to));
    snprintf(words.text, sizeof words.text, "#%llu", (unsigned long long)received);
    text_add_bytes(out, (const char *)&words, sizeof words);
}

static void on_lost(void *context, const struct identity *id, bool silent)
{
    struct party *party = context;

    text_addf(&party->log, silent ? "silent %u, " : "lost %u, ", (unsigned)id->slot);
    entry_made(party->scene);
}

static void on_nothing(void *context, struct rpc_call *call, const void *data, size_t size)
{
    (void)context;
    (void)call;
    (void)data;
    (void)size;
}

static void on_over(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static void on_answered(
    void *context, int status, const char *reason, const void *data, size_t size)
{
    struct scene *scene = context;

    (void)reason;
    (void)data;
    (void)size;
    text_addf(&scene->parties[0].log, "answered %d, ", status);
    entry_made(scene);
}

/* Somebody asks how the party stands. */
static void on_standing(void *context, struct rpc_call *call)
{
    static const struct rpc_events deaf = {on_nothing, on_over};
    struct party *party = context;

    rpc_accept(call, &deaf, party);
    rpc_end(call, RPC_NOT_FOUND, "");
    text_add(&party->log, "asked, ");
    entry_made(party->scene);
}

static void on_guard(void *context)
{
    struct scene *scene = context;

    CU_FAIL("what was waited for did not come");
    loop_stop(&scene->loop);
}

/* Gives a party a certificate for its papers. */
static void certify(struct party *party)
{
    const struct text *request = &party->papers.request;
    const char *trust = passport_authority()->certificate.data;
    char name[CERTIFICATE_NAME];
    const struct certificate_grant grant = {name, NULL, time(NULL), AUTHORITY_MEMBER};
    CLEAN(text) struct text chain = {0};

    member_name_print(&party->papers.name, name);
    CU_ASSERT_FATAL(!authority_certify(passport_authority(), request, &grant, &chain, NULL));
    CU_ASSERT_FATAL(papers_take(&party->papers, chain.data, trust, time(NULL)) == 0);
}

static void party_begin(struct scene *scene, uint32_t slot, const char *job, bool certified)
{
    struct party *party = &scene->parties[slot];
    const struct peers_settings settings = {.listen = "127.0.0.1:0",
                                            .papers = &party->papers,
                                            .book = &party->book,
                                            .events = {on_message, on_serve, on_beat, on_lost},
                                            .standing = on_standing,
                                            .context = party};
    struct member_name name;

    party->scene = scene;
    party->id = (struct identity){.slot = slot, .life = {slot + 1, 7}};
    CU_ASSERT_FATAL(member_name_make(&name, job, 1, slot) == 0);
    memcpy(name.life, party->id.life, sizeof name.life);
    CU_ASSERT_FATAL(
        papers_init(&party->papers, &name, passport_authority()->certificate.data, NULL) == 0);
    if (certified)
        certify(party);
    party->peers = peers_new(scene->rpc, &settings, NULL);
    CU_ASSERT_FATAL(party->peers != NULL);
}

/* Two agents of one job; the second may be of another one, or not have enrolled. */
static struct scene *scene_new(const char *second_job, bool second_certified)
{
    struct scene *scene = memory_get(1, sizeof *scene);

    CU_ASSERT_FATAL(loop_init(&scene->loop, NULL) == 0);
    scene->rpc = rpc_new(&scene->loop, NULL);
    CU_ASSERT_FATAL(scene->rpc != NULL);
    party_begin(scene, 0, JOB, true);
    party_begin(scene, 1, second_job, second_certified);
    scene->guard = (struct timer){.call = on_guard, .context = scene};
    return scene;
}

static void scene_free(struct scene *scene)
{
    for (int i = 0; i < AGENTS; i++) {
        peers_free(scene->parties[i].peers);
        papers_done(&scene->parties[i].papers);
        text_done(&scene->parties[i].log);
    }
    rpc_free(scene->rpc);
    loop_done(&scene->loop);
    free(scene);
}

/* Runs until `want` things have happened to the two. */
static void scene_run(struct scene *scene, int want)
{
    scene->want = want;
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    CU_ASSERT(loop_run(&scene->loop, NULL) == 0);
    loop_cancel(&scene->loop, &scene->guard);
}

/* One agent learns where the other one is. */
static void introduce(struct scene *scene, int from, int to, int port)
{
    struct book_entry entry = {.id = scene->parties[to].id};

    snprintf(entry.address, sizeof entry.address, "127.0.0.1:%d", port);
    book_learn(&scene->parties[from].book, &entry);
}

static struct scene *scene_met(void)
{
    struct scene *scene = scene_new(JOB, true);

    introduce(scene, 0, 1, peers_port(scene->parties[1].peers));
    return scene;
}

static const char *log_of(const struct scene *scene, int party)
{
    return text_string(&scene->parties[party].log);
}

/* Only one of the two knows where the other is. */
static void both_speak_on_the_session_that_one_has_opened(void)
{
    struct scene *scene = scene_met();

    scene->parties[1].answer = "welcome";
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    say(&scene->parties[0], &scene->parties[1].id, "again");
    scene_run(scene, 4);
    CHECK_TEXT(log_of(scene, 1), "0: hello, 0: again, ");
    CHECK_TEXT(log_of(scene, 0), "1: welcome, 1: welcome, ");
    scene_free(scene);
}

/* Asks the second agent how it stands; `entries` are made by that. */
static void standing_ask(struct scene *scene, const struct rpc_identity *identity, int entries)
{
    const struct rpc_question question = {"", 0, on_answered, scene};
    struct rpc_channel *channel;
    char address[64];
    char name[CERTIFICATE_NAME];

    snprintf(address, sizeof address, "127.0.0.1:%d", peers_port(scene->parties[1].peers));
    member_name_print(&scene->parties[1].papers.name, name);
    channel = rpc_dial(scene->rpc, address, name, identity);
    rpc_ask(channel, "/muster.Member/Standing", clock_now() + PATIENT, &question);
    scene_run(scene, entries);
    rpc_hang_up(channel);
}

/* Questions that are not for the session are their owner's to answer. */
static void the_directory_is_told_how_an_agent_stands(void)
{
    struct scene *scene = scene_met();
    struct passport directory;

    passport_make(&directory, MEMBER_NAME_DIRECTORY);
    standing_ask(scene, &directory.identity, 2);
    CHECK_TEXT(log_of(scene, 1), "asked, ");
    CHECK_TEXT(log_of(scene, 0), "answered 5, ");
    CU_ASSERT(peers_alone(scene->parties[1].peers));
    CU_ASSERT(peers_counts(scene->parties[1].peers).refused == 0);
    passport_done(&directory);
    scene_free(scene);
}

static void nobody_else_is_told_how_an_agent_stands(void)
{
    struct scene *scene = scene_met();

    standing_ask(scene, &scene->parties[0].papers.own, 1);
    CHECK_TEXT(log_of(scene, 1), "");
    CHECK_TEXT(log_of(scene, 0), "answered 7, ");
    CU_ASSERT(peers_counts(scene->parties[1].peers).refused == 1);
    scene_free(scene);
}

/* It vouches for agents, but is none. */
static void the_directory_opens_no_session(void)
{
    struct scene *scene = scene_met();
    struct papers *papers = &scene->parties[0].papers;
    struct rpc_identity own = papers->own;
    struct passport directory;

    passport_make(&directory, MEMBER_NAME_DIRECTORY);
    papers->own = directory.identity;
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "");
    CU_ASSERT(peers_counts(scene->parties[1].peers).refused == 1);
    papers->own = own;
    passport_done(&directory);
    scene_free(scene);
}

/* Who sends does not expect to be called back while it sends. */
static void who_cannot_be_reached_is_lost_later(void)
{
    struct scene *scene = scene_new(JOB, true);

    say(&scene->parties[0], &scene->parties[1].id, "hello");
    CHECK_TEXT(log_of(scene, 0), "");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");

    introduce(scene, 0, 1, 1); /* nobody listens there */
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, lost 1, ");
    CU_ASSERT(peers_alone(scene->parties[0].peers));
    scene_free(scene);
}

static void another_incarnation_is_not_reached(void)
{
    struct scene *scene = scene_met();
    struct identity next = scene->parties[1].id;

    next.life[0]++;
    say(&scene->parties[0], &next, "hello");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "");
    scene_free(scene);
}

/* Its certificate is of the same authority, and it knows whom to ask for by name: an agent of job B
 * neither is let in by one of job A, nor is it taken for one. */
static void an_agent_of_another_job_is_not_heard(void)
{
    struct scene *scene = scene_new("letters", true);

    introduce(scene, 0, 1, peers_port(scene->parties[1].peers));
    introduce(scene, 1, 0, peers_port(scene->parties[0].peers));
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "");
    /* It dials the name of an agent of the job, with its own certificate. */
    snprintf(scene->parties[1].papers.name.job, sizeof scene->parties[1].papers.name.job, JOB);
    say(&scene->parties[1], &scene->parties[0].id, "hello");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 1), "lost 0, ");
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CU_ASSERT(peers_counts(scene->parties[0].peers).refused == 1);
    scene_free(scene);
}

/* As long as an agent has not enrolled. */
static void who_has_no_certificate_reaches_nobody_and_lets_nobody_in(void)
{
    struct scene *scene = scene_new(JOB, false);

    introduce(scene, 0, 1, peers_port(scene->parties[1].peers));
    introduce(scene, 1, 0, peers_port(scene->parties[0].peers));
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    scene_run(scene, 1);
    say(&scene->parties[1], &scene->parties[0].id, "hello");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "lost 0, ");

    certify(&scene->parties[1]);
    peers_renewed(scene->parties[1].peers);
    say(&scene->parties[0], &scene->parties[1].id, "now");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 1), "lost 0, 0: now, ");
    peers_cut(scene->parties[0].peers, &scene->parties[1].id);
    scene_run(scene, 1);
    say(&scene->parties[1], &scene->parties[0].id, "and now");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, 1: and now, ");
    scene_free(scene);
}

static void what_is_not_understood_ends_the_session(void)
{
    struct scene *scene = scene_met();

    say(&scene->parties[0], &scene->parties[1].id, "?");
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "");
    CU_ASSERT(peers_alone(scene->parties[0].peers));
    scene_free(scene);
}

/* A session belongs to the incarnation that its certificate names; what another says on it is not
 * acted on. */
static void a_session_that_changes_hands_is_ended(void)
{
    struct scene *scene = scene_met();

    say(&scene->parties[0], &scene->parties[1].id, "hello");
    scene_run(scene, 1);
    scene->parties[0].id.life[0]++;
    say(&scene->parties[0], &scene->parties[1].id, "it is me");
    scene_run(scene, 2);
    CHECK_TEXT(log_of(scene, 0), "lost 1, ");
    CHECK_TEXT(log_of(scene, 1), "0: hello, lost 0, ");
    CU_ASSERT(peers_counts(scene->parties[1].peers).refused == 1);
    scene_free(scene);
}

static void who_cuts_is_not_told_and_the_other_is(void)
{
    struct scene *scene = scene_met();

    say(&scene->parties[0], &scene->parties[1].id, "hello");
    scene_run(scene, 1);
    CU_ASSERT(!peers_alone(scene->parties[0].peers));
    peers_cut(scene->parties[0].peers, &scene->parties[1].id);
    CU_ASSERT(peers_alone(scene->parties[0].peers));
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "");
    CHECK_TEXT(log_of(scene, 1), "0: hello, lost 0, ");
    CU_ASSERT(peers_alone(scene->parties[1].peers));

    say(&scene->parties[0], &scene->parties[1].id, "back"); /* on a new session */
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 1), "0: hello, lost 0, 0: back, ");
    scene_free(scene);
}

/* Both open a session at the same time. Whoever has another session left has lost nobody. */
static void who_is_lost_has_lost_its_last_session(void)
{
    struct scene *scene = scene_met();

    introduce(scene, 1, 0, peers_port(scene->parties[0].peers));
    say(&scene->parties[0], &scene->parties[1].id, "hello");
    say(&scene->parties[1], &scene->parties[0].id, "hello");
    scene_run(scene, 2);
    CHECK_TEXT(log_of(scene, 0), "1: hello, ");
    peers_cut(scene->parties[1].peers, &scene->parties[0].id);
    scene_run(scene, 1);
    CHECK_TEXT(log_of(scene, 0), "1: hello, lost 1, ");
    CU_ASSERT(peers_alone(scene->parties[0].peers));
    scene_free(scene);
}

static void who_does_not_read_is_lost(void)
{
    struct scene *scene = scene_met();

    for (int i = 0; i <= RPC_QUEUE; i++)
        say(&scene->parties[0], &scene->parties[1].id, "hello");
    CHECK_TEXT(log_of(scene, 0), "");
    CU_ASSERT(peers_alone(scene->parties[0].peers));
    scene_run(scene, 1);
    CHECK_HAS(log_of(scene, 0), "lost 1, ");
    scene_free(scene);
}

static void an_address_that_is_in_use_is_refused(void)
{
    struct scene *scene = scene_met();
    char address[32];
    const struct peers_settings settings = {
        .listen = address, .papers = &scene->parties[0].papers, .book = &scene->parties[0].book};
    struct error error = {""};

    snprintf(address, sizeof address, "127.0.0.1:%d", peers_port(scene->parties[1].peers));
    CU_ASSERT(peers_new(scene->rpc, &settings, &error) == NULL);
    CU_ASSERT(error.text[0] != '\0');
    scene_free(scene);
}

SUITE("agent peers",
      {"both speak on the session that one has opened",
       both_speak_on_the_session_that_one_has_opened},
      {"the directory is told how an agent stands", the_directory_is_told_how_an_agent_stands},
      {"nobody else is told how an agent stands", nobody_else_is_told_how_an_agent_stands},
      {"the directory opens no session", the_directory_opens_no_session},
      {"who cannot be reached is lost later", who_cannot_be_reached_is_lost_later},
      {"another incarnation is not reached", another_incarnation_is_not_reached},
      {"an agent of another job is not heard", an_agent_of_another_job_is_not_heard},
      {"who has no certificate reaches nobody and lets nobody in",
       who_has_no_certificate_reaches_nobody_and_lets_nobody_in},
      {"what is not understood ends the session", what_is_not_understood_ends_the_session},
      {"a session that changes hands is ended", a_session_that_changes_hands_is_ended},
      {"who cuts is not told and the other is", who_cuts_is_not_told_and_the_other_is},
      {"who is lost has lost its last session", who_is_lost_has_lost_its_last_session},
      {"who does not read is lost", who_does_not_read_is_lost},
      {"an address that is in use is refused", an_address_that_is_in_use_is_refused})
