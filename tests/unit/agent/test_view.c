/* Views: members by slot and incarnation, and who is a majority of the votes. */
#include "agent/view.h"

#include <string.h>

#include "base/memory.h"
#include "support/check.h"
#include "support/view_equal.h"

static struct identity agent_of(uint32_t slot, char life)
{
    return (struct identity){.slot = slot, .life = {0, (uint64_t)life}};
}

static void view_fill(struct view *view, const char *lives)
{
    view->count = 0;
    for (uint32_t slot = 0; lives[slot]; slot++) {
        struct identity member = agent_of(slot, lives[slot]);

        if (lives[slot] != '-')
            view_add(view, &member);
    }
}

static void an_incarnation_is_its_slot_and_all_of_its_life(void)
{
    struct identity one = {.slot = 1, .life = {2, 3}};
    struct identity others[] = {{0, {2, 3}}, {1, {1, 3}}, {1, {2, 1}}};

    CU_ASSERT(identity_equal(&one, &(struct identity){1, {2, 3}}));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CU_ASSERT(!identity_equal(&one, &others[i]));
    CU_ASSERT(identity_known(&(struct identity){0, {0, 1}}));
    CU_ASSERT(identity_known(&(struct identity){0, {1, 0}}));
    CU_ASSERT(!identity_known(&(struct identity){7, {0, 0}}));
}

static void members_stay_in_the_order_in_which_they_came(void)
{
    static const uint32_t slots[] = {5, 1, 9, 0, 7, 3};
    CLEAN_FREE struct view *view = memory_get(1, sizeof *view);

    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        struct identity member = agent_of(slots[i], 'a');

        CU_ASSERT(view_add(view, &member) == 0);
    }
    CU_ASSERT_FATAL(view->count == 6);
    for (uint32_t i = 0; i < view->count; i++) {
        CU_ASSERT(view->members[i].slot == slots[i]);
        CU_ASSERT(view_find_slot(view, slots[i]) == (int)i);
    }
    CU_ASSERT(view_find_slot(view, 4) == -1);
    CU_ASSERT(view_find_slot(view, 10) == -1);
    CU_ASSERT(view_find_slot(view, UINT32_MAX) == -1);
}

/* What was in the view before it was emptied is forgotten without being wiped. */
static void an_emptied_view_holds_nobody(void)
{
    CLEAN_FREE struct view *view = memory_get(1, sizeof *view);
    struct identity other = agent_of(3, 'b');

    view_fill(view, "aaa");
    view->count = 0;
    for (uint32_t slot = 0; slot < 4; slot++)
        CU_ASSERT(view_find_slot(view, slot) == -1);
    CU_ASSERT(view_add(view, &other) == 0);
    CU_ASSERT(view->count == 1);
    CU_ASSERT(view_find_slot(view, 0) == -1);
    CU_ASSERT(view_find(view, &other) == 0);
}

static void the_next_life_takes_the_place_of_the_one_before(void)
{
    CLEAN_FREE struct view *view = memory_get(1, sizeof *view);
    struct identity old = agent_of(1, 'a');
    struct identity new = agent_of(1, 'b');

    view_fill(view, "aaa");
    CU_ASSERT(view_find(view, &old) == 1);
    CU_ASSERT(view_add(view, &new) == 0);
    CU_ASSERT(view->count == 3);
    CU_ASSERT(view_find(view, &old) == -1);
    CU_ASSERT(view_find(view, &new) == 1);
}

static void a_full_view_takes_nobody_but_the_next_life_of_a_member(void)
{
    CLEAN_FREE struct view *view = memory_get(1, sizeof *view);
    struct identity member = agent_of(0, 'a');

    for (; member.slot < VIEW_MEMBERS; member.slot++)
        CU_ASSERT(view_add(view, &member) == 0);
    CU_ASSERT(view_add(view, &member) == 1);
    CU_ASSERT(view->count == VIEW_MEMBERS);
    member = agent_of(VIEW_MEMBERS - 1, 'b');
    CU_ASSERT(view_add(view, &member) == 0);
    CU_ASSERT(view_find(view, &member) == VIEW_MEMBERS - 1);
}

static void copies_are_equal_and_one_difference_is_enough(void)
{
    CLEAN_FREE struct view *a = memory_get(1, sizeof *a);
    CLEAN_FREE struct view *b = memory_get(1, sizeof *b);

    view_fill(a, "aaa");
    a->generation = 4;
    view_copy(b, a);
    CU_ASSERT(view_equal(a, b));
    CU_ASSERT(view_find_slot(b, 2) == 2);
    b->generation++;
    CU_ASSERT(!view_equal(a, b));
    view_copy(b, a);
    b->members[2].life[1] = 'b';
    CU_ASSERT(!view_equal(a, b));
    view_fill(b, "aa");
    b->generation = 4;
    CU_ASSERT(!view_equal(a, b));
}

/* Checks every number of members of a view of `lives`: the least that are a majority without the
 * witness, and with it. */
static void majorities_check(const char *lives, size_t least, size_t least_with)
{
    CLEAN_FREE struct view *view = memory_get(1, sizeof *view);

    view_fill(view, lives);
    CU_ASSERT(view_needs_witness(view) == (view->count % 2 == 0));
    for (size_t members = 0; members <= view->count; members++) {
        CU_ASSERT(view_majority(view, members, false) == (members >= least));
        CU_ASSERT(view_majority(view, members, true) == (members >= least_with));
    }
}

/* More than half of all votes: the members' and, where their number is even, the witness's. */
static void a_majority_is_more_than_half_of_the_votes(void)
{
    majorities_check("", 1, 0);
    majorities_check("a", 1, 1);
    majorities_check("aa", 2, 1);
    majorities_check("aaa", 2, 2);
    majorities_check("a-a", 2, 1);
    majorities_check("aaaa", 3, 2);
    majorities_check("aaaaa", 3, 3);
}

SUITE("agent view",
      {"an incarnation is its slot and all of its life",
       an_incarnation_is_its_slot_and_all_of_its_life},
      {"members stay in the order in which they came",
       members_stay_in_the_order_in_which_they_came},
      {"an emptied view holds nobody", an_emptied_view_holds_nobody},
      {"the next life takes the place of the one before",
       the_next_life_takes_the_place_of_the_one_before},
      {"a full view takes nobody but the next life of a member",
       a_full_view_takes_nobody_but_the_next_life_of_a_member},
      {"copies are equal and one difference is enough",
       copies_are_equal_and_one_difference_is_enough},
      {"a majority is more than half of the votes", a_majority_is_more_than_half_of_the_votes})
