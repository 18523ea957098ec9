/* vigil - the pages of the ranks are looked at, and what the lead makes of them. */
#include <stdio.h>

#include "agent/agent.h"
#include "agent/evidence.h"
#include "agent/lease.h"
#include "base/clock.h"

#define TEXT 128 /* of a verdict */

/* Looking at the ranks that are here. */

static struct rank_progress page_read(const struct link_page *page)
{
    struct rank_progress progress = {
        .generation = atomic_load_explicit(&page->generation, memory_order_acquire)};

    progress.phase = atomic_load_explicit(&page->phase, memory_order_relaxed);
    progress.begun = atomic_load_explicit(&page->begun, memory_order_relaxed);
    progress.committed = atomic_load_explicit(&page->committed, memory_order_relaxed);
    progress.sequence = atomic_load_explicit(&page->sequence, memory_order_relaxed);
    progress.computed = atomic_load_explicit(&page->computed, memory_order_relaxed);
    progress.work = atomic_load_explicit(&page->work, memory_order_relaxed);
    return progress;
}

/* Notes when a rank got on, for those who look from outside. */
static void times_note(struct agent *agent, uint32_t rank, const struct rank_progress *now)
{
    int64_t saved = atomic_load_explicit(&agent->links[rank].page->saved, memory_order_relaxed);

    if (now->committed > agent->looks[rank].committed && now->committed > 0)
        exposition_stepped(agent, rank);
    if (saved > agent->saved[rank])
        exposition_saved(agent, rank);
    agent->saved[rank] = saved;
}

uint32_t vigil_look(struct agent *agent, const struct rank_progress **progress)
{
    *progress = agent->looks;
    if (agent->ranks.kind == RANK_FOREIGN)
        return 0;
    for (uint32_t i = 0; i < agent->ranks.count; i++) {
        const struct link *link = &agent->links[i];
        struct rank_progress now = {0};

        if (link->open) {
            now = page_read(link->page);
            times_note(agent, i, &now);
        }
        /* One that gets on needs no second look. */
        if (link->open && !hang_advanced(&agent->looks[i], &now))
            now.stopped = evidence_stopped(EVIDENCE_PROC, link->process);
        agent->looks[i] = now;
    }
    return agent->ranks.count;
}

/* Judging all ranks. */

static bool watches(const struct agent *agent)
{
    return agent->lead.state == LEAD_RUN && !agent->lead.settings.foreign && !agent->leaving;
}

static void take(struct agent *agent,
                 const struct identity *id,
                 const struct rank_progress *progress,
                 uint32_t count)
{
    int place = view_find(&agent->lead.base, id);

    for (uint32_t i = 0; place >= 0 && i < count && i < agent->lead.settings.ranks; i++) {
        uint32_t rank = lead_rank(&agent->lead, (uint32_t)place) + i;

        hang_heard(&agent->hang, rank, &progress[i], clock_now());
        slow_heard(&agent->slow, rank, &progress[i]);
    }
}

void vigil_heard(struct agent *agent, const struct message *beat)
{
    if (watches(agent))
        take(agent, &beat->from, beat->progress, beat->progress_count);
}

/* The words about the verdict. */
static void verdict_say(const struct hang *hang,
                        enum hang_verdict verdict,
                        uint32_t rank,
                        int64_t pause,
                        char text[TEXT])
{
    const struct rank_progress *progress = &hang->ranks[rank];
    double seconds = clock_to_ms(pause) / 1000;

    if (verdict == HANG_RANK)
        snprintf(text,
                 TEXT,
                 "nobody got on for %.1f s, and rank %u is behind: step %lld, collective %llu",
                 seconds,
                 (unsigned)rank,
                 (long long)progress->begun,
                 (unsigned long long)progress->sequence);
    else
        snprintf(text, TEXT, "nobody got on for %.1f s, and no rank is behind", seconds);
}

static void judge(struct agent *agent, int64_t now)
{
    const struct lead *lead = &agent->lead;
    struct lead_event event = {.kind = LEAD_HUNG};
    int64_t pause = now - agent->hang.advanced;
    uint32_t rank = 0;
    char text[TEXT];
    enum hang_verdict verdict = hang_check(&agent->hang, now, &rank);

    if (verdict == HANG_NOBODY)
        return;
    verdict_say(&agent->hang, verdict, rank, pause, text);
    log_warning(&agent->log, "%s", text);
    if (verdict == HANG_RANK) {
        event.identity = lead->base.members[rank / lead->settings.ranks];
        event.local_rank = rank % lead->settings.ranks;
    }
    event.text = text;
    agent->hangs[verdict]++;
    act_lead(agent, &event);
}

static void on_vigil(void *context)
{
    struct agent *agent = context;
    const struct rank_progress *progress;
    uint32_t count;
    int64_t now = clock_now();
    int64_t due;

    if (!watches(agent)) {
        hang_end(&agent->hang);
        slow_end(&agent->slow);
        exposition_slowness(agent);
        return;
    }
    if (lease_stalled(agent->vigil_timer.due, now)) {
        hang_renew(&agent->hang, now);
        slow_renew(&agent->slow, now);
    }
    count = vigil_look(agent, &progress);
    take(agent, &agent->self, progress, count);
    slowness_look(agent, now);
    judge(agent, now);
    agent_settle(agent);
    due = hang_due(&agent->hang);
    loop_timer(&agent->loop, &agent->vigil_timer, due < now + LEASE_BEAT ? due : now + LEASE_BEAT);
}

void vigil_open(struct agent *agent)
{
    agent->vigil_timer = (struct timer){.call = on_vigil, .context = agent};
}

void vigil_begin(struct agent *agent)
{
    const struct lead *lead = &agent->lead;
    int64_t now = clock_now();
    uint32_t count;

    if (!watches(agent))
        return;
    count = lead->base.count * lead->settings.ranks;
    hang_begin(&agent->hang, lead->base.generation, count, now);
    slow_begin(&agent->slow, lead->base.generation, count, now);
    loop_timer(&agent->loop, &agent->vigil_timer, now + LEASE_BEAT);
}
