/* agent - the agent proper: made, run, ended. */
#include "agent/agent.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/standing.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/memory.h"

#define LEAVE_PATIENCE CLOCK_SECONDS(20) /* for the directory and the others to hear of the end */
#define LEAVE_LOOK     CLOCK_MS(20)
#define NODE_UNKNOWN   "unknown"

/* Timers and sessions: each gives one event to a machine and settles. */

static void on_member_timer(void *context)
{
    act_member(context, &(struct member_event){.kind = MEMBER_TIMER});
    agent_settle(context);
}

static void on_lead_timer(void *context)
{
    act_lead(context, &(struct lead_event){.kind = LEAD_TIMER});
    agent_settle(context);
}

static struct peers_heard on_message(void *context, const void *data, size_t size)
{
    return hear_envelope(context, data, size);
}

static void on_beat(void *context, const struct identity *to, uint64_t received, struct text *out)
{
    hear_beat(context, to, received, out);
}

static void on_serve(void *context)
{
    hear_serve(context);
    agent_settle(context);
}

static void on_lost(void *context, const struct identity *id, bool silent)
{
    struct agent *agent = context;

    if (silent)
        log_warning(&agent->log, "nothing is heard of slot %u any more", (unsigned)id->slot);
    else if (!agent->leaving)
        log_info(&agent->log, "the session to slot %u has ended", (unsigned)id->slot);
    inbox_lost(&agent->inbox, id, silent);
    agent_settle(agent);
}

/* The inbox. */

static void stand(struct agent *agent, const struct inbox_item *item)
{
    struct view *roster = memory_get(1, sizeof *roster);

    for (uint32_t slot = 0; slot < VIEW_MEMBERS; slot++) {
        const struct identity *id = &agent->book.entries[slot].id;

        /* For the first view the others say hello by themselves. */
        if (identity_known(id) && (item->left || !identity_equal(id, &item->id)) &&
            agent->member.base.generation)
            view_add(roster, id);
    }
    act_lead(agent,
             &(struct lead_event){.kind = LEAD_STAND,
                                  .identity = item->id,
                                  .since = item->since,
                                  .left = item->left,
                                  .view = &agent->member.base,
                                  .roster = roster,
                                  .number = agent->member.seen});
    free(roster);
}

static void hear_own(struct agent *agent, const struct inbox_item *item)
{
    struct peers_heard heard = hear_envelope(agent, item->bytes, item->size);

    if (identity_known(&heard.from))
        hear_serve(agent);
}

void agent_settle(struct agent *agent)
{
    struct inbox_item *item;

    while ((item = inbox_take(&agent->inbox))) {
        switch (item->kind) {
        case INBOX_ENVELOPE:
            hear_own(agent, item);
            break;
        case INBOX_MEMBER:
            act_member(agent, &item->event);
            break;
        case INBOX_LOST:
            act_lead(agent,
                     &(struct lead_event){
                         .kind = LEAD_LOST, .identity = item->id, .silent = item->silent});
            act_member(agent,
                       &(struct member_event){
                           .kind = MEMBER_LOST, .identity = item->id, .silent = item->silent});
            break;
        case INBOX_STAND:
            stand(agent, item);
            break;
        }
        inbox_free(item);
    }
}

/* Leaving: the ranks are gone, and whoever must know knows; or patience is over. */
static void on_leave_timer(void *context)
{
    struct agent *agent = context;
    bool led = agent->lead.state == LEAD_ENDED;
    bool known = !led || (agent->outcome_told && peers_alone(agent->peers));
    int64_t ending = agent->ranks.kind == RANK_FOREIGN ? agent->ranks.end_patience : 0;
    bool late = clock_now() - agent->leaving_since > LEAVE_PATIENCE + ending;

    if (!agent->leaving)
        return;
    if ((!agent->ranks_ended || !known) && !late) {
        loop_timer(&agent->loop, &agent->leave_timer, clock_now() + LEAVE_LOOK);
        return;
    }
    local_leave(agent, agent->code);
    loop_stop(&agent->loop);
}

/* Birth and death. */

static void timers_make(struct agent *agent)
{
    agent->member_timer = (struct timer){.call = on_member_timer, .context = agent};
    agent->lead_timer = (struct timer){.call = on_lead_timer, .context = agent};
    agent->renew_timer = (struct timer){.call = enrol_renew, .context = agent};
    agent->enroll_timer = (struct timer){.call = enrol_tick, .context = agent};
    agent->report_timer = (struct timer){.call = report_tick, .context = agent};
    agent->poll_timer = (struct timer){.call = report_poll, .context = agent};
    agent->leave_timer = (struct timer){.call = on_leave_timer, .context = agent};
}

