/* The generator: the published sequence, the same for a seed for ever, and even. */
#include "base/random.h"

#include "support/check.h"

static void the_sequence_is_the_published_one(void)
{
    /* splitmix64.c by Sebastiano Vigna, seed 1234567 */
    static const uint64_t wanted[] = {6457827717110365317u,
                                      3203168211198807973u,
                                      9817491932198370423u,
                                      4593380528125082431u,
                                      16408922859458223821u};
    uint64_t state = 1234567;

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CU_ASSERT(random_next(&state) == wanted[i]);
}

static void numbers_stay_below_their_limit_and_reach_all_of_it(void)
{
    uint64_t state = check_seed();
    int seen[7] = {0};

    for (int i = 0; i < 7000; i++) {
        uint64_t number = random_below(&state, 7);

        CU_ASSERT_FATAL(number < 7);
        seen[number]++;
    }
    for (int i = 0; i < 7; i++)
        CU_ASSERT(seen[i] > 700 && seen[i] < 1300);
    for (int i = 0; i < 100; i++)
        CU_ASSERT(random_below(&state, 1) == 0);
}

static void a_limit_of_nothing_gives_nothing(void)
{
    uint64_t state = 1;

    CU_ASSERT(random_below(&state, 0) == 0);
}

static void large_limits_are_kept(void)
{
    uint64_t state = check_seed();
    uint64_t limit = UINT64_C(3) << 62;
    int above_half = 0;

    for (int i = 0; i < 1000; i++) {
        uint64_t number = random_below(&state, limit);

        CU_ASSERT(number < limit);
        above_half += number >= limit / 2;
    }
    CU_ASSERT(above_half > 400 && above_half < 600);
}

SUITE("base random",
      {"the sequence is the published one", the_sequence_is_the_published_one},
      {"numbers stay below their limit and reach all of it",
       numbers_stay_below_their_limit_and_reach_all_of_it},
      {"a limit of nothing gives nothing", a_limit_of_nothing_gives_nothing},
      {"large limits are kept", large_limits_are_kept})
