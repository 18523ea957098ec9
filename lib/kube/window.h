/* window - how many writes may be under way at once: additive increase, multiplicative decrease
 * (Chiu and Jain, "Analysis of the increase and decrease algorithms", 1989). Pure.
 *
 * The server says by 429, 5xx or slowness that it has too much to do; the window halves, once for
 * all requests that were under way then. Each window of answers in good time opens it by one. */
#ifndef KUBE_WINDOW_H
#define KUBE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_FIRST 8u
#define WINDOW_MOST  64u

struct window {
    unsigned size;
    unsigned under_way;
    unsigned good;  /* answers in good time since the size last changed */
    int64_t halved; /* when */
    int64_t closed; /* nothing goes out before this */
};

enum window_outcome {
    WINDOW_ANSWERED, /* the server has done it or refused it on its merits */
    WINDOW_BUSY,     /* 429, 5xx, no answer */
    WINDOW_DROPPED   /* we do not know */
};

void window_init(struct window *window);

/* Whether one more may go out at `now`. */
bool window_open(const struct window *window, int64_t now);

/* One has gone out. */
void window_began(struct window *window);

/* One that went out at `since` is over at `now`. */
void window_ended(struct window *window, enum window_outcome outcome, int64_t since, int64_t now);

/* The server asks to send nothing before `until`. An earlier time than before changes nothing. */
void window_close(struct window *window, int64_t until);

#endif
