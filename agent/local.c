/* local - the ranks of this pod: their links, their keeper, and the machine that moves them. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/evidence.h"
#include "agent/keeper_link.h"
#include "base/clock.h"

/* What a rank's word means for the table of ranks. */
static const struct {
    bool known;
    enum rank_event event;
} words[] = {
    [LINK_HELLO] = {true, RANK_HELLO},
    [LINK_READY] = {true, RANK_READY},
    [LINK_QUIET] = {true, RANK_QUIET},
    [LINK_BROKEN] = {true, RANK_BROKEN},
    [LINK_DONE] = {true, RANK_FINISHED},
    [LINK_FAILED] = {true, RANK_FAILED},
};

static void output_do(struct agent *agent, const struct ranks_output *output);

static void news_take(struct agent *agent, const struct ranks_news *news)
{
    struct ranks_output output;

    output.order_count = output.telling_count = 0;
    ranks_hear(&agent->ranks, news, clock_now(), &output);
    output_do(agent, &output);
}

static void keeper_tell(struct agent *agent, const struct keeper_link_message *message, int spec)
{
    if (keeper_link_send(agent->keeper.descriptor, message, &spec, spec >= 0 ? 1 : 0))
        log_warning(&agent->log, "the keeper does not read");
}

/* Words from a rank. */

/* A checkpoint could not be written, or, without a reason, one can be again. */
static void unsaved_take(struct agent *agent, uint32_t rank, const char *reason)
{
    snprintf(agent->unsaved, sizeof agent->unsaved, "%s", reason);
    if (*reason) {
        log_warning(&agent->log, "rank %u cannot save: %s", (unsigned)rank, reason);
        exposition_unsaved(agent);
    }
    report_now(agent);
}

static void on_heard(void *context,
                     uint32_t rank,
                     const struct link_message *message,
                     const char *tail)
{
    struct agent *agent = context;
    struct blob blob = {.size = (uint16_t)message->tail};
    struct ranks_news news = {.rank = rank,
                              .generation = message->generation,
                              .committed = message->committed,
                              .begun = message->begun,
                              .outcome = message->code ? OUTCOME_STOPPED : OUTCOME_SUCCEEDED,
                              .text = tail};

    if (message->type == LINK_UNSAVED) {
        unsaved_take(agent, rank, tail);
        return;
    }
    if (message->type >= sizeof words / sizeof *words || !words[message->type].known)
        return;
    news.event = words[message->type].event;
    if (news.event == RANK_READY) {
        if (message->tail > sizeof blob.bytes)
            return;
        memcpy(blob.bytes, tail, message->tail);
        news.blob = &blob;
        news.text = NULL;
    }
    if (news.event == RANK_FAILED) {
        news.code = message->code;
        log_error(&agent->log, "rank %u: %s", (unsigned)rank, tail);
    }
    news_take(agent, &news);
    agent_settle(agent);
}

/* Orders for a rank. */

static struct link_message message_for(const struct agent *agent, uint32_t rank, uint32_t type)
{
    const struct member *member = &agent->member;
    int place = view_find(&member->assigned, &agent->self);

    return (struct link_message){.type = type,
                                 .generation = member->assigned.generation,
                                 .attempt = agent->scope.attempt,
                                 .rank = (uint32_t)place * agent->ranks.count + rank,
                                 .size = member->assigned.count * agent->ranks.count,
                                 .local_rank = rank,
                                 .local_size = agent->ranks.count};
}

/* Starts a foreign rank. An agent that has not even the memory to say how ends with its pod. */
static void foreign_spawn(struct agent *agent, uint32_t rank)
{
    const struct keeper_link_message message = {.type = KEEPER_LINK_SPAWN,
                                                .rank = rank,
                                                .code = KEEPER_LINK_FOREIGN,
                                                .place = message_for(agent, rank, 0).rank};
    struct error error;
    CLEAN_FD int given = foreign_words(agent, rank, &error);

    if (given < 0) {
        log_error(&agent->log, "%s", error.text);
        local_leave(agent, 1);
        return;
    }
    agent->spawning[rank] = true;
    keeper_tell(agent, &message, given);
}

static void foreign_order(struct agent *agent, const struct ranks_order *order)
{
    struct keeper_link_message message = {.type = KEEPER_LINK_TERMINATE, .rank = order->rank};

    if (order->kind == RANKS_GO) {
        foreign_spawn(agent, order->rank);
        return;
    }
    if (order->kind == RANKS_KILL)
        message.type = KEEPER_LINK_KILL;
    if (order->kind != RANKS_ASSIGN)
        keeper_tell(agent, &message, -1);
}

