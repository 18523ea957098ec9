/* drain - this pod is to end: its member says so and leaves when it is let go. What is not over in
 * time is ended here, with a word about what was not saved. */
#include <stdio.h>

#include "agent/agent.h"
#include "agent/verdict.h"
#include "base/clock.h"

/* What was lost by it, as far as the first local rank knows. */
static void loss_add(const struct agent *agent, struct text *out)
{
    const struct link_page *page = agent->links[0].page;
    int64_t saved = page ? atomic_load(&page->saved) : 0;

    text_addf(out,
              "its ranks had not stopped %.1f s after they were asked to",
              clock_to_ms(clock_now() - agent->drained_at) / 1000);
    if (page)
        text_addf(out, "; step %lld was not saved here", (long long)atomic_load(&page->committed));
    if (saved)
        text_addf(out, ", the newest checkpoint is of step %lld", (long long)saved);
    if (*agent->unsaved)
        text_addf(out, "; a checkpoint cannot be written: %s", agent->unsaved);
}

static void on_time_over(void *context)
{
    struct agent *agent = context;
    CLEAN(text) struct text why = {0};
    struct error error;

    if (!agent->leaving) {
        agent->code = 1;
        loss_add(agent, &why);
        log_warning(&agent->log, "%s", why.data);
        if (agent->settings->verdict &&
            verdict_write(agent->settings->verdict, "Drained", why.data, &error))
            log_warning(&agent->log, "%s", error.text);
    }
    local_leave(agent, agent->code);
    loop_stop(&agent->loop);
}

void drain_begin(struct agent *agent, int64_t patience)
{
    struct message message = {.patience = patience};

    if (agent->drained_at)
        return;
    log_info(&agent->log, "asked to leave within %.1f s", clock_to_ms(patience) / 1000);
    agent->drained_at = clock_now();
    agent->drain_timer = (struct timer){.call = on_time_over, .context = agent};
    loop_timer(&agent->loop, &agent->drain_timer, agent->drained_at + patience);
    if (agent->ranks.kind == RANK_FOREIGN)
        agent->ranks.end_patience = patience; /* it may take so long to save its state */
    act_member(agent, &(struct member_event){.kind = MEMBER_DRAIN, .message = &message});
}

void drain_ranks(struct agent *agent, uint32_t how)
{
    agent->drain = how;
    for (uint32_t i = 0; i < agent->ranks.count; i++) {
        if (agent->links[i].open)
            atomic_store(&agent->links[i].control->draining, how);
    }
}
