/* slowness - slow ranks, as their lead sees them: windows, the measurement, and what is told. */
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/evidence.h"
#include "base/clock.h"

static struct identity agent_of(const struct agent *agent, uint32_t rank)
{
    return agent->lead.base.members[rank / agent->lead.settings.ranks];
}

static const char *node_of(const struct agent *agent, uint32_t rank)
{
    const struct identity id = agent_of(agent, rank);
    const struct book_entry *entry = book_find(&agent->book, &id);

    return entry ? entry->node : "";
}

/* How well a rank serves as the suspect's peer: on another node best, with another agent at least.
 */
static int suitable(const struct agent *agent, uint32_t rank)
{
    const struct slow *slow = &agent->slow;
    const struct identity own = agent_of(agent, slow->suspect);
    const struct identity other = agent_of(agent, rank);

    if (slow->ranks[rank].windows || slow->ranks[rank].ratio <= 0)
        return 0;
    if (strcmp(node_of(agent, rank), node_of(agent, slow->suspect)) != 0)
        return 3;
    return identity_equal(&own, &other) ? 1 : 2;
}

static void peer_choose(struct agent *agent)
{
    int best = 0;

    agent->slow.peer = agent->slow.suspect;
    for (uint32_t i = 0; i < agent->slow.count; i++) {
        if (suitable(agent, i) > best) {
            best = suitable(agent, i);
            agent->slow.peer = i;
        }
    }
}

/* Asking. */

static void measure_ask(struct agent *agent, uint32_t rank)
{
    const struct identity to = agent_of(agent, rank);
    const struct message message = {.kind = MESSAGE_MEASURE,
                                    .number = agent->lead.base.generation,
                                    .local_rank = rank % agent->lead.settings.ranks};

    act_send(agent, &to, &message);
}

static void suspect_measure(struct agent *agent)
{
    const struct slow *slow = &agent->slow;

    peer_choose(agent);
    agent->slow_evidence[0] = '\0';
    log_info(&agent->log,
             "rank %u is slow, %.2f times the median: measuring there and at rank %u",
             (unsigned)slow->suspect,
             slow->ranks[slow->suspect].ratio,
             (unsigned)slow->peer);
    measure_ask(agent, slow->suspect);
    if (slow->peer != slow->suspect)
        measure_ask(agent, slow->peer);
}

/* Telling. */

static void evidence_say(const struct agent *agent, char text[INCIDENT_TEXT])
{
    const struct slow *slow = &agent->slow;
    CLEAN(text) struct text words = {0};

    text_addf(&words,
              "its own computing takes %.2f times the median of all ranks",
              slow->ranks[slow->suspect].ratio);
    if (slow->suspect_time && slow->peer_time)
        text_addf(&words,
                  "; fixed work takes %.1f ms there and %.1f ms at rank %u",
                  clock_to_ms(slow->suspect_time),
                  clock_to_ms(slow->peer_time),
                  (unsigned)slow->peer);
    if (*agent->slow_evidence)
        text_addf(&words, "; %s", agent->slow_evidence);
    snprintf(text, INCIDENT_TEXT, "%s", words.data);
}

static void suspect_tell(struct agent *agent)
{
    uint32_t rank = agent->slow.suspect;
    const struct identity id = agent_of(agent, rank);
    const struct book_entry *entry = book_find(&agent->book, &id);
    struct incident incident = {.generation = agent->lead.base.generation,
                                .cause = CAUSE_SLOW,
                                .class = FAULT_CLASS_SLOW,
                                .slot = id.slot,
                                .rank = rank};

    snprintf(incident.node, sizeof incident.node, "%s", entry ? entry->node : "");
    snprintf(incident.pod, sizeof incident.pod, "%s", entry ? entry->pod : "");
    evidence_say(agent, incident.text);
    log_warning(&agent->log, "rank %u is slow: %s", (unsigned)rank, incident.text);
    exposition_slow(agent);
    report_keep(agent, &incident);
}

static void obey(struct agent *agent, enum slow_verdict verdict)
{
    if (verdict == SLOW_MEASURE)
        suspect_measure(agent);
    else if (verdict == SLOW_TELL)
        suspect_tell(agent);
}

void slowness_look(struct agent *agent, int64_t now)
{
    if (!slow_window(&agent->slow, now))
        return;
    exposition_slowness(agent);
    obey(agent, slow_judge(&agent->slow));
}

/* Measuring, at the agents. */

static void on_measured(void *context, int64_t time)
{
    struct agent *agent = context;
    CLEAN(text) struct text words = {0};
    struct message message = {.kind = MESSAGE_MEASURED,
                              .number = agent->measuring.number,
                              .local_rank = agent->measuring.local_rank,
                              .measured = time};

    evidence_throttling(EVIDENCE_PROC, EVIDENCE_CGROUP, agent->measuring.process, &words);
    message.text = text_string(&words);
    act_send(agent, &agent->measuring.asker, &message);
    agent_settle(agent);
}

void slowness_measure(struct agent *agent, const struct message *asked)
{
    const struct link *link = &agent->links[asked->local_rank % MESSAGE_RANKS];
    struct error error;
    int outcome;

    if (asked->local_rank >= agent->ranks.count || !link->open || agent->measure.running)
        return;
    agent->measuring =
        (struct agent_measuring){asked->from, asked->number, asked->local_rank, link->process};
    agent->measure.done = on_measured;
    agent->measure.context = agent;
    outcome = measure_start(&agent->measure, &agent->loop, link->process, &error);
    if (outcome < 0)
        log_warning(&agent->log, "%s", error.text);
}

void slowness_measured(struct agent *agent, const struct message *answer)
{
    int place = view_find(&agent->lead.base, &answer->from);
    uint32_t rank;

    if (place < 0 || agent->lead.state != LEAD_RUN || answer->number != agent->lead.base.generation)
        return;
    rank = lead_rank(&agent->lead, (uint32_t)place) + answer->local_rank;
    if (agent->slow.suspected && rank == agent->slow.suspect)
        snprintf(agent->slow_evidence,
                 sizeof agent->slow_evidence,
                 "%s",
                 answer->text ? answer->text : "");
    obey(agent, slow_measured(&agent->slow, rank, answer->measured));
}
