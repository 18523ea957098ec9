/* directory - the Directory service of one attempt of a job. */
#include "controller/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "controller/enrolment.h"
#include "controller/witness.h"

#define HOLD CLOCK_SECONDS(10) /* how long a patient question is held back */

/* A call whose answer is held back. */
struct waiting {
    struct waiting *next;
    struct directory *directory;
    struct rpc_call *call;
    uint32_t slot;
    int64_t since; /* that it is held back; 0 = it is not */
};

struct directory {
    struct directory_settings settings;
    struct loop *loop;
    struct rpc_server *server;
    struct enrolment enrolment;
    struct witness witness;
    struct waiting *waiting;
    struct timer hold;
    Muster__View *decided; /* the newest that was reported, or NULL */
    bool drain;
};

static void reply_send(struct rpc_call *call, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    CLEAN_FREE uint8_t *bytes = memory_get(1, size);

    protobuf_c_message_pack(message, bytes);
    if (size > RPC_MESSAGE) {
        rpc_end(call, RPC_EXHAUSTED, "the answer is larger than a message may be");
        return;
    }
    rpc_send(call, bytes, size);
    rpc_end(call, RPC_OK, "");
}

/* Whether a request is meant for this attempt of this job; if not, the call is refused. */
static bool meant(const struct directory *directory,
                  const char *job,
                  uint32_t attempt,
                  struct rpc_call *call)
{
    if (!strcmp(job, directory->settings.job) && attempt == directory->settings.attempt)
        return true;
    rpc_end(call, RPC_REFUSED, "another job or attempt");
    return false;
}

static bool agent_read(const Muster__Agent *packed, struct enrolled *agent)
{
    *agent = (struct enrolled){0};
    if (!packed || packed->slot >= ENROLMENT_SLOTS || packed->incarnation.len != ENROLMENT_LIFE ||
        strlen(packed->address) >= sizeof agent->address ||
        strlen(packed->node) >= sizeof agent->node)
        return false;
    memcpy(agent->life, packed->incarnation.data, ENROLMENT_LIFE);
    snprintf(agent->address, sizeof agent->address, "%s", packed->address);
    snprintf(agent->node, sizeof agent->node, "%s", packed->node);
    agent->ranks = packed->ranks;
    return true;
}

/* Enrolling. */

static void enrol_reply(struct directory *directory,
                        struct rpc_call *call,
                        enum enrolment_answer answer,
                        uint32_t lead)
{
    Muster__EnrollReply reply = MUSTER__ENROLL_REPLY__INIT;
    Muster__Agent agent = MUSTER__AGENT__INIT;
    struct enrolled *known = &directory->enrolment.slots[lead];

    reply.wait = answer == ENROLMENT_WAIT;
    reply.stand = answer == ENROLMENT_STAND;
    reply.facts = (Muster__JobFacts *)directory->settings.facts;
    reply.decided = directory->decided;
    if (answer == ENROLMENT_FOLLOW) {
        agent.slot = lead;
        agent.incarnation.data = known->life;
        agent.incarnation.len = ENROLMENT_LIFE;
        agent.address = known->address;
        agent.node = known->node;
        agent.ranks = known->ranks;
        reply.lead = &agent;
    }
    reply_send(call, &reply.base);
}

static void waiting_remove(struct waiting *waiting)
{
    struct waiting **at = &waiting->directory->waiting;

    while (*at != waiting)
        at = &(*at)->next;
    *at = waiting->next;
    free(waiting);
}

/* Answers a held question if that is its answer now; a wait is held longer, `due` receives when it
 * ends. */
static void waiting_answer(struct waiting *waiting, enum enrolment_answer wanted, int64_t *due)
{
    struct directory *directory = waiting->directory;
    uint32_t lead = 0;
    enum enrolment_answer answer = enrolment_answer(&directory->enrolment, waiting->slot, &lead);

    if (!waiting->since || answer != wanted)
        return;
    if (answer != ENROLMENT_WAIT || waiting->since + HOLD <= clock_now()) {
        enrol_reply(directory, waiting->call, answer, lead);
        waiting->since = 0;
    } else if (waiting->since + HOLD < *due) {
        *due = waiting->since + HOLD;
    }
}