static void native_order(struct agent *agent, const struct ranks_order *order)
{
    struct link *link = &agent->links[order->rank];
    struct link_message message = message_for(agent, order->rank, LINK_ASSIGN);
    /* It has no place yet; this is the one that it has when no slot is missing. */
    struct keeper_link_message keeper = {.type = KEEPER_LINK_SPAWN,
                                         .rank = order->rank,
                                         .place =
                                             agent->self.slot * agent->ranks.count + order->rank};
    int unread = 0;

    switch (order->kind) {
    case RANKS_SPAWN:
        agent->spawning[order->rank] = true;
        keeper_tell(agent, &keeper, agent->facts.spec);
        break;
    case RANKS_KILL:
        keeper.type = KEEPER_LINK_KILL;
        keeper_tell(agent, &keeper, -1);
        break;
    case RANKS_ASSIGN:
        unread = link_send(link, &message, NULL, 0);
        break;
    case RANKS_GO:
        message.type = LINK_GO;
        message.committed = agent->go.committed;
        unread = link_send(link, &message, agent->go.blobs, agent->go.blob_count);
        break;
    case RANKS_REVOKE:
        message.type = LINK_REVOKE;
        unread = link_send(link, &message, NULL, 0);
        break;
    case RANKS_LEAVE:
        message.type = LINK_LEAVE;
        unread = link_send(link, &message, NULL, 0);
        break;
    }
    if (unread)
        log_warning(&agent->log, "rank %u does not read", (unsigned)order->rank);
}

static void output_do(struct agent *agent, const struct ranks_output *output)
{
    bool foreign = agent->ranks.kind == RANK_FOREIGN;

    for (size_t i = 0; i < output->order_count; i++) {
        if (foreign)
            foreign_order(agent, &output->orders[i]);
        else
            native_order(agent, &output->orders[i]);
    }
    for (size_t i = 0; i < output->telling_count; i++) {
        if (output->telling[i].kind == MEMBER_FAULT)
            exposition_fault(agent, output->telling[i].message->fault.cause);
        inbox_member(&agent->inbox, &output->telling[i]);
    }
    if (output->ended && !agent->ranks_ended && foreign)
        report_now(agent); /* it was held back */
    agent->ranks_ended = output->ended;
    loop_timer(&agent->loop, &agent->ranks_timer, ranks_due(&agent->ranks));
}

void local_want(struct agent *agent, enum rank_event want, uint64_t number)
{
    struct ranks_output output;

    if (want == RANK_PLACE)
        drain_ranks(agent, LINK_DRAIN_NOT); /* that was another generation */
    if (want == RANK_PLACE && agent->ranks.kind == RANK_FOREIGN)
        foreign_place(agent);
    if (want == RANK_REVOKE) {
        for (uint32_t i = 0; i < agent->ranks.count; i++)
            link_revoke(&agent->links[i], number - 1);
    }
    output.order_count = output.telling_count = 0;
    ranks_want(&agent->ranks, want, number, clock_now(), &output);
    output_do(agent, &output);
}

static void on_ranks_timer(void *context)
{
    struct agent *agent = context;
    struct ranks_output output;

    output.order_count = output.telling_count = 0;
    ranks_tick(&agent->ranks, clock_now(), &output);
    output_do(agent, &output);
    agent_settle(agent);
}

void local_start(struct agent *agent)
{
    if (agent->facts.known && agent->adopted)
        on_ranks_timer(agent);
}

void local_kill(struct agent *agent, uint32_t rank, const char *why)
{
    CLEAN(text) struct text text = {0};
    struct ranks_news news = {.event = RANK_HUNG, .rank = rank};

    if (rank >= agent->ranks.count || !agent->links[rank].open)
        return;
    text_addf(&text, "%s; ", why);
    evidence_add(EVIDENCE_PROC, agent->links[rank].process, &text);
    log_warning(&agent->log, "rank %u hangs: %s", (unsigned)rank, text.data);
    news.text = text.data;
    news_take(agent, &news);
}

void local_condemn(struct agent *agent, uint32_t rank, enum cause cause, const char *why)
{
    struct ranks_news news = {.event = RANK_CONDEMNED, .rank = rank, .cause = cause, .text = why};

    log_warning(&agent->log, "rank %u is ended: %s: %s", (unsigned)rank, cause_name(cause), why);
    news_take(agent, &news);
}

void local_condemn_all(struct agent *agent, uint32_t rank, enum cause cause, const char *why)
{
    local_condemn(agent, rank, cause, why);
    for (uint32_t other = 0; other < agent->ranks.count; other++) {
        const struct ranks_news news = {
            .event = RANK_CONDEMNED, .rank = other, .cause = cause, .along = true, .text = why};

        if (other != rank)
            news_take(agent, &news);
    }
}

/* News from the keeper. */

/* Begins to listen to a native rank. Returns 0; 1 when that cannot be done, which was logged. */
static int rank_open(struct agent *agent,
                     const struct keeper_link_message *message,
                     int descriptors[KEEPER_LINK_DESCRIPTORS])
{
    struct link *link = &agent->links[message->rank];
    struct error error;

    link->heard = on_heard;
    link->context = agent;
    if (link_open(link, &agent->loop, message->rank, descriptors, &error)) {
        log_error(&agent->log, "%s", error.text);
        return 1;
    }
    for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++)
        descriptors[i] = -1; /* the link's now */
    atomic_store(&link->control->draining, agent->drain);
    return 0;
}

