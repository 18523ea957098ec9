/* act - carrying out what the machines want. */
#include <string.h>

#include "agent/agent.h"
#include "agent/verdict.h"
#include "base/clock.h"
#include "wire/fence.h"

void act_send(struct agent *agent, const struct identity *to, const struct message *message)
{
    CLEAN(text) struct text bytes = {0};

    codec_pack(message, &agent->scope, &agent->self, &agent->book, &bytes);
    log_debug(&agent->log,
              "to slot %u: %s %llu",
              (unsigned)to->slot,
              message_name(message->kind),
              (unsigned long long)message->number);
    if (identity_equal(to, &agent->self))
        inbox_envelope(&agent->inbox, bytes.data, bytes.size);
    else
        peers_send(agent->peers, to, bytes.data, bytes.size);
}

static void ask_witness(struct agent *agent, const struct message *message)
{
    Muster__WitnessRequest request = MUSTER__WITNESS_REQUEST__INIT;

    agent->vote_number = message->number;
    agent->vote_record = message->kind == MESSAGE_RECORD;
    request.job = agent->scope.job;
    request.attempt = agent->scope.attempt;
    request.candidate = codec_pack_agent(&agent->book.entries[agent->self.slot]);
    request.record = message->kind == MESSAGE_RECORD;
    request.number = message->number;
    request.decided = codec_pack_view(message->decided, &agent->book);
    if (message->view)
        request.view = codec_pack_view(message->view, &agent->book);
    inquiry_witness(agent->directory, &request);
    muster__agent__free_unpacked(request.candidate, NULL);
    muster__view__free_unpacked(request.decided, NULL);
    if (request.view)
        muster__view__free_unpacked(request.view, NULL);
}

/* Rule 16. Returns false when a later attempt has begun: then nothing more of this step is done. */
static bool raise_fence(struct agent *agent, uint64_t number)
{
    struct fence fence = {.attempt = agent->scope.attempt, .generation = number};
    struct fence found;
    struct error error;
    int outcome;

    if (!agent->facts.checkpoint_directory || !*agent->facts.checkpoint_directory)
        return true;
    outcome = fence_raise(agent->facts.checkpoint_directory, &fence, &found, &error);
    if (outcome < 0)
        log_warning(&agent->log, "checkpoints are not fenced: %s", error.text);
    return outcome <= 0;
}

static void fenced(struct agent *agent)
{
    act_lead(
        agent,
        &(struct lead_event){.kind = LEAD_FENCED, .text = "a later attempt of this job has begun"});
}

static void leave(struct agent *agent, const struct effect *effect);

/* Carries out one effect. Returns false when the rest of the step is void. */
static bool act(struct agent *agent, const struct effect *effect, struct timer *timer)
{
    struct member_event follow = {.kind = MEMBER_ENROLLED, .identity = effect->to};

    switch (effect->kind) {
    case EFFECT_SEND:
        act_send(agent, &effect->to, &effect->message);
        break;
    case EFFECT_WITNESS:
        ask_witness(agent, &effect->message);
        break;
    case EFFECT_CUT:
        if (identity_equal(&effect->to, &agent->self))
            inbox_lost(&agent->inbox, &effect->to, false);
        else
            peers_cut(agent->peers, &effect->to);
        break;
    case EFFECT_FOLLOW:
        inbox_member(&agent->inbox, &follow);
        break;
    case EFFECT_TIMER:
        loop_timer(&agent->loop, timer, effect->due);
        break;
    case EFFECT_ENROLL:
        enrol_ask(agent, effect->due);
        break;
    case EFFECT_STAND:
        inbox_stand(&agent->inbox, &effect->to, effect->due, effect->left);
        break;
    case EFFECT_REVOKE:
        local_want(agent, RANK_REVOKE, effect->number);
        break;
    case EFFECT_PLACE:
        local_want(agent, RANK_PLACE, effect->number);
        break;
    case EFFECT_START:
        agent->go = effect->message;
        exposition_generation(agent);
        local_want(agent, RANK_START, effect->message.number);
        break;
    case EFFECT_KILL:
        local_kill(agent, (uint32_t)effect->number, effect->text);
        break;
    case EFFECT_DRAIN:
        drain_ranks(agent, (uint32_t)effect->number);
        break;
    case EFFECT_FENCE:
        return raise_fence(agent, effect->number);
    case EFFECT_INCIDENT:
        report_incident(agent);
        break;
    case EFFECT_LEAVE:
        leave(agent, effect);
        break;
    case EFFECT_KINDS:
        break;
    }
    return true;
}

static const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {"None", "Succeeded", "Failed", "Stopped", "Drained"};

    return names[outcome];
}

/* The verdict outlives the agent: whoever looks at the pod reads there how the job ended. */
static void verdict_leave(struct agent *agent, const struct effect *effect)
{
    const char *path = agent->settings->verdict;
    const char *text = effect->text ? effect->text : "";
    struct error error;

    if (path && verdict_write(path, outcome_name(effect->outcome), text, &error))
        log_warning(&agent->log, "%s", error.text);
}

static void leave(struct agent *agent, const struct effect *effect)
{
    if (effect->outcome == OUTCOME_DRAINED)
        log_info(&agent->log, "leaving, the others go on");
    else
        log_info(&agent->log, "the job is over: %s", outcome_name(effect->outcome));
    verdict_leave(agent, effect);
    agent->leaving = true;
    agent->leaving_since = clock_now();
    agent->code = effect->outcome == OUTCOME_FAILED ? 1 : 0;
    local_want(agent, RANK_LEAVE, 0);
    loop_timer(&agent->loop, &agent->leave_timer, clock_now());
}

static bool act_all(struct agent *agent, const struct effects *effects, struct timer *timer)
{
    for (size_t i = 0; i < effects->count; i++) {
        if (!act(agent, &effects->items[i], timer))
            return false;
    }
    return true;
}

void act_member(struct agent *agent, const struct member_event *event)
{
    struct effects effects = {0};
    struct member *member = &agent->member;
    enum member_state before = member->state;

    member_step(member, event, clock_now(), &effects);
    if (member->state != before)
        log_debug(&agent->log,
                  "member: %s -> %s",
                  member_state_name(before),
                  member_state_name(member->state));
    act_all(agent, &effects, &agent->member_timer);
    effects_done(&effects);
    if (agent->lead.state != LEAD_ASLEEP && agent->lead.state != LEAD_ENDED &&
        member->promised.number > agent->lead.number)
        act_lead(agent,
                 &(struct lead_event){.kind = LEAD_YIELD, .identity = member->promised.candidate});
}

static void lead_runs(struct agent *agent)
{
    loop_timer(&agent->loop, &agent->poll_timer, clock_now());
    vigil_begin(agent);
}

void act_lead(struct agent *agent, const struct lead_event *event)
{
    struct effects effects = {0};
    struct lead *lead = &agent->lead;
    enum lead_state before = lead->state;
    uint64_t number = lead->number;
    bool whole;

    lead_step(lead, event, clock_now(), &effects);
    if (lead->state != before || lead->number != number)
        log_info(&agent->log,
                 "lead: %s, generation %llu",
                 lead_state_name(lead->state),
                 (unsigned long long)lead->number);
    whole = act_all(agent, &effects, &agent->lead_timer);
    effects_done(&effects);
    if (!whole)
        fenced(agent);
    if (lead->state == LEAD_RUN && before != LEAD_RUN)
        lead_runs(agent);
    if (lead->state != before && lead->state != LEAD_ASLEEP)
        report_now(agent);
}
