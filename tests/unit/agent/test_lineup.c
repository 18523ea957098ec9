/* Line-ups: who is chosen, and that ranks follow from the base and the members alone. */
#include "agent/lineup.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "support/check.h"
#include "support/view_equal.h"

#define AGENTS 12

/* Agents are words: "3b" is incarnation b of slot 3, "3b7" the same with 7 steps committed. */
static uint32_t agents_read(const char *words, struct lineup_candidate agents[AGENTS])
{
    uint32_t count = 0;

    for (const char *at = words; *at;) {
        struct lineup_candidate *agent = &agents[count++];
        char *end;

        *agent = (struct lineup_candidate){.committed = -1};
        agent->id.slot = (uint32_t)strtoul(at, &end, 10);
        agent->id.life[1] = (uint64_t)*end++;
        if (isdigit((unsigned char)*end))
            agent->committed = strtol(end, &end, 10);
        at = *end ? end + 1 : end;
    }
    return count;
}

static struct view *view_of(const char *words)
{
    struct lineup_candidate agents[AGENTS];
    uint32_t count = agents_read(words, agents);
    struct view *view = memory_get(1, sizeof *view);

    view->generation = count ? 1 : 0;
    for (uint32_t i = 0; i < count; i++)
        view_add(view, &agents[i].id);
    return view;
}

static void view_check(const struct view *view, const char *wanted)
{
    CLEAN(text) struct text words = {0};

    for (uint32_t i = 0; i < view->count; i++)
        text_addf(&words,
                  "%s%u%c",
                  i ? " " : "",
                  (unsigned)view->members[i].slot,
                  (int)view->members[i].life[1]);
    CHECK_TEXT(text_string(&words), wanted);
}

/* Whom `size` of the candidates are, in the order of their ranks; "few" = there are too few. */
static void choice_check(const char *base_words,
                         const char *candidates,
                         uint32_t size,
                         const char *wanted)
{
    CLEAN_FREE struct view *base = view_of(base_words);
    CLEAN_FREE struct view *view = view_of("9z");
    struct lineup_candidate agents[AGENTS];
    uint32_t count = agents_read(candidates, agents);

    CU_ASSERT(lineup_choose(base, agents, count, size, view) == (count < size));
    view_check(view, count < size ? "9z" : wanted);
}

static void the_first_view_has_the_lowest_slots_in_their_order(void)
{
    choice_check("", "0a 1a 2a", 3, "0a 1a 2a");
    choice_check("", "3a 1a 2a 0a", 3, "0a 1a 2a");
    choice_check("", "3a 1a 2a", 3, "1a 2a 3a");
    choice_check("", "5a", 1, "5a");
}

static void too_few_are_no_view(void)
{
    choice_check("", "0a 1a", 3, "");
    choice_check("0a 1a 2a", "0a 2a", 3, "");
}

static void who_survives_keeps_its_rank(void)
{
    choice_check("0a 1a 2a", "2a 1a 0a", 3, "0a 1a 2a");
    choice_check("2a 0a 1a", "0a 1a 2a", 3, "2a 0a 1a");
}

static void a_spare_takes_the_rank_of_the_lost_one(void)
{
    choice_check("0a 1a 2a", "0a 2a 3a", 3, "0a 3a 2a");
    choice_check("0a 1a 2a", "1a 2a 3a", 3, "3a 1a 2a");
    choice_check("0a 3a 2a", "0a 3a 1b", 3, "0a 3a 1b");
    choice_check("0a 1a 2a 3a", "1a 3a 4a 5a", 4, "4a 1a 5a 3a");
}

static void the_next_life_in_a_slot_takes_the_rank_of_the_one_before(void)
{
    choice_check("0a 1a 2a", "0a 1b 2a", 3, "0a 1b 2a");
    choice_check("2a 0a 1a", "0b 1a 2a", 3, "2a 0b 1a");
    choice_check("0a 1a 2a", "0b 1a 2b", 3, "0b 1a 2b");
    choice_check("0a 1a 2a", "0a 2b 3a 4a", 3, "0a 3a 2b");
}

