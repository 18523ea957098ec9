/* scene - a directory on loopback, and agents that ask it. */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "support/check.h"

#define PATIENT CLOCK_SECONDS(30)
#define SPEC    "{\"kind\":\"TrainingJob\"}"

static void guard_fires(void *context)
{
    CU_FAIL("the loop waits for something that does not come");
    loop_stop(context);
}

static void on_reported(void *context, const Muster__Report *report)
{
    struct scene *scene = context;

    scene->reports++;
    snprintf(scene->report_text, sizeof scene->report_text, "%s", report->text);
}

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct asked *asked = context;
    struct scene *scene = asked->scene;

    asked->ask = NULL;
    asked->order = ++scene->answers;
    asked->status = status;
    snprintf(asked->reason, sizeof asked->reason, "%s", reason);
    asked->bytes = memory_get(size + 1, 1);
    if (size)
        memcpy(asked->bytes, data, size);
    asked->size = size;
    if (scene->answers == scene->wanted)
        loop_stop(&scene->loop);
}

void scene_dial(struct scene *scene, int port, const char *secret)
{
    char address[64];

    *scene = (struct scene){.facts = MUSTER__JOB_FACTS__INIT};
    if (loop_init(&scene->loop, NULL) || !(scene->rpc = rpc_new(&scene->loop, NULL)))
        abort();
    scene->guard = (struct timer){.call = guard_fires, .context = &scene->loop};
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    scene->channel = port ? rpc_dial(scene->rpc, address, secret) : NULL;
}

static void on_claim(void *context, const struct directory_claim *claim, struct visitor *visitor)
{
    struct scene *scene = context;

    CHECK_TEXT(claim->job, SCENE_JOB);
    CU_ASSERT(claim->attempt == SCENE_ATTEMPT);
    scene->claimed_slot = claim->slot;
    if (!strcmp(claim->token, "late"))
        scene->visitor = visitor;
    else
        directory_verified(visitor, strcmp(claim->token, "true") ? "that is not so" : NULL);
    if (scene->visitor && scene->wanted < 0)
        loop_stop(&scene->loop);
}

void scene_begin(struct scene *scene, const char *secret)
{
    const struct directory_settings settings = {
        .listen = "127.0.0.1:0", .verify = on_claim, .context = scene};
    const struct desk_settings desk = {.secret = SCENE_SECRET,
                                       .job = SCENE_JOB,
                                       .attempt = SCENE_ATTEMPT,
                                       .facts = &scene->facts,
                                       .reported = on_reported,
                                       .context = scene};
    char address[64];

    scene_dial(scene, 0, secret);
    scene->facts.replicas = SCENE_SLOTS;
    scene->facts.spec = (char *)SPEC;
    scene->directory = directory_open(scene->rpc, &settings, NULL);
    if (!scene->directory)
        abort();
    scene->desk = desk_open(scene->directory, &desk);
    snprintf(address, sizeof address, "127.0.0.1:%d", directory_port(scene->directory));
    scene->channel = rpc_dial(scene->rpc, address, secret);
}

void scene_end(struct scene *scene)
{
    rpc_hang_up(scene->channel);
    desk_close(scene->desk);
    directory_close(scene->directory);
    rpc_free(scene->rpc);
    loop_done(&scene->loop);
}

void scene_run(struct scene *scene, int answers)
{
    scene->wanted = answers;
    if (answers >= 0 && scene->answers >= answers)
        return;
    loop_timer(&scene->loop, &scene->guard, clock_now() + PATIENT);
    if (loop_run(&scene->loop, NULL))
        abort();
    loop_cancel(&scene->loop, &scene->guard);
}

void scene_ask_bytes(
    struct scene *scene, struct asked *asked, const char *path, const void *data, size_t size)
{
    const struct rpc_question question = {data, size, on_answer, asked};

    *asked = (struct asked){.scene = scene};
    asked->ask = rpc_ask(scene->channel, path, CLOCK_NEVER, &question);
}

void scene_ask(struct scene *scene,
               struct asked *asked,
               const char *path,
               const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(size + 1, 1);

    protobuf_c_message_pack(message, bytes);
    scene_ask_bytes(scene, asked, path, bytes, size);
}

void asked_done(struct asked *asked)
{
    rpc_ask_drop(asked->ask);
    free(asked->bytes);
}

