/* The Directory service: what it answers to agents, and when. */
#include "controller/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "desk_there.h"
#include "lobby.h"
#include "support/check.h"

static void a_hasty_question_is_answered_at_once(void)
{
    struct lobby lobby;
    struct asked asked[3];

    lobby_begin(&lobby, LOBBY_TOKEN);
    for (uint32_t slot = 0; slot < 3; slot++) {
        lobby_enroll(&lobby, &asked[slot], slot, false);
        lobby_run(&lobby, (int)slot + 1);
        CU_ASSERT(desk_there(lobby.desk, slot));
    }
    CU_ASSERT(asked_waits(&asked[0]) && asked_waits(&asked[1]));
    CU_ASSERT(asked_follows(&asked[2], 0));
    asked_done(&asked[0]);
    /* Whoever could stand is told so when it asks patiently. */
    lobby_enroll(&lobby, &asked[0], 0, false);
    lobby_run(&lobby, 4);
    CU_ASSERT(asked_waits(&asked[0]));
    for (size_t i = 0; i < 3; i++)
        asked_done(&asked[i]);
    CU_ASSERT(!desk_there(lobby.desk, ENROLMENT_SLOTS));
    lobby_end(&lobby);
}

static void patient_questions_are_held_until_all_are_there(void)
{
    struct lobby lobby;
    struct asked asked[3];
    struct asked hasty;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll(&lobby, &asked[2], 2, true);
    lobby_enroll(&lobby, &asked[0], 0, true);
    /* A question behind them is answered: they are held, not lost on the way. */
    lobby_enroll(&lobby, &hasty, 2, false);
    lobby_run(&lobby, 1);
    CU_ASSERT(hasty.order == 1 && asked_waits(&hasty));
    lobby_enroll(&lobby, &asked[1], 1, true);
    lobby_run(&lobby, 4);
    CU_ASSERT(asked_stands(&asked[0]));
    CU_ASSERT(asked_follows(&asked[1], 0) && asked_follows(&asked[2], 0));
    asked_done(&hasty);
    for (size_t i = 0; i < 3; i++)
        asked_done(&asked[i]);
    lobby_end(&lobby);
}

static Muster__ReportReply *report_reply(struct lobby *lobby, uint32_t slot, uint64_t generation)
{
    struct asked asked;
    Muster__ReportReply *reply;

    lobby_report(lobby, &asked, slot, generation);
    lobby_run(lobby, lobby->answers + 1);
    CU_ASSERT(asked.order > 0 && asked.status == RPC_OK);
    reply = muster__report_reply__unpack(NULL, asked.size, asked.bytes);
    if (!reply)
        abort();
    asked_done(&asked);
    return reply;
}

static void a_report_is_taken_and_answered(void)
{
    struct lobby lobby;
    Muster__ReportReply *reply;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll_all(&lobby);
    reply = report_reply(&lobby, 1, 0);
    CU_ASSERT(!reply->drain && reply->incidents == 2 && !reply->decided);
    CU_ASSERT(lobby.reports == 1);
    CHECK_TEXT(lobby.report_text, "going well");
    muster__report_reply__free_unpacked(reply, NULL);
    desk_drain(lobby.desk);
    reply = report_reply(&lobby, 1, 4);
    CU_ASSERT(reply->drain && reply->decided && reply->decided->generation == 4);
    muster__report_reply__free_unpacked(reply, NULL);
    /* A lead that is behind hears of the newer view and does not replace it. */
    reply = report_reply(&lobby, 2, 3);
    CU_ASSERT(reply->decided && reply->decided->generation == 4);
    CU_ASSERT(reply->decided && reply->decided->n_members == 3);
    muster__report_reply__free_unpacked(reply, NULL);
    lobby_end(&lobby);
}

