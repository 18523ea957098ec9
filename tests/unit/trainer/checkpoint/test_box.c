/* Boxes against their definition: an element is in a box when every index is. */
#include "trainer/checkpoint/box.h"

#include <string.h>

#include "base/random.h"
#include "support/check.h"

/* Numbers from `low` to `high`. */
static int64_t between(uint64_t *random, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(random, (uint64_t)(high - low + 1));
}

static struct box whole_draw(uint64_t *random)
{
    struct box whole = {.dimensions = (size_t)between(random, 1, BOX_DIMENSIONS)};

    for (size_t i = 0; i < whole.dimensions; i++)
        whole.shape[i] = between(random, 1, 5);
    return whole;
}

static struct box part_draw(uint64_t *random, const struct box *whole)
{
    struct box part = {.dimensions = whole->dimensions};

    for (size_t i = 0; i < whole->dimensions; i++) {
        part.offset[i] = between(random, 0, whole->shape[i] - 1);
        part.shape[i] = between(random, 1, whole->shape[i] - part.offset[i]);
    }
    return part;
}

/* Whether element number `index` of the whole is in the box. */
static bool holds(const struct box *whole, const struct box *box, int64_t index)
{
    for (size_t i = whole->dimensions; i > 0; i--) {
        int64_t place = index % whole->shape[i - 1];

        if (place < box->offset[i - 1] || place >= box->offset[i - 1] + box->shape[i - 1])
            return false;
        index /= whole->shape[i - 1];
    }
    return true;
}

static void an_intersection_holds_what_both_hold(void)
{
    uint64_t random = check_seed();

    for (int round = 0; round < 2000; round++) {
        struct box whole = whole_draw(&random);
        struct box a = part_draw(&random, &whole);
        struct box b = part_draw(&random, &whole);
        struct box common = {.dimensions = 0};
        bool any = box_intersect(&a, &b, &common);

        for (int64_t i = 0; i < box_elements(&whole); i++)
            CU_ASSERT((holds(&whole, &a, i) && holds(&whole, &b, i)) ==
                      (any && holds(&whole, &common, i)));
        CU_ASSERT(box_intersect(&b, &a, NULL) == any);
    }
}

static void walk_check(const struct box *whole, const struct box *box)
{
    struct box_walk walk;
    int64_t first;
    int64_t next = 0;
    int64_t met = 0;

    box_walk_begin(&walk, whole, box);
    while (box_walk_next(&walk, &first)) {
        for (; next < first; next++)
            CU_ASSERT(!holds(whole, box, next));
        for (; next < first + walk.run; next++)
            CU_ASSERT(holds(whole, box, next));
        met += walk.run;
    }
    CU_ASSERT(met == box_elements(box));
}

static void a_walk_meets_every_element_once_and_in_order(void)
{
    uint64_t random = check_seed();

    for (int round = 0; round < 2000; round++) {
        struct box whole = whole_draw(&random);
        struct box box = part_draw(&random, &whole);

        walk_check(&whole, &box);
    }
}

static void whole_rows_are_one_run(void)
{
    struct box whole = {.dimensions = 3, .shape = {10, 4, 5}};
    struct box rows = {.dimensions = 3, .offset = {3, 0, 0}, .shape = {6, 4, 5}};
    struct box_walk walk;
    int64_t index = -1;

    box_walk_begin(&walk, &whole, &rows);
    CU_ASSERT(box_walk_next(&walk, &index) && index == 60 && walk.run == 120);
    CU_ASSERT(!box_walk_next(&walk, &index));
}

/* Cuts a box in two along a dimension, if it is long enough. */
static bool cut(uint64_t *random, struct box *box, struct box *rest)
{
    size_t i = (size_t)between(random, 0, (int64_t)box->dimensions - 1);
    int64_t keep;

    if (box->shape[i] < 2)
        return false;
    keep = between(random, 1, box->shape[i] - 1);
    *rest = *box;
    rest->offset[i] += keep;
    rest->shape[i] -= keep;
    box->shape[i] = keep;
    return true;
}

static int tile(const struct box *whole, const struct box *boxes, size_t count)
{
    struct error error = {""};
    int outcome = box_tile(whole, boxes, count, &error);

    CU_ASSERT(!outcome == !error.text[0]);
    return outcome;
}

static void boxes_that_cover_every_element_once_are_a_tiling(void)
{
    uint64_t random = check_seed();

    for (int round = 0; round < 500; round++) {
        struct box whole = whole_draw(&random);
        struct box boxes[12] = {whole};
        size_t count = 1;
        struct box kept;

        while (count < 11 && cut(&random, &boxes[random_below(&random, count)], &boxes[count]))
            count++;
        CU_ASSERT(tile(&whole, boxes, count) == 0);
        CU_ASSERT(tile(&whole, boxes, count - 1) == -1);
        boxes[count] = part_draw(&random, &whole);
        CU_ASSERT(tile(&whole, boxes, count + 1) == -1);
        kept = boxes[0];
        boxes[0].offset[0]++;
        CU_ASSERT(tile(&whole, boxes, count) == -1);
        boxes[0] = kept;
        boxes[0].dimensions = whole.dimensions % BOX_DIMENSIONS + 1;
        CU_ASSERT(tile(&whole, boxes, count) == -1);
    }
}

static void shapes_that_are_none_have_no_elements(void)
{
    static const struct box none[] = {
        {.dimensions = 0},
        {.dimensions = BOX_DIMENSIONS + 1, .shape = {1, 1, 1, 1}},
        {.dimensions = 2, .shape = {3, 0}},
        {.dimensions = 2, .shape = {3, -1}},
        {.dimensions = 1, .shape = {1}, .offset = {-1}},
        {.dimensions = 2, .shape = {(int64_t)1 << 40, (int64_t)1 << 40}},
        {.dimensions = 1, .shape = {INT64_MAX}},
    };
    struct box largest = {.dimensions = 2, .shape = {(int64_t)1 << 24, (int64_t)1 << 24}};

    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CU_ASSERT(box_elements(&none[i]) == 0);
    CU_ASSERT(box_elements(&largest) == BOX_LIMIT);
}

SUITE("trainer box",
      {"an intersection holds what both hold", an_intersection_holds_what_both_hold},
      {"a walk meets every element once and in order",
       a_walk_meets_every_element_once_and_in_order},
      {"whole rows are one run", whole_rows_are_one_run},
      {"boxes that cover every element once are a tiling",
       boxes_that_cover_every_element_once_are_a_tiling},
      {"shapes that are none have no elements", shapes_that_are_none_have_no_elements})