/* Puts this agent into its own book, under the address at which others reach it. */
static void self_make(struct agent *agent)
{
    const struct settings *settings = agent->settings;
    struct book_entry entry = {.ranks = (uint32_t)settings->ranks};
    struct utsname machine;

    entry.id = agent->self;
    snprintf(entry.address,
             sizeof entry.address,
             strchr(settings->host, ':') ? "[%s]:%d" : "%s:%d",
             settings->host,
             peers_port(agent->peers));
    if (*settings->node)
        snprintf(entry.node, sizeof entry.node, "%s", settings->node);
    else
        snprintf(entry.node,
                 sizeof entry.node,
                 "%.63s",
                 uname(&machine) ? NODE_UNKNOWN : machine.nodename);
    agent->book.owner = agent->self;
    snprintf(entry.pod, sizeof entry.pod, "%s", settings->pod);
    book_learn(&agent->book, &entry);
}

static void machines_make(struct agent *agent)
{
    const struct settings *settings = agent->settings;
    uint64_t seed;

    agent->self.slot = (uint32_t)settings->slot;
    entropy_fill(agent->self.life, sizeof agent->self.life);
    entropy_fill(&seed, sizeof seed);
    snprintf(agent->who, sizeof agent->who, "agent slot=%u", (unsigned)agent->self.slot);
    agent->log = (struct log){.least = settings->log_level, .who = agent->who};
    snprintf(agent->scope.job, sizeof agent->scope.job, "%s", settings->job);
    agent->scope.attempt = (uint32_t)settings->attempt;
    agent->facts.spec = -1;
    agent->refused.random = seed + 2;
    member_init(&agent->member, &agent->self, seed);
    lead_init(&agent->lead, &agent->self, &agent->facts.lead);
    ranks_init(&agent->ranks, (uint32_t)settings->ranks, seed + 1);
}

static void on_standing(void *context, struct rpc_call *call)
{
    standing_serve(context, call);
}

static int papers_make(struct agent *agent, struct error *error)
{
    struct member_name name = agent->settings->name;
    const char *file = agent->settings->trust_file;
    CLEAN(text) struct text trust = {0};
    int outcome = file_read(file, CERTIFICATE_BYTES, &trust, error);

    if (outcome > 0)
        return error_set(error, "--trust-file: there is no %s", file);
    memcpy(name.life, agent->self.life, sizeof name.life);
    return outcome < 0 ? -1 : papers_init(&agent->papers, &name, text_string(&trust), error);
}

static int agent_open(struct agent *agent, int keeper, struct error *error)
{
    const struct peers_settings peers = {.listen = agent->settings->listen,
                                         .papers = &agent->papers,
                                         .book = &agent->book,
                                         .events = {on_message, on_serve, on_beat, on_lost},
                                         .standing = on_standing,
                                         .context = agent};

    if (papers_make(agent, error))
        return -1;
    agent->rpc = rpc_new(&agent->loop, error);
    if (!agent->rpc)
        return -1;
    agent->peers = peers_new(agent->rpc, &peers, error);
    if (!agent->peers)
        return -1;
    self_make(agent);
    vigil_open(agent);
    ration_open(agent);
    ward_open(agent);
    enrol_open(agent);
    if (exposition_open(agent, error))
        return -1;
    return local_open(agent, keeper, error);
}

static void agent_close(struct agent *agent)
{
    struct inbox_item *item;

    measure_stop(&agent->measure);
    local_close(agent);
    ration_close(agent);
    ward_close(agent);
    exposition_close(agent);
    inquiry_free(agent->directory);
    peers_free(agent->peers);
    rpc_free(agent->rpc);
    while ((item = inbox_take(&agent->inbox)))
        inbox_free(item);
    lead_done(&agent->lead);
    free(agent->facts.checkpoint_directory);
    if (agent->facts.spec >= 0)
        close(agent->facts.spec);
    loop_done(&agent->loop);
    papers_done(&agent->papers);
}

int agent_run(const struct settings *settings, int keeper)
{
    struct agent *agent = memory_get(1, sizeof *agent);
    struct error error;
    int code = 1;

    agent->settings = settings;
    machines_make(agent);
    timers_make(agent);
    signal(SIGPIPE, SIG_IGN);
    if (loop_init(&agent->loop, &error) == 0 && agent_open(agent, keeper, &error) == 0) {
        enrol_ask(agent, clock_now());
        if (loop_run(&agent->loop, &error) == 0) {
            code = agent->code;
            agent_close(agent);
            free(agent);
            return code;
        }
    }
    log_error(&agent->log, "%s", error.text);
    return code; /* the process ends: what is open is closed with it */
}
