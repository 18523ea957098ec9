/* lobby - a directory on loopback, and agents that ask it. */
#include "lobby.h"

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
    struct lobby *lobby = context;

    lobby->reports++;
    snprintf(lobby->report_text, sizeof lobby->report_text, "%s", report->text);
}

static void on_answer(void *context, int status, const char *reason, const void *data, size_t size)
{
    struct asked *asked = context;
    struct lobby *lobby = asked->lobby;

    asked->ask = NULL;
    asked->order = ++lobby->answers;
    asked->status = status;
    snprintf(asked->reason, sizeof asked->reason, "%s", reason);
    asked->bytes = memory_get(size + 1, 1);
    if (size)
        memcpy(asked->bytes, data, size);
    asked->size = size;
    if (lobby->answers == lobby->wanted)
        loop_stop(&lobby->loop);
}

/* Dials the directory at a port as those do who enrol. */
static void channel_make(struct lobby *lobby, int port, const char *token)
{
    const struct rpc_identity none = passport_none();

    snprintf(lobby->address, sizeof lobby->address, "127.0.0.1:%d", port);
    lobby->channel = rpc_dial(lobby->rpc, lobby->address, MEMBER_NAME_DIRECTORY, &none);
    rpc_channel_credential(lobby->channel, token);
}

void lobby_dial(struct lobby *lobby, int port, const char *token)
{
    *lobby = (struct lobby){.facts = MUSTER__JOB_FACTS__INIT, .authority = passport_authority()};
    if (loop_init(&lobby->loop, NULL) || !(lobby->rpc = rpc_new(&lobby->loop, NULL)))
        abort();
    lobby->guard = (struct timer){.call = guard_fires, .context = &lobby->loop};
    if (port)
        channel_make(lobby, port, token);
}

void lobby_as_named(struct lobby *lobby, const char *name)
{
    struct lobby_caller *caller = lobby->callers;

    lobby->caller = NULL;
    if (!name)
        return;
    while (caller < lobby->callers + lobby->caller_count && strcmp(caller->name, name) != 0)
        caller++;
    if (caller == lobby->callers + lobby->caller_count) {
        CU_ASSERT_FATAL(lobby->caller_count < LOBBY_CALLERS);
        lobby->caller_count++;
        snprintf(caller->name, sizeof caller->name, "%s", name);
        passport_make_by(&caller->passport, lobby->authority, name);
        caller->channel =
            rpc_dial(lobby->rpc, lobby->address, MEMBER_NAME_DIRECTORY, &caller->passport.identity);
    }
    lobby->caller = caller->channel;
}

void lobby_as(struct lobby *lobby, uint32_t slot, uint8_t life)
{
    char name[CERTIFICATE_NAME];

    passport_member(name, LOBBY_JOB, LOBBY_ATTEMPT, slot, life);
    lobby_as_named(lobby, name);
}

void lobby_hang_up(struct lobby *lobby)
{
    rpc_hang_up(lobby->channel);
    lobby->channel = NULL;
    while (lobby->caller_count) {
        struct lobby_caller *caller = &lobby->callers[--lobby->caller_count];

        rpc_hang_up(caller->channel);
        passport_done(&caller->passport);
    }
}

static void on_refused(void *context, const char *why)
{
    struct lobby *lobby = context;

    snprintf(lobby->refused, sizeof lobby->refused, "%s", why);
}

static void on_claim(void *context, const struct directory_claim *claim, struct visitor *visitor)
{
    struct lobby *lobby = context;

    CHECK_TEXT(claim->job, LOBBY_JOB);
    CU_ASSERT(claim->attempt == LOBBY_ATTEMPT);
    lobby->claimed_slot = claim->slot;
    if (!strcmp(claim->token, "late"))
        lobby->visitor = visitor;
    else
        directory_verified(visitor, strcmp(claim->token, "true") ? "that is not so" : NULL);
    if (lobby->visitor && lobby->wanted < 0)
        loop_stop(&lobby->loop);
}

void lobby_begin(struct lobby *lobby, const char *token)
{
    const struct directory_settings settings = {
        .listen = "127.0.0.1:0", .verify = on_claim, .refused = on_refused, .context = lobby};
    const struct desk_settings desk = {.job = LOBBY_JOB,
                                       .attempt = LOBBY_ATTEMPT,
                                       .facts = &lobby->facts,
                                       .reported = on_reported,
                                       .context = lobby};

    lobby_dial(lobby, 0, token);
    lobby->facts.replicas = LOBBY_SLOTS;
    lobby->facts.spec = (char *)SPEC;
    lobby->directory = directory_open(lobby->rpc, &settings, NULL);
    if (!lobby->directory)
        abort();
    lobby->desk = desk_open(lobby->directory, &desk);
    directory_authority(lobby->directory, lobby->authority);
    channel_make(lobby, directory_port(lobby->directory), token);
    lobby_as(lobby, 0, 1);
}

