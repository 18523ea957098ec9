/* town - the controller, an API server that keeps jobs and pods, and agents, on one loop. */
#include "town.h"

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/net.h"
#include "controller/tree.h"
#include "kube/cluster.h"
#include "kube/object.h"
#include "scene.h"
#include "support/check.h"
#include "support/mint.h"
#include "town_server.h"

#define PATIENCE CLOCK_SECONDS(60)
#define GLANCE   CLOCK_MS(1)

/* Waiting. */

static void on_guard(void *context)
{
    struct town *town = context;

    CU_FAIL("the town waits for something that does not come");
    printf("\nIt was asked:\n%s", text_string(&town->asked));
    loop_stop(&town->controller.loop);
}

static void on_look(void *context)
{
    struct town *town = context;

    if (town->holds(town))
        loop_stop(&town->controller.loop);
    else
        loop_timer(&town->controller.loop, &town->look, clock_now() + GLANCE);
}

void town_until(struct town *town, bool (*holds)(struct town *town))
{
    struct loop *loop = &town->controller.loop;

    town->holds = holds;
    loop_timer(loop, &town->guard, clock_now() + PATIENCE);
    loop_timer(loop, &town->look, clock_now());
    CU_ASSERT(loop_run(loop, NULL) == 0);
    loop_cancel(loop, &town->guard);
    loop_cancel(loop, &town->look);
}

/* Every pod has the same address, and one agent there, that of both slots. */

static void standing_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct town *town = context;
    Muster__StandingRequest *request = muster__standing_request__unpack(NULL, size, data);
    Muster__StandingReply reply = MUSTER__STANDING_REPLY__INIT;
    uint8_t bytes[32];

    if (!request)
        abort();
    CHECK_TEXT(request->job, "job-uid");
    CU_ASSERT(request->attempt == 1);
    CHECK_TEXT(rpc_peer(call), MEMBER_NAME_DIRECTORY);
    muster__standing_request__free_unpacked(request, NULL);
    town->asked_members++;
    if (town->members_say == TOWN_MUTE)
        return;
    reply.running = town->members_say == TOWN_TRAINS;
    if (town->members_say == TOWN_BABBLES)
        rpc_send(call, "\377\377", 2);
    else
        rpc_send(call, bytes, muster__standing_reply__pack(&reply, bytes));
    rpc_end(call, RPC_OK, "");
}

static void standing_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static void on_standing(void *context, struct rpc_call *call)
{
    static const struct rpc_events events = {standing_message, standing_ended};

    rpc_accept(call, &events, context);
}

static void members_serve(struct town *town)
{
    static const struct rpc_method methods[] = {{"/muster.Member/Standing", on_standing}};
    const struct rpc_service service = {.methods = methods, .method_count = 1, .context = town};
    struct controller *controller = &town->controller;
    char names[2][CERTIFICATE_NAME];
    struct passport passport;

    for (uint32_t slot = 0; slot < 2; slot++) {
        struct member_name name;

        CU_ASSERT_FATAL(member_name_make(&name, "job-uid", 1, slot) == 0);
        member_name_place(&name, names[slot]);
    }
    passport_make_two(&passport, &controller->keyring.authority, names[0], names[1]);
    town->members = rpc_serve(controller->rpc, "127.0.0.1:0", &passport.identity, &service, NULL);
    passport_done(&passport);
    CU_ASSERT_FATAL(town->members != NULL);
    controller->agent_port = rpc_port(town->members);
}

/* Beginning and end. */

static void arguments_fill(struct arguments *arguments)
{
    arguments->listen = "127.0.0.1:0";
    arguments->http = "127.0.0.1:0";
    arguments->directory = "10.0.0.10:7070";
    arguments->agent_image = "registry.example/muster-agent:1";
    arguments->trainer_image = "registry.example/muster-trainer:1";
    arguments->pod = "muster-controller-x";
    arguments->log_level = LOG_LEVEL_ERROR;
}

void town_open_so(struct town *town)
{
    CLEAN(cluster) struct cluster cluster = {0};
    struct controller *controller = &town->controller;
    struct error error = {""};

    signal(SIGPIPE, SIG_IGN);
    arguments_fill(&town->arguments);
    controller->arguments = &town->arguments;
    controller->log = (struct log){town->arguments.log_level, "controller"};
    if (loop_init(&controller->loop, NULL))
        abort();
    town->guard = (struct timer){.call = on_guard, .context = town};
    town->look = (struct timer){.call = on_look, .context = town};
    town_server_begin(town);
    cluster.server = memory_text(api_server_url(town->server));
    cluster.space = memory_text("muster");
    CU_ASSERT_FATAL(controller_begin(controller, &cluster, &error) == 0);
    if (controller->keyring.ready)
        members_serve(town);
    town->agents = (struct lobby){
        .wanted = -1, .rpc = controller->rpc, .authority = &controller->keyring.authority};
}

void town_open(struct town *town)
{
    *town = (struct town){.version = 0};
    town->arguments.own_authority = true;
    town_open_so(town);
}

void town_close(struct town *town)
{
    lobby_hang_up(&town->agents);
    if (town->members)
        rpc_stop(town->members);
    controller_end(&town->controller);
    town_server_end(town);
    loop_done(&town->controller.loop);
    text_done(&town->page);
}

/* Jobs. */

void town_job(struct town *town)
{
    cJSON *job = scene_file("base", "job.json");

    tree_put_number(tree_open_object(job, "spec"), "replicas", 2);
    town_add(town, &town->jobs, job);
}

static bool pods_are_made(struct town *town)
{
    return town_object(&town->pods, "digits-1-0-0") && town_object(&town->pods, "digits-1-1-0");
}

