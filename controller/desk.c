/* desk - what the Directory service holds of one attempt of a job. */
#include "controller/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "controller/reply.h"

#define HOLD CLOCK_SECONDS(10) /* how long a patient question is held back */

static bool agent_read(const Muster__Agent *packed, struct enrolled *agent)
{
    *agent = (struct enrolled){0};
    if (!desk_accepts(packed))
        return false;
    memcpy(agent->life, packed->incarnation.data, ENROLMENT_LIFE);
    snprintf(agent->address, sizeof agent->address, "%s", packed->address);
    snprintf(agent->node, sizeof agent->node, "%s", packed->node);
    agent->ranks = packed->ranks;
    return true;
}

bool desk_accepts(const Muster__Agent *agent)
{
    return agent && agent->slot < ENROLMENT_SLOTS && agent->incarnation.len == ENROLMENT_LIFE &&
           strlen(agent->address) < ENROLMENT_ADDRESS && strlen(agent->node) < ENROLMENT_NODE;
}

static void view_take(struct desk *desk, const Muster__View *view);

/* Enrolling. */

static void enroll_reply(struct visitor *visitor, enum enrolment_answer answer, uint32_t lead)
{
    struct desk *desk = visitor->desk;
    struct enrolled *known = &desk->enrolment.slots[lead];
    Muster__EnrollReply reply = MUSTER__ENROLL_REPLY__INIT;
    Muster__Agent agent = MUSTER__AGENT__INIT;

    reply.wait = answer == ENROLMENT_WAIT;
    reply.stand = answer == ENROLMENT_STAND;
    reply.facts = (Muster__JobFacts *)desk->settings.facts;
    reply.decided = desk->decided;
    if (visitor->certificate.size) {
        reply.certificate = visitor->certificate.data;
        reply.trust = visitor->trust.data;
    }
    if (answer == ENROLMENT_FOLLOW) {
        agent.slot = lead;
        agent.incarnation.data = known->life;
        agent.incarnation.len = ENROLMENT_LIFE;
        agent.address = known->address;
        agent.node = known->node;
        agent.ranks = known->ranks;
        reply.lead = &agent;
    }
    visitor->since = 0;
    reply_send(visitor->call, &reply.base);
}

/* Answers a held question if that is its answer now; a wait is held longer, `due` receives when it
 * ends. */
static void visitor_answer(struct visitor *visitor, enum enrolment_answer wanted, int64_t *due)
{
    uint32_t lead = 0;
    enum enrolment_answer answer =
        enrolment_answer(&visitor->desk->enrolment, visitor->request->agent->slot, &lead);

    if (answer != wanted)
        return;
    if (answer != ENROLMENT_WAIT || visitor->since + HOLD <= clock_now())
        enroll_reply(visitor, answer, lead);
    else if (visitor->since + HOLD < *due)
        *due = visitor->since + HOLD;
}

/* Answers every held question that has an answer now, or was held long enough. The one who is to
 * stand hears first, so that it is awake when the others say hello. */
static void visitors_serve(struct desk *desk)
{
    static const enum enrolment_answer order[] = {
        ENROLMENT_STAND, ENROLMENT_FOLLOW, ENROLMENT_WAIT};
    int64_t due = CLOCK_NEVER;

    for (size_t turn = 0; turn < sizeof order / sizeof *order; turn++) {
        for (struct visitor *visitor = desk->visitors; visitor; visitor = visitor->next) {
            if (visitor->since)
                visitor_answer(visitor, order[turn], &due);
        }
    }
    loop_timer(desk->loop, &desk->hold, due);
}

static void on_hold(void *context)
{
    visitors_serve(context);
}

