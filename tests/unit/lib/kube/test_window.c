/* The window: opens by one, halves once for a burst, stays closed as long as the server asks. */
#include "kube/window.h"

#include "base/clock.h"
#include "support/check.h"

/* Sends and ends `count` one after the other. */
static void serve(struct window *window, int count, enum window_outcome outcome, int64_t since)
{
    for (int i = 0; i < count; i++) {
        window_began(window);
        window_ended(window, outcome, since, since + CLOCK_MS(5));
    }
}

static void no_more_are_under_way_than_the_size(void)
{
    struct window window;

    window_init(&window);
    for (unsigned i = 0; i < WINDOW_FIRST; i++) {
        CU_ASSERT(window_open(&window, 0));
        window_began(&window);
    }
    CU_ASSERT(!window_open(&window, 0));
    window_ended(&window, WINDOW_DROPPED, 0, 1);
    CU_ASSERT(window_open(&window, 1) && window.size == WINDOW_FIRST);
}

static void a_window_of_good_answers_opens_it_by_one_up_to_the_most(void)
{
    struct window window;

    window_init(&window);
    serve(&window, (int)WINDOW_FIRST, WINDOW_ANSWERED, 0);
    CU_ASSERT(window.size == WINDOW_FIRST + 1);
    serve(&window, (int)WINDOW_FIRST, WINDOW_ANSWERED, 0);
    CU_ASSERT(window.size == WINDOW_FIRST + 1);
    serve(&window, 10000, WINDOW_ANSWERED, 0);
    CU_ASSERT(window.size == WINDOW_MOST);
}

static void a_burst_of_refusals_halves_it_once(void)
{
    struct window window;

    window_init(&window);
    for (unsigned i = 0; i < WINDOW_FIRST; i++)
        window_began(&window);
    for (unsigned i = 0; i < WINDOW_FIRST; i++)
        window_ended(&window, WINDOW_BUSY, CLOCK_MS(i), CLOCK_MS(100 + i));
    CU_ASSERT(window.size == WINDOW_FIRST / 2);
    serve(&window, 1, WINDOW_BUSY, CLOCK_MS(200));
    CU_ASSERT(window.size == WINDOW_FIRST / 4);
}

static void it_never_closes_for_good(void)
{
    struct window window;

    window_init(&window);
    for (int i = 0; i < 20; i++)
        serve(&window, 1, WINDOW_BUSY, CLOCK_SECONDS(i));
    CU_ASSERT(window.size == 1 && window_open(&window, CLOCK_SECONDS(21)));
}

static void a_slow_answer_halves_it(void)
{
    struct window window;

    window_init(&window);
    window_began(&window);
    window_ended(&window, WINDOW_ANSWERED, 0, CLOCK_SECONDS(1));
    CU_ASSERT(window.size == WINDOW_FIRST);
    window_began(&window);
    window_ended(&window, WINDOW_ANSWERED, 0, CLOCK_SECONDS(1) + 1);
    CU_ASSERT(window.size == WINDOW_FIRST / 2);
}

static void it_stays_closed_as_long_as_the_server_asks(void)
{
    struct window window;

    window_init(&window);
    window_close(&window, CLOCK_SECONDS(5));
    window_close(&window, CLOCK_SECONDS(2));
    CU_ASSERT(!window_open(&window, CLOCK_SECONDS(5) - 1));
    CU_ASSERT(window_open(&window, CLOCK_SECONDS(5)));
}

SUITE("kube window",
      {"no more are under way than the size", no_more_are_under_way_than_the_size},
      {"a window of good answers opens it by one up to the most",
       a_window_of_good_answers_opens_it_by_one_up_to_the_most},
      {"a burst of refusals halves it once", a_burst_of_refusals_halves_it_once},
      {"it never closes for good", it_never_closes_for_good},
      {"a slow answer halves it", a_slow_answer_halves_it},
      {"it stays closed as long as the server asks", it_stays_closed_as_long_as_the_server_asks})
