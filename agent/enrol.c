/* enrol - enrolling, and the directory's answers: a certificate, facts of the job, whom to follow,
 * the witness's vote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/secret_file.h"

#define ASK_AGAIN    CLOCK_MS(200)    /* when the directory does not answer */
#define REFUSED_MOST CLOCK_SECONDS(5) /* longest additional wait when it refuses */
#define SETTLE       10 /* so much shorter than a loss is waited for is a larger view */

void enrol_open(struct agent *agent)
{
    agent->refused.first = ASK_AGAIN;
    agent->refused.most = REFUSED_MOST;
    agent->directory =
        inquiry_new(agent->rpc, agent->settings->directory, &agent->papers, &enrol_events, agent);
}

void enrol_ask(struct agent *agent, int64_t due)
{
    loop_timer(
        &agent->loop, &agent->enroll_timer, due > agent->enroll_after ? due : agent->enroll_after);
}

/* Says once that the directory is of no help, and once that it is again. */
static void standing_note(struct agent *agent, enum directory_standing standing, const char *reason)
{
    static const char *const words[] = {[DIRECTORY_AWAY] = "does not answer",
                                        [DIRECTORY_REFUSES] = "refuses",
                                        [DIRECTORY_USELESS] = "cannot be used"};

    if (standing == agent->standing)
        return;
    agent->standing = standing;
    if (standing == DIRECTORY_ANSWERS)
        log_info(&agent->log, "the directory answers again");
    else
        log_warning(&agent->log, "the directory %s: %s", words[standing], reason);
}

static enum directory_standing standing_of(int status)
{
    if (status == RPC_OK)
        return DIRECTORY_ANSWERS;
    return status == RPC_UNAVAILABLE || status == RPC_DEADLINE ? DIRECTORY_AWAY : DIRECTORY_REFUSES;
}

/* Enrols once more: soon when the directory is away, later each time that it refuses. */
static void ask_again(struct agent *agent, enum directory_standing standing, const char *reason)
{
    int64_t due = clock_now() + ASK_AGAIN;

    standing_note(agent, standing, reason);
    if (standing != DIRECTORY_AWAY) {
        due += backoff_fail(&agent->refused);
        agent->enroll_after = due;
    }
    enrol_ask(agent, due);
}

/* Takes note of what came of a report or of asking the witness. An agent whose certificate the
 * directory does not take asks for another one. */
static void outcome_note(struct agent *agent, const struct inquiry_outcome *outcome)
{
    enum directory_standing standing = standing_of(outcome->status);

    if (outcome->status == RPC_UNAUTHENTICATED && !agent->renewing) {
        agent->renewing = true;
        ask_again(agent, standing, outcome->reason);
        return;
    }
    standing_note(agent, standing, outcome->reason);
    if (standing == DIRECTORY_ANSWERS)
        backoff_reset(&agent->refused);
}

/* Reads the token, which is renewed from time to time, and has it shown. Returns 0 or -1. */
static int token_show(struct agent *agent, struct error *error)
{
    char *token;

    if (secret_file_read(agent->settings->token_file, RPC_TOKEN, &token, error))
        return -1;
    inquiry_token(agent->directory, token);
    secret_forget(token);
    return 0;
}

void enrol_tick(void *context)
{
    struct agent *agent = context;
    bool lost = !agent->leaving && agent->member.state == MEMBER_OUTSIDE;
    bool first = !agent->leaving && !agent->enroll_patient;
    Muster__EnrollRequest request = MUSTER__ENROLL_REQUEST__INIT;
    struct error error;

    if (!lost && !first && !agent->renewing)
        return;
    if (token_show(agent, &error)) {
        ask_again(agent, DIRECTORY_USELESS, error.text);
        return;
    }
    request.job = agent->scope.job;
    request.attempt = agent->scope.attempt;
    request.agent = codec_pack_agent(&agent->book.entries[agent->self.slot]);
    request.patient = agent->enroll_patient && !agent->renewing;
    request.decided = codec_pack_view(&agent->member.base, &agent->book);
    if (agent->renewing || papers_due(&agent->papers, time(NULL))) {
        request.certificate_request.data = (uint8_t *)agent->papers.request.data;
        request.certificate_request.len = agent->papers.request.size;
    }
    inquiry_enroll(agent->directory, &request);
    muster__view__free_unpacked(request.decided, NULL);
    muster__agent__free_unpacked(request.agent, NULL);
}

void enrol_renew(void *context)
{
    struct agent *agent = context;

    agent->renewing = true;
    enrol_ask(agent, clock_now());
}