void lobby_end(struct lobby *lobby)
{
    lobby_hang_up(lobby);
    desk_close(lobby->desk);
    directory_close(lobby->directory);
    rpc_free(lobby->rpc);
    loop_done(&lobby->loop);
}

void lobby_run(struct lobby *lobby, int answers)
{
    lobby->wanted = answers;
    if (answers >= 0 && lobby->answers >= answers)
        return;
    loop_timer(&lobby->loop, &lobby->guard, clock_now() + PATIENT);
    if (loop_run(&lobby->loop, NULL))
        abort();
    loop_cancel(&lobby->loop, &lobby->guard);
}

void lobby_ask_bytes(
    struct lobby *lobby, struct asked *asked, const char *path, const void *data, size_t size)
{
    const struct rpc_question question = {data, size, on_answer, asked};
    bool known = lobby->caller && (!strcmp(path, LOBBY_REPORT) || !strcmp(path, LOBBY_WITNESS));

    *asked = (struct asked){.lobby = lobby};
    asked->ask = rpc_ask(known ? lobby->caller : lobby->channel, path, CLOCK_NEVER, &question);
}

void lobby_ask(struct lobby *lobby,
               struct asked *asked,
               const char *path,
               const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(size + 1, 1);

    protobuf_c_message_pack(message, bytes);
    lobby_ask_bytes(lobby, asked, path, bytes, size);
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

    request.job = (char *)LOBBY_JOB;
    request.attempt = LOBBY_ATTEMPT;
    request.agent = &agent->packed;
    request.patient = patient;
    return request;
}

void lobby_enroll(struct lobby *lobby, struct asked *asked, uint32_t slot, bool patient)
{
    struct agent agent;
    Muster__EnrollRequest request;

    agent_fill(&agent, slot, 1);
    request = enroll_request(&agent, patient);
    lobby_ask(lobby, asked, LOBBY_ENROLL, &request.base);
}

void lobby_report(struct lobby *lobby, struct asked *asked, uint32_t slot, uint64_t generation)
{
    Muster__Report request = MUSTER__REPORT__INIT;
    Muster__View view = MUSTER__VIEW__INIT;
    Muster__Incident incident = MUSTER__INCIDENT__INIT;
    Muster__Incident *incidents[] = {&incident, &incident};
    struct agent agents[LOBBY_SLOTS];
    Muster__Agent *members[LOBBY_SLOTS];

    for (uint32_t i = 0; i < LOBBY_SLOTS; i++) {
        agent_fill(&agents[i], i, 1);
        members[i] = &agents[i].packed;
    }
    view.generation = generation;
    view.members = members;
    view.n_members = LOBBY_SLOTS;
    request.job = (char *)LOBBY_JOB;
    request.attempt = LOBBY_ATTEMPT;
    request.lead = members[slot];
    request.view = generation ? &view : NULL;
    request.text = (char *)"going well";
    request.incidents = incidents;
    request.n_incidents = 2;
    lobby_as(lobby, slot, 1);
    lobby_ask(lobby, asked, LOBBY_REPORT, &request.base);
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
                 reply->facts && reply->facts->replicas == LOBBY_SLOTS &&
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

void lobby_enroll_all(struct lobby *lobby)
{
    struct asked asked[LOBBY_SLOTS];

    for (uint32_t slot = 0; slot < LOBBY_SLOTS; slot++)
        lobby_enroll(lobby, &asked[slot], slot, false);
    lobby_run(lobby, lobby->answers + LOBBY_SLOTS);
    for (size_t i = 0; i < LOBBY_SLOTS; i++)
        asked_done(&asked[i]);
}

bool asked_voted(const struct asked *asked, bool granted, uint64_t promised)
{
    Muster__WitnessReply *reply =
        asked->bytes ? muster__witness_reply__unpack(NULL, asked->size, asked->bytes) : NULL;
    bool so = reply && reply->granted == granted && reply->promised == promised;

    if (reply)
        muster__witness_reply__free_unpacked(reply, NULL);
    return so && asked->order > 0 && asked->status == RPC_OK;
}