void desk_enroll(struct desk *desk, struct visitor *visitor)
{
    uint32_t slot = visitor->request->agent->slot;
    struct enrolled agent;
    uint32_t lead = 0;
    enum enrolment_answer answer;

    if (!agent_read(visitor->request->agent, &agent) ||
        enrolment_enroll(&desk->enrolment, slot, &agent)) {
        rpc_end(visitor->call, RPC_REFUSED, "the job has no such slot");
        return;
    }
    /* A spare may be the only one left who has heard of the view that others are electors of. */
    view_take(desk, visitor->request->decided);
    if (visitor->request->patient) {
        visitor->since = clock_now();
    } else {
        answer = enrolment_answer(&desk->enrolment, slot, &lead);
        /* Whoever can stand is told when it asks patiently: then all others can be told too. */
        if (answer == ENROLMENT_STAND)
            answer = ENROLMENT_WAIT;
        enroll_reply(visitor, answer, lead);
    }
    visitors_serve(desk);
}

/* Reports. */

static void view_take(struct desk *desk, const Muster__View *view)
{
    struct enrolled member;
    size_t size;
    CLEAN_FREE uint8_t *bytes = NULL;

    if (!view || view->n_members > ENROLMENT_SLOTS ||
        !enrolment_view_is_new(&desk->enrolment, view->generation))
        return;
    enrolment_view_begin(&desk->enrolment, view->generation);
    for (size_t i = 0; i < view->n_members; i++) {
        if (!agent_read(view->members[i], &member))
            continue;
        enrolment_learn(&desk->enrolment, view->members[i]->slot, &member);
        enrolment_view_add(&desk->enrolment, view->members[i]->slot, member.life);
    }
    size = muster__view__get_packed_size(view);
    bytes = memory_get(1, size);
    muster__view__pack(view, bytes);
    if (desk->decided)
        muster__view__free_unpacked(desk->decided, NULL);
    desk->decided = muster__view__unpack(NULL, size, bytes);
}

/* Before the first view, or when it has enrolled with an earlier life of this directory, a lead is
 * known by its reports alone. One that knows less of the views than others may be late. */
static void lead_learn(struct desk *desk, const Muster__Report *report, const struct enrolled *lead)
{
    uint64_t generation = report->view ? report->view->generation : 0;

    if (generation == desk->enrolment.view.generation)
        enrolment_learn(&desk->enrolment, report->lead->slot, lead);
}

void desk_report(struct desk *desk, struct rpc_call *call, const Muster__Report *report)
{
    Muster__ReportReply reply = MUSTER__REPORT_REPLY__INIT;
    struct enrolled lead;

    if (!agent_read(report->lead, &lead)) {
        rpc_end(call, RPC_REFUSED, "malformed report");
        return;
    }
    view_take(desk, report->view);
    lead_learn(desk, report, &lead);
    enrolment_led(&desk->enrolment, report->lead->slot, lead.life);
    desk->settings.reported(desk->settings.context, report);
    reply.drain = desk->drain;
    reply.incidents = (uint32_t)report->n_incidents;
    reply.decided = desk->decided;
    reply_send(call, &reply.base);
    visitors_serve(desk);
}

/* Beginning, end, and what the owner asks. */

void desk_init(struct desk *desk, struct loop *loop, const struct desk_settings *settings)
{
    *desk = (struct desk){
        .settings = *settings, .loop = loop, .hold = {.call = on_hold, .context = desk}};
    enrolment_init(&desk->enrolment, settings->facts->replicas, settings->facts->spares);
    votes_init(&desk->votes, settings->kept, settings->keep, settings->context);
}

void desk_done(struct desk *desk)
{
    loop_cancel(desk->loop, &desk->hold);
    votes_done(&desk->votes);
    enrolment_done(&desk->enrolment);
    if (desk->decided)
        muster__view__free_unpacked(desk->decided, NULL);
}

void desk_gone(struct desk *desk, uint32_t slot)
{
    enrolment_gone(&desk->enrolment, slot, NULL);
}

void desk_drain(struct desk *desk)
{
    desk->drain = true;
}

bool desk_quorum_lost(const struct desk *desk)
{
    return enrolment_quorum_lost(&desk->enrolment);
}

const struct witness_record *desk_wanted(const struct desk *desk)
{
    return desk->votes.wanting ? &desk->votes.wanted : NULL;
}

void desk_kept(struct desk *desk, const struct witness_record *kept)
{
    votes_kept(&desk->votes, kept);
}