/* Answers every held question that has an answer now, or was held long enough. The one who is to
 * stand hears first, so that it is awake when the others say hello. */
static void waiting_serve(struct directory *directory)
{
    static const enum enrolment_answer order[] = {
        ENROLMENT_STAND, ENROLMENT_FOLLOW, ENROLMENT_WAIT};
    int64_t due = CLOCK_NEVER;

    for (size_t turn = 0; turn < sizeof order / sizeof *order; turn++) {
        for (struct waiting *waiting = directory->waiting; waiting; waiting = waiting->next)
            waiting_answer(waiting, order[turn], &due);
    }
    loop_timer(directory->loop, &directory->hold, due);
}

static void on_hold(void *context)
{
    waiting_serve(context);
}

static void enrol_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct waiting *waiting = context;
    struct directory *directory = waiting->directory;
    Muster__EnrollRequest *request = muster__enroll_request__unpack(NULL, size, data);
    struct enrolled agent;
    uint32_t lead = 0;
    enum enrolment_answer answer;

    if (!request || !agent_read(request->agent, &agent)) {
        rpc_end(call, RPC_REFUSED, "malformed request");
    } else if (meant(directory, request->job, request->attempt, call)) {
        waiting->slot = request->agent->slot;
        if (enrolment_enroll(&directory->enrolment, waiting->slot, &agent)) {
            rpc_end(call, RPC_REFUSED, "the job has no such slot");
        } else if (request->patient) {
            waiting->since = clock_now();
            waiting_serve(directory);
        } else {
            answer = enrolment_answer(&directory->enrolment, waiting->slot, &lead);
            /* Whoever can stand is told when it asks patiently: then all others can be told too. */
            if (answer == ENROLMENT_STAND)
                answer = ENROLMENT_WAIT;
            enrol_reply(directory, call, answer, lead);
            waiting_serve(directory);
        }
    }
    if (request)
        muster__enroll_request__free_unpacked(request, NULL);
}

static void enrol_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)call;
    (void)status;
    (void)reason;
    waiting_remove(context);
}

static const struct rpc_events enrol_events = {enrol_message, enrol_ended};

static void on_enrol(void *context, struct rpc_call *call)
{
    struct directory *directory = context;
    struct waiting *waiting = memory_get(1, sizeof *waiting);

    waiting->directory = directory;
    waiting->call = call;
    waiting->next = directory->waiting;
    directory->waiting = waiting;
    rpc_accept(call, &enrol_events, waiting);
}

/* Reports. */

static void view_take(struct directory *directory, const Muster__View *view)
{
    struct enrolment *enrolment = &directory->enrolment;
    struct enrolled member;
    size_t size;
    CLEAN_FREE uint8_t *bytes = NULL;

    if (!view || view->n_members > ENROLMENT_SLOTS ||
        !enrolment_view_is_new(enrolment, view->generation))
        return;
    enrolment->view.generation = view->generation;
    enrolment->view.count = 0;
    for (size_t i = 0; i < view->n_members; i++) {
        uint32_t place = enrolment->view.count;

        if (!agent_read(view->members[i], &member))
            continue;
        enrolment->view.slots[place] = view->members[i]->slot;
        memcpy(enrolment->view.lives[place], member.life, ENROLMENT_LIFE);
        enrolment->view.count++;
    }
    size = muster__view__get_packed_size(view);
    bytes = memory_get(1, size);
    muster__view__pack(view, bytes);
    if (directory->decided)
        muster__view__free_unpacked(directory->decided, NULL);
    directory->decided = muster__view__unpack(NULL, size, bytes);
}