static void who_holds_the_newest_state_is_chosen_first(void)
{
    choice_check("0a 1a 2a", "0a7 2a7 3a 4a6", 3, "0a 4a 2a");
    choice_check("0a 1a 2a", "0a7 2a7 3a6 4a", 3, "0a 3a 2a");
    choice_check("0a 1a 2a", "0a7 1b 2a7 3a6", 3, "0a 3a 2a");
    choice_check("0a 1a 2a", "0a7 1b6 2a7 3a6", 3, "0a 1b 2a");
}

/* What a newcomer holds never drives a member out. */
static void a_member_is_chosen_before_any_newcomer(void)
{
    choice_check("0a 1a", "0a 1a 2a9", 2, "0a 1a");
}

static void of_more_members_than_there_are_places_the_lowest_ranks_stay(void)
{
    choice_check("0a 1a 2a 3a", "0a 1a 2a 3a", 2, "0a 1a");
    choice_check("0a 1a 2a 3a", "1a 2a 3a", 2, "2a 1a");
    choice_check("0a 1a 2a 3a", "0a 3a 2a", 2, "0a 2a");
    choice_check("0a 1a 2a 3a", "2a 3a", 2, "2a 3a");
}

static void newcomers_follow_the_members_of_a_smaller_base(void)
{
    choice_check("2a 1a", "0b 1a 2a 3a", 4, "2a 1a 0b 3a");
}

/* In whatever order the members are named. */
static void ranks_follow_from_the_base_and_the_members(void)
{
    uint64_t seed = check_seed();

    for (int turn = 0; turn < 200; turn++) {
        CLEAN_FREE struct view *base = view_of("4a 0a 7a 1a 3a");
        CLEAN_FREE struct view *once = view_of("");
        CLEAN_FREE struct view *again = view_of("");
        CLEAN_FREE struct view *one = view_of("");
        CLEAN_FREE struct view *other = view_of("");
        uint64_t chosen = 1 + random_below(&seed, (1 << AGENTS) - 1);
        uint64_t lives = random_next(&seed);

        for (uint32_t i = 0; i < AGENTS; i++) {
            struct identity up = {.slot = i, .life = {0, lives >> i & 1 ? 'a' : 'b'}};
            uint32_t reversed = AGENTS - 1 - i;
            struct identity down = {.slot = reversed,
                                    .life = {0, lives >> reversed & 1 ? 'a' : 'b'}};

            if (chosen >> i & 1)
                view_add(one, &up);
            if (chosen >> reversed & 1)
                view_add(other, &down);
        }
        lineup_place(base, one, once);
        lineup_place(base, other, again);
        CU_ASSERT(view_equal(once, again));
        CU_ASSERT(once->count == one->count);
        for (uint32_t i = 0; i < one->count; i++)
            CU_ASSERT(view_find(once, &one->members[i]) >= 0);
        for (uint32_t i = 0; i < base->count && i < once->count; i++)
            CU_ASSERT(view_find(one, &base->members[i]) < 0 ||
                      identity_equal(&once->members[i], &base->members[i]));
    }
}

SUITE("agent lineup",
      {"the first view has the lowest slots in their order",
       the_first_view_has_the_lowest_slots_in_their_order},
      {"too few are no view", too_few_are_no_view},
      {"who survives keeps its rank", who_survives_keeps_its_rank},
      {"a spare takes the rank of the lost one", a_spare_takes_the_rank_of_the_lost_one},
      {"the next life in a slot takes the rank of the one before",
       the_next_life_in_a_slot_takes_the_rank_of_the_one_before},
      {"who holds the newest state is chosen first", who_holds_the_newest_state_is_chosen_first},
      {"a member is chosen before any newcomer", a_member_is_chosen_before_any_newcomer},
      {"of more members than there are places the lowest ranks stay",
       of_more_members_than_there_are_places_the_lowest_ranks_stay},
      {"newcomers follow the members of a smaller base",
       newcomers_follow_the_members_of_a_smaller_base},
      {"ranks follow from the base and the members", ranks_follow_from_the_base_and_the_members})