/* Nobody has reported the view: who enrols knows of it, and the others hear so. */
static void who_enrols_tells_of_the_view_it_knows(void)
{
    struct lobby lobby;
    struct agent agents[2];
    Muster__Agent *members[] = {&agents[0].packed, &agents[1].packed};
    Muster__View view = MUSTER__VIEW__INIT;
    Muster__EnrollRequest request;
    struct asked asked[2];
    Muster__EnrollReply *reply;

    lobby_begin(&lobby, LOBBY_TOKEN);
    agent_fill(&agents[0], 0, 1);
    agent_fill(&agents[1], 1, 1);
    view.generation = 3;
    view.members = members;
    view.n_members = 2;
    request = enroll_request(&agents[1], false);
    request.decided = &view;
    lobby_ask(&lobby, &asked[0], LOBBY_ENROLL, &request.base);
    lobby_run(&lobby, 1);
    lobby_enroll(&lobby, &asked[1], 2, false);
    lobby_run(&lobby, 2);
    CU_ASSERT(asked_waits(&asked[1]));
    reply = asked_reply(&asked[1]);
    CU_ASSERT_FATAL(reply && reply->decided);
    CU_ASSERT(reply->decided->generation == 3 && reply->decided->n_members == 2);
    muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&asked[0]);
    asked_done(&asked[1]);
    lobby_end(&lobby);
}

static void a_newcomer_follows_the_lead_and_hears_the_view(void)
{
    struct lobby lobby;
    struct asked held;
    struct asked asked;
    struct asked reported;
    Muster__EnrollReply *reply;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll_all(&lobby);
    muster__report_reply__free_unpacked(report_reply(&lobby, 1, 4), NULL);
    desk_gone(lobby.desk, 1);
    CU_ASSERT(!desk_there(lobby.desk, 1));
    lobby_enroll(&lobby, &held, 0, true);
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, lobby.answers + 1);
    CU_ASSERT(asked_waits(&asked) && held.order == 0);
    asked_done(&asked);
    lobby_report(&lobby, &reported, 2, 5);
    lobby_run(&lobby, lobby.answers + 2);
    CU_ASSERT(asked_follows(&held, 2));
    reply = asked_reply(&held);
    CU_ASSERT(reply && reply->decided && reply->decided->generation == 5);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&held);
    asked_done(&reported);
    lobby_end(&lobby);
}

static void a_quorum_that_is_gone_is_seen(void)
{
    struct lobby lobby;

    lobby_begin(&lobby, LOBBY_TOKEN);
    lobby_enroll_all(&lobby);
    CU_ASSERT(!desk_quorum_lost(lobby.desk));
    muster__report_reply__free_unpacked(report_reply(&lobby, 0, 1), NULL);
    desk_gone(lobby.desk, 0);
    CU_ASSERT(!desk_quorum_lost(lobby.desk));
    desk_gone(lobby.desk, 2);
    CU_ASSERT(desk_quorum_lost(lobby.desk));
    lobby_end(&lobby);
}

/* The agents of a job that runs do not enrol again. */
static void a_directory_that_starts_anew_learns_who_is_there(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, LOBBY_TOKEN);
    muster__report_reply__free_unpacked(report_reply(&lobby, 1, 4), NULL);
    CU_ASSERT(!desk_quorum_lost(lobby.desk));
    CU_ASSERT(desk_there(lobby.desk, 0) && desk_there(lobby.desk, 2));
    desk_gone(lobby.desk, 0);
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, lobby.answers + 1);
    CU_ASSERT(asked_follows(&asked, 1));
    asked_done(&asked);
    lobby_end(&lobby);
}

/* The first view is being formed, and its lead has enrolled with the directory that was before. */
static void a_lead_without_a_view_is_known_by_its_reports(void)
{
    struct lobby lobby;
    struct asked asked;

    lobby_begin(&lobby, LOBBY_TOKEN);
    muster__report_reply__free_unpacked(report_reply(&lobby, 1, 0), NULL);
    lobby_enroll(&lobby, &asked, 0, false);
    lobby_run(&lobby, lobby.answers + 1);
    CU_ASSERT(asked_follows(&asked, 1));
    asked_done(&asked);
    lobby_end(&lobby);
}

static bool granted(struct lobby *lobby, uint64_t number, uint8_t life)
{
    struct asked asked;
    struct agent agent;
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;
    Muster__View decided = MUSTER__VIEW__INIT;
    Muster__WitnessReply *reply;
    bool yes;

    agent_fill(&agent, 0, life);
    request.job = (char *)LOBBY_JOB;
    request.attempt = LOBBY_ATTEMPT;
    request.candidate = &agent.packed;
    request.number = number;
    request.decided = &decided;
    lobby_as(lobby, 0, life);
    lobby_ask(lobby, &asked, LOBBY_WITNESS, &request.base);
    lobby_run(lobby, lobby->answers + 1);
    CU_ASSERT(asked.order > 0 && asked.status == RPC_OK);
    reply = muster__witness_reply__unpack(NULL, asked.size, asked.bytes);
    if (!reply)
        abort();
    yes = reply->granted;
    muster__witness_reply__free_unpacked(reply, NULL);
    asked_done(&asked);
    return yes;
}

