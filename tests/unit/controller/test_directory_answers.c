/* The Directory service: what it answers to agents, and when. */
#include "controller/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "scene.h"
#include "support/check.h"

static void a_hasty_question_is_answered_at_once(void)
{
    struct scene scene;
    struct asked asked[3];

    scene_begin(&scene, SCENE_SECRET);
    for (uint32_t slot = 0; slot < 3; slot++) {
        scene_enroll(&scene, &asked[slot], slot, false);
        scene_run(&scene, (int)slot + 1);
        CU_ASSERT(desk_there(scene.desk, slot));
    }
    CU_ASSERT(asked_waits(&asked[0]) && asked_waits(&asked[1]));
    CU_ASSERT(asked_follows(&asked[2], 0));
    asked_done(&asked[0]);
    /* Whoever could stand is told so when it asks patiently. */
    scene_enroll(&scene, &asked[0], 0, false);
    scene_run(&scene, 4);
    CU_ASSERT(asked_waits(&asked[0]));
    for (size_t i = 0; i < 3; i++)
        asked_done(&asked[i]);
    CU_ASSERT(!desk_there(scene.desk, ENROLMENT_SLOTS));
    scene_end(&scene);
}

static void patient_questions_are_held_until_all_are_there(void)
{
    struct scene scene;
    struct asked asked[3];
    struct asked hasty;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll(&scene, &asked[2], 2, true);
    scene_enroll(&scene, &asked[0], 0, true);
    /* A question behind them is answered: they are held, not lost on the way. */
    scene_enroll(&scene, &hasty, 2, false);
    scene_run(&scene, 1);
    CU_ASSERT(hasty.order == 1 && asked_waits(&hasty));
    scene_enroll(&scene, &asked[1], 1, true);
    scene_run(&scene, 4);
    CU_ASSERT(asked_stands(&asked[0]));
    CU_ASSERT(asked_follows(&asked[1], 0) && asked_follows(&asked[2], 0));
    asked_done(&hasty);
    for (size_t i = 0; i < 3; i++)
        asked_done(&asked[i]);
    scene_end(&scene);
}

static Muster__ReportReply *report_reply(struct scene *scene, uint32_t slot, uint64_t generation)
{
    struct asked asked;
    Muster__ReportReply *reply;

    scene_report(scene, &asked, slot, generation);
    scene_run(scene, scene->answers + 1);
    CU_ASSERT(asked.order > 0 && asked.status == RPC_OK);
    reply = muster__report_reply__unpack(NULL, asked.size, asked.bytes);
    if (!reply)
        abort();
    asked_done(&asked);
    return reply;
}

static void a_report_is_taken_and_answered(void)
{
    struct scene scene;
    Muster__ReportReply *reply;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll_all(&scene);
    reply = report_reply(&scene, 1, 0);
    CU_ASSERT(!reply->drain && reply->incidents == 2 && !reply->decided);
    CU_ASSERT(scene.reports == 1);
    CHECK_TEXT(scene.report_text, "going well");
    muster__report_reply__free_unpacked(reply, NULL);
    desk_drain(scene.desk);
    reply = report_reply(&scene, 1, 4);
    CU_ASSERT(reply->drain && reply->decided && reply->decided->generation == 4);
    muster__report_reply__free_unpacked(reply, NULL);
    /* A lead that is behind hears of the newer view and does not replace it. */
    reply = report_reply(&scene, 2, 3);
    CU_ASSERT(reply->decided && reply->decided->generation == 4);
    CU_ASSERT(reply->decided && reply->decided->n_members == 3);
    muster__report_reply__free_unpacked(reply, NULL);
    scene_end(&scene);
}

static void a_newcomer_follows_the_lead_and_hears_the_view(void)
{
    struct scene scene;
    struct asked held;
    struct asked asked;
    struct asked reported;
    Muster__EnrollReply *reply;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll_all(&scene);
    muster__report_reply__free_unpacked(report_reply(&scene, 1, 4), NULL);
    desk_gone(scene.desk, 1);
    CU_ASSERT(!desk_there(scene.desk, 1));
    scene_enroll(&scene, &held, 0, true);
    scene_enroll(&scene, &asked, 0, false);
    scene_run(&scene, scene.answers + 1);
    CU_ASSERT(asked_waits(&asked) && held.order == 0);
    asked_done(&asked);
    scene_report(&scene, &reported, 2, 5);
    scene_run(&scene, scene.answers + 2);
    CU_ASSERT(asked_follows(&held, 2));
    reply = asked_reply(&held);
    CU_ASSERT(reply && reply->decided && reply->decided->generation == 5);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
    asked_done(&held);
    asked_done(&reported);
    scene_end(&scene);
}

