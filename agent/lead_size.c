/* lead_size - how many members the next view has.
 *
 * As many as there are replicas; where the job allows smaller views, the largest that can be. A
 * view as large as its base is formed at once, a smaller one after the lost members were waited
 * for. The first view lacks nobody. A generation that runs gives way to a larger one when that has
 * been possible for a while, and not before its first step: whoever comes and goes does not stop
 * the others each time. */
#include "agent/lead_private.h"

/* The largest view that so many can form; 0 = none. */
static uint32_t largest(const struct lead *lead, uint32_t there)
{
    const struct lead_settings *settings = &lead->settings;

    if (there >= settings->replicas)
        return settings->replicas;
    for (uint32_t i = lead->base.generation ? settings->size_count : 0; i-- > 0;) {
        if (settings->sizes[i] <= there)
            return settings->sizes[i];
    }
    return 0;
}

uint32_t lead_size_least(const struct lead *lead)
{
    const struct lead_settings *settings = &lead->settings;

    return lead->base.generation && settings->size_count ? settings->sizes[0] : settings->replicas;
}

int64_t lead_size_due(const struct lead *lead, uint32_t there)
{
    return largest(lead, there) ? lead->short_since + lead->settings.replace : LEAD_NEVER;
}

uint32_t lead_size(struct lead *lead, uint32_t there, int64_t now)
{
    uint32_t size = largest(lead, there);

    if (size && (size >= lead->base.count || size == lead->settings.replicas)) {
        lead->short_since = 0;
        return size;
    }
    if (!lead->short_since)
        lead->short_since = now;
    return now >= lead_size_due(lead, there) ? size : 0;
}

bool lead_reduced(const struct lead *lead)
{
    return lead->state == LEAD_RUN && lead->base.count < lead->settings.replicas;
}

/* How many could be in the next view. */
static uint32_t there_count(const struct lead *lead)
{
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < lead->peer_count; slot++)
        count += lead_peer_there(&lead->peers[slot]) && !lead->peers[slot].unfit &&
                 !lead->peers[slot].leaving;
    return count;
}

uint32_t lead_size_larger(const struct lead *lead)
{
    bool steady =
        lead_reduced(lead) && !lead->repairing && !lead->stopping && lead->parting == LEAD_TOGETHER;
    uint32_t size = steady ? largest(lead, there_count(lead)) : 0;

    return size > lead->base.count ? size : 0;
}

void lead_size_watch(struct lead *lead, int64_t now, struct effects *effects)
{
    bool larger = lead_size_larger(lead) != 0;

    if (larger == (lead->larger_since != 0))
        return;
    lead->larger_since = larger ? now : 0;
    effects_timer(effects, larger ? now + lead->settings.settle : LEAD_NEVER);
}