static void the_witness_keeps_its_promise_between_calls(void)
{
    struct lobby lobby;

    lobby_begin(&lobby, LOBBY_TOKEN);
    CU_ASSERT(granted(&lobby, 5, 1));
    CU_ASSERT(!granted(&lobby, 5, 2) && !granted(&lobby, 4, 2));
    CU_ASSERT(granted(&lobby, 5, 1) && granted(&lobby, 6, 2));
    lobby_end(&lobby);
}

/* One of many agents, in a thread with a loop of its own. */
struct caller {
    pthread_t thread;
    int port;
    int done; /* eventfd: counts those that are */
    uint32_t slot;
    bool right;
};

static void *caller_run(void *context)
{
    struct caller *caller = context;
    uint64_t one = 1;
    struct lobby lobby;
    struct asked asked;

    lobby_dial(&lobby, caller->port, LOBBY_TOKEN);
    lobby_enroll(&lobby, &asked, caller->slot, true);
    lobby_run(&lobby, 1);
    caller->right = caller->slot ? asked_follows(&asked, 0) : asked_stands(&asked);
    asked_done(&asked);
    lobby_end(&lobby);
    if (write(caller->done, &one, sizeof one) != sizeof one)
        abort();
    return NULL;
}

/* The directory's side: who is done counts as an answer. */
struct crowd {
    struct lobby lobby;
    struct watch watch;
};

static void on_done(void *context, uint32_t events)
{
    struct crowd *crowd = context;
    uint64_t count = 0;

    (void)events;
    if (read(crowd->watch.descriptor, &count, sizeof count) != sizeof count)
        abort();
    crowd->lobby.answers += (int)count;
    if (crowd->lobby.answers == crowd->lobby.wanted)
        loop_stop(&crowd->lobby.loop);
}

static void agents_in_threads_are_told_the_same(void)
{
    struct caller callers[LOBBY_SLOTS];
    struct crowd crowd = {.watch = {.call = on_done, .context = &crowd}};
    int done = eventfd(0, EFD_CLOEXEC);

    CU_ASSERT_FATAL(done >= 0);
    lobby_begin(&crowd.lobby, LOBBY_TOKEN);
    CU_ASSERT_FATAL(loop_add(&crowd.lobby.loop, &crowd.watch, done, EPOLLIN, NULL) == 0);
    for (uint32_t i = 0; i < LOBBY_SLOTS; i++) {
        callers[i] =
            (struct caller){.port = directory_port(crowd.lobby.directory), .done = done, .slot = i};
        if (pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]))
            abort();
    }
    lobby_run(&crowd.lobby, LOBBY_SLOTS);
    for (uint32_t i = 0; i < LOBBY_SLOTS; i++) {
        pthread_join(callers[i].thread, NULL);
        CU_ASSERT(callers[i].right);
    }
    loop_remove(&crowd.lobby.loop, &crowd.watch);
    lobby_end(&crowd.lobby);
    close(done);
}

SUITE("controller directory answers",
      {"a hasty question is answered at once", a_hasty_question_is_answered_at_once},
      {"patient questions are held until all are there",
       patient_questions_are_held_until_all_are_there},
      {"a report is taken and answered", a_report_is_taken_and_answered},
      {"who enrols tells of the view it knows", who_enrols_tells_of_the_view_it_knows},
      {"a newcomer follows the lead and hears the view",
       a_newcomer_follows_the_lead_and_hears_the_view},
      {"a directory that starts anew learns who is there",
       a_directory_that_starts_anew_learns_who_is_there},
      {"a lead without a view is known by its reports",
       a_lead_without_a_view_is_known_by_its_reports},
      {"a quorum that is gone is seen", a_quorum_that_is_gone_is_seen},
      {"the witness keeps its promise between calls", the_witness_keeps_its_promise_between_calls},
      {"agents in threads are told the same", agents_in_threads_are_told_the_same})
