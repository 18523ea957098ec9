/* plan - what is to be done about a job. */
#include "controller/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "controller/excerpt.h"

/* Adds an action behind those that go before its kind, or are of it. */
static struct action *action_add(struct plan *plan, enum action_kind kind)
{
    size_t place = plan->count;

    memory_grow(&plan->items, &plan->capacity, plan->count + 1, sizeof *plan->items);
    for (; place && plan->items[place - 1].kind > kind; place--)
        plan->items[place] = plan->items[place - 1];
    plan->count++;
    plan->items[place] = (struct action){.kind = kind, .grace = PLAN_GRACE_OWN};
    return &plan->items[place];
}

static char *body_take(struct text *body)
{
    char *data = body->data;

    *body = (struct text){0};
    return data;
}

void plan_create(struct plan *plan, const char *name, struct text *body)
{
    struct action *action = action_add(plan, ACTION_CREATE_POD);

    excerpt_put(action->name, sizeof action->name, name);
    action->body = body_take(body);
}

void plan_patch(struct plan *plan, struct text *body)
{
    action_add(plan, ACTION_PATCH_STATUS)->body = body_take(body);
}

void plan_delete(struct plan *plan, const struct pod_record *pod, int64_t grace)
{
    struct action *action = action_add(plan, ACTION_DELETE_POD);

    memcpy(action->name, pod->name, sizeof action->name);
    memcpy(action->uid, pod->uid, sizeof action->uid);
    action->grace = grace;
}

void plan_event(struct plan *plan, bool warning, const char *reason, const char *note)
{
    struct action *action = action_add(plan, ACTION_EVENT);

    action->warning = warning;
    action->reason = reason;
    action->body = memory_text(note);
}

void plan_dial(struct plan *plan, const struct pod_record *pod)
{
    struct action *action = action_add(plan, ACTION_DIAL);

    memcpy(action->name, pod->name, sizeof action->name);
    memcpy(action->uid, pod->uid, sizeof action->uid);
}

void plan_requeue(struct plan *plan, int64_t due)
{
    struct action *last = plan->count ? &plan->items[plan->count - 1] : NULL;

    if (!last || last->kind != ACTION_REQUEUE)
        action_add(plan, ACTION_REQUEUE)->due = due;
    else if (due < last->due)
        last->due = due;
}

void plan_done(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        free(plan->items[i].body);
    free(plan->items);
    *plan = (struct plan){0};
}