static void report_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct directory *directory = context;
    Muster__Report *report = muster__report__unpack(NULL, size, data);
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;
    struct enrolled lead;

    if (!report || !agent_read(report->lead, &lead)) {
        rpc_end(call, RPC_REFUSED, "malformed report");
    } else if (meant(directory, report->job, report->attempt, call)) {
        enrolment_led(&directory->enrolment, report->lead->slot, lead.life);
        view_take(directory, report->view);
        directory->settings.reported(directory->settings.context, report);
        reply.drain = directory->drain;
        reply.incidents = (uint32_t)report->n_incidents;
        reply.decided = directory->decided;
        reply_send(call, &reply.base);
        waiting_serve(directory);
    }
    if (report)
        muster__report__free_unpacked(report, NULL);
}

static void nothing_ended(void *context, struct rpc_call *call, int status, const char *reason)
{
    (void)context;
    (void)call;
    (void)status;
    (void)reason;
}

static const struct rpc_events report_events = {report_message, nothing_ended};

static void on_report(void *context, struct rpc_call *call)
{
    rpc_accept(call, &report_events, context);
}

/* The witness. */

static void witness_message(void *context, struct rpc_call *call, const void *data, size_t size)
{
    struct directory *directory = context;
    Muster__WitnessRequest *request = muster__witness_request__unpack(NULL, size, data);
    Muster__WitnessReply *reply = memory_get(1, sizeof *reply);

    muster__witness_reply__init(reply);
    if (!request)
        rpc_end(call, RPC_REFUSED, "malformed request");
    else if (meant(directory, request->job, request->attempt, call)) {
        if (witness_step(&directory->witness, request, reply))
            rpc_end(call, RPC_REFUSED, "malformed request");
        else
            reply_send(call, &reply->base);
    }
    muster__witness_reply__free_unpacked(reply, NULL);
    if (request)
        muster__witness_request__free_unpacked(request, NULL);
}

static const struct rpc_events witness_events = {witness_message, nothing_ended};

static void on_witness(void *context, struct rpc_call *call)
{
    rpc_accept(call, &witness_events, context);
}

static const struct rpc_method methods[] = {{"/muster.Directory/Enroll", on_enrol},
                                            {"/muster.Directory/Report", on_report},
                                            {"/muster.Directory/Witness", on_witness}};

struct directory *directory_open(struct rpc *rpc,
                                 const struct directory_settings *settings,
                                 struct error *error)
{
    struct directory *directory = memory_get(1, sizeof *directory);
    struct rpc_service service = {
        .methods = methods, .method_count = sizeof methods / sizeof *methods, .context = directory};

    directory->settings = *settings;
    directory->loop = rpc_loop(rpc);
    directory->enrolment.replicas = settings->facts->replicas;
    directory->hold = (struct timer){.call = on_hold, .context = directory};
    directory->server = rpc_serve(rpc, settings->listen, settings->secret, &service, error);
    if (directory->server)
        return directory;
    free(directory);
    return NULL;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    rpc_stop(directory->server);
    while (directory->waiting)
        waiting_remove(directory->waiting);
    loop_cancel(directory->loop, &directory->hold);
    witness_done(&directory->witness);
    if (directory->decided)
        muster__view__free_unpacked(directory->decided, NULL);
    free(directory);
}

int directory_port(const struct directory *directory)
{
    return rpc_port(directory->server);
}

void directory_gone(struct directory *directory, uint32_t slot)
{
    enrolment_gone(&directory->enrolment, slot, NULL);
}

void directory_drain(struct directory *directory)
{
    directory->drain = true;
}

bool directory_quorum_lost(const struct directory *directory)
{
    return enrolment_quorum_lost(&directory->enrolment);
}

bool directory_there(const struct directory *directory, uint32_t slot)
{
    return slot < ENROLMENT_SLOTS && directory->enrolment.slots[slot].there;
}
