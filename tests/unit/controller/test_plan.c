/* Plans: in their order, with one requeue. */
#include "controller/plan.h"

#include "support/check.h"

static void actions_stand_in_their_order_whatever_was_planned_first(void)
{
    CLEAN(plan) struct plan plan = {0};
    CLEAN(text) struct text body = {0};
    const struct pod_record pod = {.name = "digits-1-0-0", .uid = "u"};
    static const enum action_kind order[] = {ACTION_DELETE_POD,
                                             ACTION_CREATE_POD,
                                             ACTION_CREATE_POD,
                                             ACTION_PATCH_STATUS,
                                             ACTION_EVENT,
                                             ACTION_REQUEUE};

    plan_requeue(&plan, 30);
    plan_event(&plan, true, "PodReplaced", "why");
    text_add(&body, "{}");
    plan_patch(&plan, &body);
    plan_create(&plan, "digits-1-1-0", &body);
    plan_create(&plan, "digits-1-2-0", &body);
    plan_delete(&plan, &pod, 0);
    CU_ASSERT(plan.count == 6 && body.data == NULL);
    for (size_t i = 0; i < plan.count; i++)
        CU_ASSERT(plan.items[i].kind == order[i]);
    CHECK_TEXT(plan.items[0].uid, "u");
    CHECK_TEXT(plan.items[1].name, "digits-1-1-0");
    CHECK_TEXT(plan.items[2].name, "digits-1-2-0");
}

static void the_earliest_time_to_come_again_is_kept(void)
{
    CLEAN(plan) struct plan plan = {0};

    plan_requeue(&plan, 30);
    plan_requeue(&plan, 20);
    plan_requeue(&plan, 40);
    CU_ASSERT(plan.count == 1 && plan.items[0].due == 20);
}

SUITE("controller plan",
      {"actions stand in their order whatever was planned first",
       actions_stand_in_their_order_whatever_was_planned_first},
      {"the earliest time to come again is kept", the_earliest_time_to_come_again_is_kept})
