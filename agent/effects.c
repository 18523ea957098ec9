/* effects - what a machine wants done. */
#include "agent/effects.h"

#include <stdlib.h>

#include "base/memory.h"

struct effect *effects_add(struct effects *effects, enum effect_kind kind)
{
    memory_grow(&effects->items, &effects->capacity, effects->count + 1, sizeof *effects->items);
    effects->items[effects->count] = (struct effect){.kind = kind};
    return &effects->items[effects->count++];
}

struct message *effects_send(struct effects *effects,
                             const struct identity *to,
                             enum message_kind kind,
                             uint64_t number)
{
    struct effect *effect = effects_add(effects, EFFECT_SEND);

    effect->to = *to;
    effect->message.kind = kind;
    effect->message.number = number;
    return &effect->message;
}

void effects_timer(struct effects *effects, int64_t due)
{
    effects_add(effects, EFFECT_TIMER)->due = due;
}

void effects_done(struct effects *effects)
{
    free(effects->items);
    *effects = (struct effects){0};
}
