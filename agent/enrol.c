/* enrol - the directory's answers: facts of the job, whom to follow, the witness's vote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define ASK_AGAIN CLOCK_MS(200) /* when the directory does not answer */

void enrol_ask(struct agent *agent, int64_t due)
{
    loop_timer(&agent->loop, &agent->enroll_timer, due);
}

/* Says once that the directory is away, and once that it is back. */
static void away_note(struct agent *agent, bool away, const char *reason)
{
    if (away && !agent->directory_away)
        log_warning(&agent->log, "the directory does not answer: %s", reason);
    if (!away && agent->directory_away)
        log_info(&agent->log, "the directory answers again");
    agent->directory_away = away;
}

/* Keeps the spec where every rank can read it from the beginning. */
static int spec_keep(struct agent *agent, const char *spec, struct error *error)
{
    size_t size = strlen(spec);
    int descriptor = file_memory("muster-spec", 0, error);

    if (descriptor < 0)
        return -1;
    if (file_put(descriptor, spec, size)) {
        close(descriptor);
        return error_errno(error, "cannot keep the spec");
    }
    agent->facts.spec = descriptor;
    return 0;
}

static void facts_take(struct agent *agent, const Muster__JobFacts *facts)
{
    struct agent_facts *known = &agent->facts;
    struct error error;

    if (known->known || !facts->replicas || facts->replicas > VIEW_MEMBERS)
        return;
    if (spec_keep(agent, facts->spec, &error)) {
        log_error(&agent->log, "%s", error.text);
        return;
    }
    known->lead.replicas = facts->replicas;
    known->lead.ranks = agent->ranks.count;
    known->lead.start = CLOCK_MS(facts->start_milliseconds);
    known->lead.answer = MEMBER_PATIENCE / 3;
    known->lead.rank_budget = facts->rank_budget;
    known->lead.rank_window = CLOCK_SECONDS(facts->rank_window_seconds);
    known->lead.pod_budget = facts->pod_budget;
    known->lead.pod_window = CLOCK_SECONDS(facts->pod_window_seconds);
    known->report_every = CLOCK_MS(facts->report_milliseconds ? facts->report_milliseconds : 10000);
    known->checkpoint_directory = memory_text(facts->checkpoint_directory);
    known->known = true;
    agent->member.form_patience = known->lead.start + MEMBER_PATIENCE;
    lead_done(&agent->lead);
    lead_init(&agent->lead, &agent->self, &known->lead);
    local_start(agent);
}

static void roster_take(struct agent *agent, const Muster__EnrollReply *reply)
{
    struct book_entry entry;

    for (size_t i = 0; i < reply->n_roster; i++) {
        if (codec_unpack_agent(reply->roster[i], &entry) == 0 && entry.id.slot != agent->self.slot)
            book_learn(&agent->book, &entry);
    }
}

static bool decided_take(struct agent *agent, const Muster__View *decided)
{
    agent->incoming.decided.count = 0;
    agent->incoming.decided.generation = 0;
    if (decided && codec_unpack_view(decided, &agent->incoming.decided))
        return false;
    agent->incoming.message = (struct message){.decided = &agent->incoming.decided};
    return true;
}

static void on_enrolled(void *context, const Muster__EnrollReply *reply, const char *reason)
{
    struct agent *agent = context;
    struct member_event event = {.kind = MEMBER_ENROLLED};
    struct book_entry lead;

    away_note(agent, !reply, reason);
    if (!reply || agent->leaving) {
        enrol_ask(agent, clock_now() + ASK_AGAIN);
        return;
    }
    roster_take(agent, reply);
    if (reply->facts)
        facts_take(agent, reply->facts);
    if (!agent->facts.known || (!reply->wait && !reply->stand &&
                                (!reply->lead || codec_unpack_agent(reply->lead, &lead)))) {
        log_warning(&agent->log, "the directory's answer is incomplete");
        enrol_ask(agent, clock_now() + ASK_AGAIN);
        return;
    }
    agent->enroll_patient = true;
    event.stand = reply->stand;
    if (reply->wait) {
        event.kind = MEMBER_LEARNED;
        event.message = &agent->incoming.message;
        if (!decided_take(agent, reply->decided))
            return;
    } else if (!reply->stand) {
        book_learn(&agent->book, &lead);
        event.identity = lead.id;
    }
    act_member(agent, &event);
    agent_settle(agent);
}

static void on_reported(void *context, const Muster__ReportReply *reply, const char *reason)
{
    struct agent *agent = context;

    away_note(agent, !reply, reason);
    report_taken(agent, reply);
    if (reply && reply->decided && decided_take(agent, reply->decided))
        act_lead(agent,
                 &(struct lead_event){.kind = LEAD_LEARNED, .message = &agent->incoming.message});
    agent_settle(agent);
}

/* The vote, as the message that an elector would have sent. */
static bool vote_read(struct agent *agent, const Muster__WitnessReply *reply)
{
    struct codec_message *in = &agent->incoming;

    if (!decided_take(agent, reply->decided))
        return false;
    in->message.kind = agent->vote_record ? MESSAGE_RECORDED : MESSAGE_PROMISE;
    in->message.number = agent->vote_number;
    in->message.committed = LINK_NO_STATE;
    if (!reply->granted) {
        in->message.kind = MESSAGE_REFUSE;
        in->message.number = reply->promised;
    }
    if (!reply->next_number)
        return true;
    in->message.next_number = reply->next_number;
    in->message.next = &in->next;
    return reply->next && codec_unpack_view(reply->next, &in->next) == 0;
}

static void on_witnessed(void *context, const Muster__WitnessReply *reply, const char *reason)
{
    struct agent *agent = context;
    struct lead_event event = {.kind = LEAD_WITNESSED};

    away_note(agent, !reply, reason);
    if (reply && vote_read(agent, reply))
        event.message = &agent->incoming.message;
    act_lead(agent, &event);
    agent_settle(agent);
}

const struct inquiry_events enrol_events = {on_enrolled, on_reported, on_witnessed};