/* What the page of a rank says of its state; a foreign one has none. */
static void rank_adopt(struct agent *agent, uint32_t rank)
{
    const struct link_page *page = agent->links[rank].page;

    ranks_adopt(&agent->ranks,
                rank,
                page ? atomic_load(&page->committed) : LINK_NO_STATE,
                page ? atomic_load(&page->begun) : 0);
}

static void on_rank(struct agent *agent,
                    const struct keeper_link_message *message,
                    int descriptors[KEEPER_LINK_DESCRIPTORS])
{
    struct ranks_news news = {.event = RANK_SPAWNED, .rank = message->rank};

    agent->links[message->rank].process = message->process;
    if (message->code == KEEPER_LINK_FOREIGN)
        ranks_foreign(&agent->ranks);
    else if (rank_open(agent, message, descriptors))
        return;
    if (agent->spawning[message->rank]) {
        agent->spawning[message->rank] = false;
        exposition_started(agent, message->rank);
        news_take(agent, &news);
        if (agent->ranks.kind == RANK_FOREIGN)
            report_poll(agent); /* it may be over before the next look */
        return;
    }
    log_info(
        &agent->log, "rank %u lives on, process %d", (unsigned)message->rank, message->process);
    rank_adopt(agent, message->rank);
    agent->member.quiet = false;
}

static void on_exited(struct agent *agent, const struct keeper_link_message *message)
{
    struct ranks_news news = {.event = RANK_EXITED,
                              .rank = message->rank,
                              .status = message->status,
                              .text = message->text};
    bool killed = WIFSIGNALED(message->status) && WTERMSIG(message->status) == SIGKILL;
    CLEAN(text) struct text how = {0};
    CLEAN(text) struct text why = {0};

    if (killed && ration_ended(agent, message->rank, &why)) {
        news.cause = CAUSE_MEMORY;
        text_addf(&why, "%s%s", *message->text ? "; " : "", message->text);
        news.text = why.data;
    }
    agent->links[message->rank].process = 0;
    process_status(message->status, &how);
    if (!agent->leaving)
        log_warning(&agent->log, "rank %u ended with %s", (unsigned)message->rank, how.data);
    link_close(&agent->links[message->rank]);
    news_take(agent, &news);
}

/* A rank that cannot even be started: told as a process that failed at once, for good. */
static void on_failed(struct agent *agent, const struct keeper_link_message *message)
{
    struct ranks_news spawned = {.event = RANK_SPAWNED, .rank = message->rank};
    struct ranks_news failed = {.event = RANK_FAILED,
                                .rank = message->rank,
                                .code = LINK_EXIT_USAGE,
                                .text = message->text};
    struct ranks_news exited = {.event = RANK_EXITED, .rank = message->rank, .status = 127 << 8};

    agent->spawning[message->rank] = false;
    news_take(agent, &spawned);
    news_take(agent, &failed);
    news_take(agent, &exited);
}

static void on_keeper(void *context, uint32_t events)
{
    struct agent *agent = context;
    struct keeper_link_message message;
    int descriptors[KEEPER_LINK_DESCRIPTORS];
    struct error error;
    int outcome;

    (void)events;
    while ((outcome = keeper_link_receive(
                agent->keeper.descriptor, &message, descriptors, &error)) == 0) {
        if (message.type == KEEPER_LINK_READY) {
            agent->adopted = true;
            local_start(agent);
        } else if (message.type == KEEPER_LINK_DRAIN) {
            drain_begin(agent, CLOCK_MS(message.code));
        } else if (message.rank >= agent->ranks.count) {
            log_warning(&agent->log, "the keeper speaks of rank %u", (unsigned)message.rank);
        } else if (message.type == KEEPER_LINK_RANK) {
            on_rank(agent, &message, descriptors);
        } else if (message.type == KEEPER_LINK_EXITED) {
            on_exited(agent, &message);
        } else if (message.type == KEEPER_LINK_FAILED) {
            on_failed(agent, &message);
        }
        for (int i = 0; i < KEEPER_LINK_DESCRIPTORS; i++) {
            if (descriptors[i] >= 0)
                close(descriptors[i]);
        }
    }
    if (outcome == 2) { /* the keeper is gone, and the ranks with it */
        agent->code = 1;
        loop_stop(&agent->loop);
        return;
    }
    agent_settle(agent);
}

int local_open(struct agent *agent, int keeper, struct error *error)
{
    agent->ranks_timer = (struct timer){.call = on_ranks_timer, .context = agent};
    agent->keeper = (struct watch){.call = on_keeper, .context = agent};
    return loop_add(&agent->loop, &agent->keeper, keeper, EPOLLIN, error);
}

void local_close(struct agent *agent)
{
    for (uint32_t i = 0; i < agent->ranks.count; i++)
        link_close(&agent->links[i]);
    loop_remove(&agent->loop, &agent->keeper);
    close(agent->keeper.descriptor);
}

void local_leave(struct agent *agent, int code)
{
    struct keeper_link_message message = {.type = KEEPER_LINK_LEAVE, .code = (uint32_t)code};

    keeper_tell(agent, &message, -1);
}