/* Takes a certificate if one has come. Returns 0, or 1 when there is none. */
static int certificate_take(struct agent *agent, const Muster__EnrollReply *reply)
{
    struct papers *papers = &agent->papers;
    int64_t now = time(NULL);

    if (!*reply->certificate)
        return !papers->certified;
    if (papers_take(papers, reply->certificate, reply->trust, now))
        return 1;
    peers_renewed(agent->peers);
    inquiry_renewed(agent->directory);
    loop_timer(&agent->loop, &agent->renew_timer, clock_now() + CLOCK_SECONDS(papers->renew - now));
    return 0;
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

/* Which smaller numbers of members a view may have. */
static void sizes_take(struct lead_settings *lead, const Muster__JobFacts *facts)
{
    lead->size_count = 0;
    for (uint32_t size = 1; size < lead->replicas && size / 8 < facts->sizes.len; size++) {
        if (facts->sizes.data[size / 8] >> size % 8 & 1)
            lead->sizes[lead->size_count++] = (uint16_t)size;
    }
}

static void facts_take(struct agent *agent, const Muster__JobFacts *facts)
{
    struct agent_facts *known = &agent->facts;
    struct error error;

    if (known->known || !facts->replicas || facts->replicas > VIEW_MEMBERS ||
        facts->spares > VIEW_MEMBERS - facts->replicas)
        return;
    if (spec_keep(agent, facts->spec, &error)) {
        log_error(&agent->log, "%s", error.text);
        return;
    }
    known->lead.replicas = facts->replicas;
    known->lead.slots = facts->replicas + facts->spares;
    known->lead.ranks = agent->ranks.count;
    known->lead.start = CLOCK_MS(facts->start_milliseconds);
    known->lead.answer = MEMBER_PATIENCE / 3;
    known->lead.replace = CLOCK_MS(facts->replace_milliseconds);
    known->lead.settle = known->lead.replace / SETTLE;
    sizes_take(&known->lead, facts);
    known->lead.rank_budget = facts->rank_budget;
    known->lead.rank_window = CLOCK_SECONDS(facts->rank_window_seconds);
    known->lead.pod_budget = facts->pod_budget;
    known->lead.pod_window = CLOCK_SECONDS(facts->pod_window_seconds);
    known->lead.foreign = facts->foreign;
    known->report_every = CLOCK_MS(facts->report_milliseconds ? facts->report_milliseconds : 10000);
    known->checkpoint_directory = memory_text(facts->checkpoint_directory);
    known->known = true;
    agent->member.form_patience = known->lead.start + MEMBER_PATIENCE;
    if (facts->foreign)
        ranks_foreign(&agent->ranks);
    ranks_final(&agent->ranks, facts->final_codes.data, facts->final_codes.len);
    lead_done(&agent->lead);
    lead_init(&agent->lead, &agent->self, &known->lead);
    agent->lead.book = &agent->book;
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

/* Takes what the answer says of the job, and of the lead if it names one. Returns 0, or 1 when it
 * lacks something. */
static int reply_take(struct agent *agent,
                      const Muster__EnrollReply *reply,
                      struct book_entry *lead)
{
    if (certificate_take(agent, reply))
        return 1;
    roster_take(agent, reply);
    if (reply->facts)
        facts_take(agent, reply->facts);
    if (!agent->facts.known)
        return 1;
    if (reply->wait || reply->stand)
        return 0;
    return !reply->lead || codec_unpack_agent(reply->lead, lead);
}

/* The certificate is another one. Returns whether that was all that was asked for. */
static bool renewed(struct agent *agent)
{
    if (!agent->renewing)
        return false;
    agent->renewing = false;
    report_now(agent);
    return agent->leaving || agent->member.state != MEMBER_OUTSIDE;
}

static void on_enrolled(void *context,
                        const Muster__EnrollReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;
    struct member_event event = {.kind = MEMBER_ENROLLED};
    struct book_entry lead;

    if (!reply || reply_take(agent, reply, &lead)) {
        ask_again(agent,
                  reply ? DIRECTORY_USELESS : standing_of(outcome->status),
                  reply ? "its answer is incomplete" : outcome->reason);
        return;
    }
    standing_note(agent, DIRECTORY_ANSWERS, "");
    if (renewed(agent) || agent->leaving)
        return;
    backoff_reset(&agent->refused);
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

static void on_reported(void *context,
                        const Muster__ReportReply *reply,
                        const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;

    outcome_note(agent, outcome);
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

static void on_witnessed(void *context,
                         const Muster__WitnessReply *reply,
                         const struct inquiry_outcome *outcome)
{
    struct agent *agent = context;
    struct lead_event event = {.kind = LEAD_WITNESSED};

    outcome_note(agent, outcome);
    if (reply && vote_read(agent, reply))
        event.message = &agent->incoming.message;
    act_lead(agent, &event);
    agent_settle(agent);
}

const struct inquiry_events enrol_events = {on_enrolled, on_reported, on_witnessed};