static bool pods_are_known(struct town *town)
{
    struct dossier *dossier = town_dossier(town);
    size_t running = 0;

    for (size_t i = 0; dossier && i < dossier->pod_count; i++)
        running += dossier->pods[i]->record.phase == POD_RUNNING;
    return running == 2;
}

void town_job_runs(struct town *town)
{
    static const char runs[] =
        "{\"spec\":{\"nodeName\":\"node-a\"},\"status\":{\"phase\":"
        "\"Running\",\"podIP\":\"127.0.0.1\",\"conditions\":[{\"type\":\"Ready\",\"status\":"
        "\"True\"}]}}";

    town_job(town);
    town_until(town, pods_are_made);
    town_change(town, &town->pods, "digits-1-0-0", runs);
    town_change(town, &town->pods, "digits-1-1-0", runs);
    town_until(town, pods_are_known);
}

struct dossier *town_dossier(struct town *town)
{
    return dossier_find(&town->controller, "job-uid");
}

/* Readers. */

static void on_page(void *context, uint32_t events)
{
    struct town *town = context;
    char bytes[4096];
    ssize_t got = read(town->reader.descriptor, bytes, sizeof bytes);

    (void)events;
    if (got > 0)
        text_add_bytes(&town->page, bytes, (size_t)got);
    else
        town->page_ended = true;
}

static bool page_is_whole(struct town *town)
{
    return town->page_ended;
}

const char *town_page(struct town *town, const char *path)
{
    struct loop *loop = &town->controller.loop;
    CLEAN(text) struct text request = {0};
    char address[64];
    CLEAN_FD int descriptor = -1;

    snprintf(address, sizeof address, "127.0.0.1:%d", http_port(town->controller.http));
    descriptor = net_connect(address, NULL);
    CU_ASSERT_FATAL(descriptor >= 0);
    text_addf(&request, "GET %s HTTP/1.1\r\n\r\n", path);
    text_clear(&town->page);
    town->page_ended = false;
    town->reader = (struct watch){.call = on_page, .context = town};
    CU_ASSERT(write(descriptor, request.data, request.size) == (ssize_t)request.size);
    CU_ASSERT(loop_add(loop, &town->reader, descriptor, EPOLLIN, NULL) == 0);
    town_until(town, page_is_whole);
    loop_remove(loop, &town->reader);
    return text_string(&town->page);
}

/* Agents. */

static bool is_answered(struct town *town)
{
    return town->agents.answers >= town->answers;
}

void town_answers(struct town *town, int count)
{
    town->answers = count;
    town_until(town, is_answered);
}

/* Dials the directory, who is believed from the authority that there is now. */
static void agents_dial(struct town *town)
{
    struct lobby *agents = &town->agents;
    const struct rpc_identity none = {.trust = text_string(&town->controller.keyring.trust)};

    if (agents->channel)
        return;
    snprintf(agents->address,
             sizeof agents->address,
             "127.0.0.1:%d",
             directory_port(town->controller.directory));
    agents->channel = rpc_dial(agents->rpc, agents->address, MEMBER_NAME_DIRECTORY, &none);
}

void town_as(struct town *town, uint32_t slot, uint8_t life)
{
    char name[CERTIFICATE_NAME];

    agents_dial(town);
    passport_member(name, "job-uid", 1, slot, life);
    lobby_as_named(&town->agents, name);
}

void town_enrol(struct town *town, struct asked *asked, uint32_t slot, const char *credential)
{
    struct agent agent;
    Muster__EnrollRequest request;

    agent_fill(&agent, slot, 1);
    request = enroll_request(&agent, false);
    request.job = (char *)"job-uid";
    request.attempt = 1;
    agents_dial(town);
    rpc_channel_credential(town->agents.channel, credential);
    lobby_ask(&town->agents, asked, LOBBY_ENROLL, &request.base);
}

void town_report(struct town *town, struct asked *asked, const uint32_t *missing, size_t count)
{
    Muster__Report report = MUSTER__REPORT__INIT;
    Muster__View view = MUSTER__VIEW__INIT;
    struct agent agents[2];
    Muster__Agent *members[] = {&agents[0].packed, &agents[1].packed};

    for (uint32_t slot = 0; slot < 2; slot++)
        agent_fill(&agents[slot], slot, 1);
    view.generation = 1;
    view.members = members;
    view.n_members = 2;
    report.job = (char *)"job-uid";
    report.attempt = 1;
    report.lead = members[0];
    report.view = &view;
    report.missing = (uint32_t *)missing;
    report.n_missing = count;
    town_as(town, 0, 1);
    lobby_ask(&town->agents, asked, LOBBY_REPORT, &report.base);
}

/* Tokens. */

char *town_token_so(const struct town *town, const char *pod, const char *what, const char *with)
{
    const cJSON *object = town_object(&town->pods, pod);
    long long now = (long long)time(NULL);
    CLEAN(text) struct text claims = {0};
    CLEAN_FREE char *changed = NULL;

    CU_ASSERT_FATAL(object != NULL);
    text_addf(
        &claims,
        "{\"aud\":[\"muster.dev\"],\"exp\":%lld,\"nbf\":%lld,\"iss\":\"" TOWN_ISSUER
        "\",\"kubernetes.io\":{\"namespace\":\"%s\",\"pod\":{\"name\":\"%s\",\"uid\":\"%s\"}}}",
        now + 3600,
        now - 60,
        object_namespace(object),
        pod,
        object_uid(object));
    changed = check_replaced(claims.data, what, with);
    return mint_token(town->mint, changed);
}

char *town_token(const struct town *town, const char *pod)
{
    return town_token_so(town, pod, "", "");
}

void town_mint(struct town *town, const char *name)
{
    mint_free(town->mint);
    town->mint = mint_new("ES256", name);
}
