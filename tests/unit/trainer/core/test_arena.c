/* The arena: what was counted is what is placed, apart and aligned. */
#include "trainer/core/arena.h"

#include "support/check.h"
#include "support/fault.h"

static void arrays_are_apart_and_aligned(void)
{
    struct arena arena = {0};
    char *places[3] = {NULL, NULL, NULL};

    for (int pass = 0; pass < 2; pass++) {
        places[0] = arena_cut(&arena, 3, 5, 4);
        places[1] = arena_cut(&arena, 1, 1, 8);
        places[2] = arena_cut(&arena, 16, 1, 4);
        CU_ASSERT(arena.used == 64 + 64 + 64);
        if (!pass)
            CU_ASSERT_FATAL(!places[0] && !places[2] && arena_place(&arena) == 0);
    }
    CU_ASSERT(places[0] == arena.memory && (uintptr_t)places[0] % ARENA_ALIGNMENT == 0);
    CU_ASSERT(places[1] == places[0] + 64 && places[2] == places[1] + 64);
    arena_done(&arena);
    CU_ASSERT(!arena.memory);
}

static void more_than_can_be_had_is_refused(void)
{
    struct arena wide = {0};
    struct arena many = {0};
    struct arena unlucky = {0};

    arena_cut(&wide, INT64_MAX, 3, 4);
    CU_ASSERT(arena_place(&wide) == 1);
    for (int i = 0; i < 5; i++)
        arena_cut(&many, INT64_MAX / 4, 1, 4);
    CU_ASSERT(arena_place(&many) == 1);
    arena_cut(&unlucky, 1, 1, 4);
    fault_arm(FAULT_TRIES, 1);
    CU_ASSERT(arena_place(&unlucky) == 1);
    CU_ASSERT(fault_disarm());
}

SUITE("trainer core arena",
      {"arrays are apart and aligned", arrays_are_apart_and_aligned},
      {"more than can be had is refused", more_than_can_be_had_is_refused})
