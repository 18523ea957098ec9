/* ward - what is done when a probe says that an accelerator of this pod has an error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/environment.h"
#include "agent/verdict.h"
#include "base/clock.h"
#include "base/entropy.h"

#define AGAIN CLOCK_SECONDS(1) /* the same error within that is the same */
#define RELAPSE                                                                                    \
    CLOCK_SECONDS(3600)       /* another error of the fabric within that: new ranks are no help */
#define PARTING CLOCK_MS(200) /* for the lead to hear why */
#define TEXT    (HEALTH_TEXT + 64)

extern char **environ;

/* The place of an accelerator in this pod, which is that of the rank that uses it; -1 = unknown. */
static int32_t place_of(const struct agent *agent, const struct health_event *event)
{
    static const char *const lists[] = {"NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"};
    int32_t place = event->gpu;

    for (size_t i = 0; place < 0 && i < sizeof lists / sizeof *lists; i++)
        place = health_index(getenv(lists[i]), event->uuid);
    return place < (int32_t)agent->ranks.count ? place : -1;
}

static void event_say(const struct health_event *event, char text[TEXT])
{
    const char *what = event->text;
    int used = 0;

    if (event->xid >= 0)
        used = snprintf(text, TEXT, "Xid %lld", (long long)event->xid);
    else
        used = snprintf(text, TEXT, "the driver asks for recovery");
    if (event->gpu >= 0)
        used += snprintf(text + used, TEXT - (size_t)used, " of GPU %d", (int)event->gpu);
    if (*what)
        snprintf(text + used, TEXT - (size_t)used, ": %s", what);
}

static void on_parting(void *context)
{
    struct agent *agent = context;

    local_leave(agent, agent->code);
    loop_stop(&agent->loop);
}

/* The pod is of no use: the lead is told, then everything of it ends, so that another is made. */
static void give_up(struct agent *agent, uint32_t rank, const char *text)
{
    const struct message message = {.fault = {.cause = CAUSE_GPU_HARD, .local_rank = rank},
                                    .text = text};
    const struct member_event event = {.kind = MEMBER_FAULT, .message = &message};
    struct error error;

    log_error(&agent->log, "the pod is given up: %s", text);
    inbox_member(&agent->inbox, &event);
    agent_settle(agent);
    if (agent->settings->verdict &&
        verdict_write(agent->settings->verdict, "Replace", text, &error))
        log_warning(&agent->log, "%s", error.text);
    agent->leaving = true;
    agent->code = 1;
    loop_timer(&agent->loop, &agent->ward.parting, clock_now() + PARTING);
}

/* Ends the ranks that are concerned. */
static void respawn(struct agent *agent, uint32_t rank, enum health_action action, const char *text)
{
    if (action == HEALTH_SOFT)
        local_condemn(agent, rank, CAUSE_GPU_SOFT, text);
    else
        local_condemn_all(agent, rank, CAUSE_GPU_FABRIC, text);
    agent_settle(agent);
}

static bool is_again(struct ward *ward, const struct health_event *event, int64_t now)
{
    const struct health_event *last = &ward->last;
    bool same = ward->heard && now - ward->heard < AGAIN && event->gpu == last->gpu &&
                event->xid == last->xid && !strcmp(event->uuid, last->uuid);

    ward->last = *event;
    ward->heard = now;
    return same;
}

void ward_heard(void *context, const struct health_event *event)
{
    struct agent *agent = context;
    struct ward *ward = &agent->ward;
    enum health_action action = event->action;
    int32_t place = place_of(agent, event);
    int64_t now = clock_now();
    char text[TEXT];

    event_say(event, text);
    if (agent->leaving || is_again(ward, event, now))
        return;
    ward->events[action]++;
    if (action == HEALTH_NONE) {
        log_debug(&agent->log, "%s: nothing is done", text);
        return;
    }
    if (action == HEALTH_WARN || place < 0) {
        log_warning(&agent->log, "%s%s", text, place < 0 ? ", which no rank here uses" : "");
        return;
    }
    if (action == HEALTH_FABRIC && ward->reset && now - ward->reset < RELAPSE)
        action = HEALTH_HARD;
    if (action == HEALTH_FABRIC)
        ward->reset = now;
    if (action == HEALTH_HARD)
        give_up(agent, (uint32_t)place, text);
    else
        respawn(agent, (uint32_t)place, action, text);
}

void ward_open(struct agent *agent)
{
    struct ward *ward = &agent->ward;
    CLEAN(text) struct text own = {0};

    ward->parting = (struct timer){.call = on_parting, .context = agent};
    if (!agent->settings->health_probe)
        return;
    text_word(&own, "MUSTER_SLOT=%lld", (long long)agent->settings->slot);
    text_word(&own, "MUSTER_RANKS=%lld", (long long)agent->settings->ranks);
    environment_join(environ, &own, &ward->words);
    ward->environment = environment_list(&ward->words);
    ward->probe = (struct probe){.loop = &agent->loop,
                                 .log = &agent->log,
                                 .program = agent->settings->health_probe,
                                 .environment = ward->environment,
                                 .heard = ward_heard,
                                 .context = agent};
    entropy_fill(&ward->probe.pause.random, sizeof ward->probe.pause.random);
    probe_open(&ward->probe);
}

void ward_close(struct agent *agent)
{
    struct ward *ward = &agent->ward;

    loop_cancel(&agent->loop, &ward->parting);
    if (ward->probe.program)
        probe_close(&ward->probe);
    free(ward->environment);
    text_done(&ward->words);
}
