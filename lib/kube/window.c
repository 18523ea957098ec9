/* window - how many writes may be under way at once. */
#include "kube/window.h"

#include <assert.h>

#define SLOW INT64_C(1000000000) /* nanoseconds */

void window_init(struct window *window)
{
    *window = (struct window){.size = WINDOW_FIRST, .halved = INT64_MIN};
}

bool window_open(const struct window *window, int64_t now)
{
    return window->under_way < window->size && now >= window->closed;
}

void window_began(struct window *window)
{
    window->under_way++;
}

static void window_halve(struct window *window, int64_t since, int64_t now)
{
    if (since < window->halved)
        return;
    window->size = window->size > 1 ? window->size / 2 : 1;
    window->good = 0;
    window->halved = now;
}

static void window_widen(struct window *window)
{
    if (++window->good < window->size)
        return;
    window->good = 0;
    if (window->size < WINDOW_MOST)
        window->size++;
}

void window_ended(struct window *window, enum window_outcome outcome, int64_t since, int64_t now)
{
    assert(window->under_way);
    window->under_way--;
    if (outcome == WINDOW_DROPPED)
        return;
    if (outcome == WINDOW_BUSY || now - since > SLOW)
        window_halve(window, since, now);
    else
        window_widen(window);
}

void window_close(struct window *window, int64_t until)
{
    if (until > window->closed)
        window->closed = until;
}
