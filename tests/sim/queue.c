/* queue - chance, and the events of a simulated job in order of time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "parts.h"

/* Chance. */

int64_t sim_between(struct sim *sim, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(&sim->random, (uint64_t)(high - low + 1));
}

bool sim_chance(struct sim *sim, int percent)
{
    return (int)random_below(&sim->random, 100) < percent;
}

/* The queue of events: earliest first, then in order of their making. */

static bool before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void sim_put(struct sim *sim, struct sim_event event)
{
    size_t place = sim->queue_count++;

    memory_grow(&sim->queue, &sim->queue_capacity, sim->queue_count, sizeof *sim->queue);
    event.order = sim->order++;
    while (place && before(&event, &sim->queue[(place - 1) / 2])) {
        sim->queue[place] = sim->queue[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    sim->queue[place] = event;
}

struct sim_event sim_take(struct sim *sim)
{
    struct sim_event first = sim->queue[0];
    struct sim_event last = sim->queue[--sim->queue_count];
    size_t place = 0;

    for (size_t child = 1; child < sim->queue_count; child = 2 * place + 1) {
        if (child + 1 < sim->queue_count && before(&sim->queue[child + 1], &sim->queue[child]))
            child++;
        if (!before(&sim->queue[child], &last))
            break;
        sim->queue[place] = sim->queue[child];
        place = child;
    }
    sim->queue[place] = last;
    return first;
}

struct sim_event sim_event_for(struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay)
{
    return (struct sim_event){
        .at = sim->now + delay, .kind = kind, .node = node, .life = sim->node[node].id.life[0]};
}

void sim_later(struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay)
{
    sim_put(sim, sim_event_for(sim, node, kind, delay));
}

void sim_later_number(
    struct sim *sim, uint32_t node, enum sim_kind kind, int64_t delay, uint64_t number)
{
    struct sim_event event = sim_event_for(sim, node, kind, delay);

    event.number = number;
    sim_put(sim, event);
}

bool sim_same(const struct identity *a, const struct identity *b)
{
    return a->slot == b->slot && a->life[0] == b->life[0] && a->life[1] == b->life[1];
}

bool sim_current(const struct sim *sim, const struct identity *id)
{
    return id->slot < sim->nodes && sim->node[id->slot].alive &&
           sim_same(&sim->node[id->slot].id, id);
}