static void a_quorum_that_is_gone_is_seen(void)
{
    struct scene scene;

    scene_begin(&scene, SCENE_SECRET);
    scene_enroll_all(&scene);
    CU_ASSERT(!desk_quorum_lost(scene.desk));
    muster__report_reply__free_unpacked(report_reply(&scene, 0, 1), NULL);
    desk_gone(scene.desk, 0);
    CU_ASSERT(!desk_quorum_lost(scene.desk));
    desk_gone(scene.desk, 2);
    CU_ASSERT(desk_quorum_lost(scene.desk));
    scene_end(&scene);
}

static bool granted(struct scene *scene, uint64_t number, uint8_t life)
{
    struct asked asked;
    struct agent agent;
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;
    Muster__View decided = MUSTER__VIEW__INIT;
    Muster__WitnessReply *reply;
    bool yes;

    agent_fill(&agent, 0, life);
    request.job = (char *)SCENE_JOB;
    request.attempt = SCENE_ATTEMPT;
    request.candidate = &agent.packed;
    request.number = number;
    request.decided = &decided;
    scene_ask(scene, &asked, SCENE_WITNESS, &request.base);
    scene_run(scene, scene->answers + 1);
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
    struct scene scene;

    scene_begin(&scene, SCENE_SECRET);
    CU_ASSERT(granted(&scene, 5, 1));
    CU_ASSERT(!granted(&scene, 5, 2) && !granted(&scene, 4, 2));
    CU_ASSERT(granted(&scene, 5, 1) && granted(&scene, 6, 2));
    scene_end(&scene);
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
    struct scene scene;
    struct asked asked;

    scene_dial(&scene, caller->port, SCENE_SECRET);
    scene_enroll(&scene, &asked, caller->slot, true);
    scene_run(&scene, 1);
    caller->right = caller->slot ? asked_follows(&asked, 0) : asked_stands(&asked);
    asked_done(&asked);
    scene_end(&scene);
    if (write(caller->done, &one, sizeof one) != sizeof one)
        abort();
    return NULL;
}

/* The directory's side: who is done counts as an answer. */
struct crowd {
    struct scene scene;
    struct watch watch;
};

static void on_done(void *context, uint32_t events)
{
    struct crowd *crowd = context;
    uint64_t count = 0;

    (void)events;
    if (read(crowd->watch.descriptor, &count, sizeof count) != sizeof count)
        abort();
    crowd->scene.answers += (int)count;
    if (crowd->scene.answers == crowd->scene.wanted)
        loop_stop(&crowd->scene.loop);
}

static void agents_in_threads_are_told_the_same(void)
{
    struct caller callers[SCENE_SLOTS];
    struct crowd crowd = {.watch = {.call = on_done, .context = &crowd}};
    int done = eventfd(0, EFD_CLOEXEC);

    CU_ASSERT_FATAL(done >= 0);
    scene_begin(&crowd.scene, SCENE_SECRET);
    CU_ASSERT_FATAL(loop_add(&crowd.scene.loop, &crowd.watch, done, EPOLLIN, NULL) == 0);
    for (uint32_t i = 0; i < SCENE_SLOTS; i++) {
        callers[i] =
            (struct caller){.port = directory_port(crowd.scene.directory), .done = done, .slot = i};
        if (pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]))
            abort();
    }
    scene_run(&crowd.scene, SCENE_SLOTS);
    for (uint32_t i = 0; i < SCENE_SLOTS; i++) {
        pthread_join(callers[i].thread, NULL);
        CU_ASSERT(callers[i].right);
    }
    loop_remove(&crowd.scene.loop, &crowd.watch);
    scene_end(&crowd.scene);
    close(done);
}

SUITE("controller directory answers",
      {"a hasty question is answered at once", a_hasty_question_is_answered_at_once},
      {"patient questions are held until all are there",
       patient_questions_are_held_until_all_are_there},
      {"a report is taken and answered", a_report_is_taken_and_answered},
      {"a newcomer follows the lead and hears the view",
       a_newcomer_follows_the_lead_and_hears_the_view},
      {"a quorum that is gone is seen", a_quorum_that_is_gone_is_seen},
      {"the witness keeps its promise between calls", the_witness_keeps_its_promise_between_calls},
      {"agents in threads are told the same", agents_in_threads_are_told_the_same})
