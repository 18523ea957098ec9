/* The clock never goes back, and a sleep is not shorter than asked. */
#include "base/clock.h"

#include "support/check.h"

static void time_does_not_go_back(void)
{
    int64_t last = clock_now();

    CU_ASSERT(last > 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_now();

        CU_ASSERT_FATAL(now >= last);
        last = now;
    }
}

static void units_agree(void)
{
    CU_ASSERT(CLOCK_SECONDS(3) == CLOCK_MS(3000) && CLOCK_MS(1) == 1000000);
    CU_ASSERT(clock_to_ms(CLOCK_SECONDS(2)) == 2000.0);
    CU_ASSERT(clock_to_ms(1500000) == 1.5);
}

static void a_sleep_is_as_long_as_asked_at_least(void)
{
    int64_t before = clock_now();

    clock_sleep(CLOCK_MS(3));
    CU_ASSERT(clock_now() - before >= CLOCK_MS(3));
    clock_sleep(0);
}

SUITE("base clock",
      {"time does not go back", time_does_not_go_back},
      {"units agree", units_agree},
      {"a sleep is as long as asked at least", a_sleep_is_as_long_as_asked_at_least})