void agent_fill(struct agent *agent, uint32_t slot, uint8_t life)
{
    muster__agent__init(&agent->packed);
    memset(agent->life, life, sizeof agent->life);
    snprintf(agent->address, sizeof agent->address, "127.0.0.1:%u", 7000 + (unsigned)slot);
    agent->packed.slot = slot;
    agent->packed.incarnation.data = agent->life;
    agent->packed.incarnation.len = sizeof agent->life;
    agent->packed.address = agent->address;
    agent->packed.node = (char *)"here";
    agent->packed.ranks = 2;
}

Muster__EnrollRequest enroll_request(struct agent *agent, bool patient)
{
    Muster__EnrollRequest request = MUSTER__ENROLL_REQUEST__INIT;

    request.job = (char *)SCENE_JOB;
    request.attempt = SCENE_ATTEMPT;
    request.agent = &agent->packed;
    request.patient = patient;
    return request;
}

void scene_enroll(struct scene *scene, struct asked *asked, uint32_t slot, bool patient)
{
    struct agent agent;
    Muster__EnrollRequest request;

    agent_fill(&agent, slot, 1);
    request = enroll_request(&agent, patient);
    scene_ask(scene, asked, SCENE_ENROLL, &request.base);
}

void scene_report(struct scene *scene, struct asked *asked, uint32_t slot, uint64_t generation)
{
    Muster__Report request = MUSTER__REPORT__INIT;
    Muster__View view = MUSTER__VIEW__INIT;
    Muster__Incident incident = MUSTER__INCIDENT__INIT;
    Muster__Incident *incidents[] = {&incident, &incident};
    struct agent agents[SCENE_SLOTS];
    Muster__Agent *members[SCENE_SLOTS];

    for (uint32_t i = 0; i < SCENE_SLOTS; i++) {
        agent_fill(&agents[i], i, 1);
        members[i] = &agents[i].packed;
    }
    view.generation = generation;
    view.members = members;
    view.n_members = SCENE_SLOTS;
    request.job = (char *)SCENE_JOB;
    request.attempt = SCENE_ATTEMPT;
    request.lead = members[slot];
    request.view = generation ? &view : NULL;
    request.text = (char *)"going well";
    request.incidents = incidents;
    request.n_incidents = 2;
    scene_ask(scene, asked, SCENE_REPORT, &request.base);
}

Muster__EnrollReply *asked_reply(const struct asked *asked)
{
    if (!asked->order || asked->status != RPC_OK)
        return NULL;
    return muster__enroll_reply__unpack(NULL, asked->size, asked->bytes);
}

bool asked_follows(const struct asked *asked, uint32_t slot)
{
    Muster__EnrollReply *reply = asked_reply(asked);
    struct agent agent;
    bool right;

    agent_fill(&agent, slot, 1);
    right = reply && !reply->wait && !reply->stand && reply->lead && reply->lead->slot == slot &&
            !strcmp(reply->lead->address, agent.address) && !strcmp(reply->lead->node, "here") &&
            reply->lead->ranks == 2 && reply->lead->incarnation.len == ENROLMENT_LIFE &&
            !memcmp(reply->lead->incarnation.data, agent.life, ENROLMENT_LIFE);
    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
    return right;
}

/* Whether it says only to wait, or only to stand, and what the job is. */
static bool asked_says(const struct asked *asked, bool stands)
{
    Muster__EnrollReply *reply = asked_reply(asked);
    bool right = reply && reply->wait == !stands && reply->stand == stands && !reply->lead &&
                 reply->facts && reply->facts->replicas == SCENE_SLOTS &&
                 !strcmp(reply->facts->spec, SPEC);

    if (reply)
        muster__enroll_reply__free_unpacked(reply, NULL);
    return right;
}

bool asked_waits(const struct asked *asked)
{
    return asked_says(asked, false);
}

bool asked_stands(const struct asked *asked)
{
    return asked_says(asked, true);
}

void scene_enroll_all(struct scene *scene)
{
    struct asked asked[SCENE_SLOTS];

    for (uint32_t slot = 0; slot < SCENE_SLOTS; slot++)
        scene_enroll(scene, &asked[slot], slot, false);
    scene_run(scene, scene->answers + SCENE_SLOTS);
    for (size_t i = 0; i < SCENE_SLOTS; i++)
        asked_done(&asked[i]);
}
