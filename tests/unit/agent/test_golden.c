/* The member and lead machines do what their scripts say, and the scripts leave no cell out. */
#include <stdio.h>

#include "base/memory.h"
#include "golden_lead.h"
#include "golden_member.h"
#include "support/check.h"

/* A cell that is not empty and that no script has looked at fails the test. */
static void cell_check(bool heard, bool reached, const char *event, const char *state)
{
    CU_ASSERT(!heard || reached);
    if (heard && !reached)
        printf("\nno script has '%s' in state '%s'\n", event, state);
}

static void the_member_does_what_its_scripts_say(void)
{
    CLEAN_FREE struct golden_member *golden = memory_get(1, sizeof *golden);
    struct golden_scene scene = golden_member_scene(golden);

    golden_play(&scene);
    for (unsigned state = 0; state < MEMBER_STATES; state++) {
        for (unsigned kind = 0; kind < MEMBER_EVENTS; kind++)
            cell_check(member_hears(state, kind),
                       golden->reached[state][kind],
                       golden_member_word(kind),
                       member_state_name(state));
    }
}

/* given/ has a script for each state, by its name. */
static void an_empty_cell_of_the_member_changes_nothing(void)
{
    CLEAN_FREE struct golden_member *golden = memory_get(1, sizeof *golden);
    struct golden_scene scene = golden_member_scene(golden);
    struct effects effects = {0};

    for (unsigned state = 0; state < MEMBER_STATES; state++) {
        CLEAN(text) struct text before = {0};
        CLEAN(text) struct text after = {0};

        golden_given(&scene, member_state_name(state));
        CU_ASSERT(golden->member.state == state);
        golden_member_add(&before, &golden->member);
        for (unsigned kind = 0; kind < MEMBER_EVENTS; kind++) {
            const struct member_event event = {.kind = kind};

            if (!member_hears(state, kind))
                member_step(&golden->member, &event, GOLDEN_EPOCH, &effects);
        }
        golden_member_add(&after, &golden->member);
        CU_ASSERT(effects.count == 0);
        CHECK_TEXT(text_string(&after), text_string(&before));
    }
    effects_done(&effects);
}

static void the_lead_does_what_its_scripts_say(void)
{
    CLEAN_FREE struct golden_lead *golden = memory_get(1, sizeof *golden);
    struct golden_scene scene = golden_lead_scene(golden);

    golden_play(&scene);
    for (unsigned state = 0; state < LEAD_STATES; state++) {
        for (unsigned kind = 0; kind < LEAD_EVENTS; kind++)
            cell_check(lead_hears(state, kind),
                       golden->reached[state][kind],
                       golden_lead_word(kind),
                       lead_state_name(state));
    }
    golden_lead_done(golden);
}

static void an_empty_cell_of_the_lead_changes_nothing(void)
{
    CLEAN_FREE struct golden_lead *golden = memory_get(1, sizeof *golden);
    struct golden_scene scene = golden_lead_scene(golden);
    struct effects effects = {0};

    for (unsigned state = 0; state < LEAD_STATES; state++) {
        CLEAN(text) struct text before = {0};
        CLEAN(text) struct text after = {0};

        golden_given(&scene, lead_state_name(state));
        CU_ASSERT(golden->lead.state == state);
        golden_lead_add(&before, &golden->lead);
        for (unsigned kind = 0; kind < LEAD_EVENTS; kind++) {
            const struct lead_event event = {.kind = kind};

            if (!lead_hears(state, kind))
                lead_step(&golden->lead, &event, GOLDEN_EPOCH, &effects);
        }
        golden_lead_add(&after, &golden->lead);
        CU_ASSERT(effects.count == 0);
        CHECK_TEXT(text_string(&after), text_string(&before));
    }
    effects_done(&effects);
    golden_lead_done(golden);
}

SUITE("agent golden",
      {"the member does what its scripts say", the_member_does_what_its_scripts_say},
      {"an empty cell of the member changes nothing", an_empty_cell_of_the_member_changes_nothing},
      {"the lead does what its scripts say", the_lead_does_what_its_scripts_say},
      {"an empty cell of the lead changes nothing", an_empty_cell_of_the_lead_changes_nothing})
