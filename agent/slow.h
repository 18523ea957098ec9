/* slow - whether a rank computes more slowly than the others of its generation. Pure.
 *
 * Ranks that train together wait for the slowest, so that all of them take the same time for a
 * step; what tells them apart is how long each computes for itself. Fed with what beats say of
 * that, it is looked at in windows of at least SLOW_STEPS steps and SLOW_WINDOW. A rank is
 * suspected when it took more than SLOW_FACTOR times the group's median for the same work in
 * SLOW_WINDOWS windows in a row. Then its place and a peer's are measured with the same fixed work.
 * The verdict is told when the place is slower too, or when the rank is still slow in the next
 * window. A rank is told once, until it has been as fast as the others again. */
#ifndef AGENT_SLOW_H
#define AGENT_SLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/message.h"
#include "wire/link.h"

#define SLOW_WINDOWS 5
#define SLOW_STEPS   10
#define SLOW_WINDOW  INT64_C(2000000000)
#define SLOW_FACTOR  1.10

enum slow_verdict {
    SLOW_NOTHING,
    SLOW_MEASURE, /* `suspect` is to be measured, and `peer`, if there is one */
    SLOW_TELL     /* `suspect` is slow */
};

struct slow_rank {
    struct rank_progress before; /* when the window began; generation 0 = not heard of */
    struct rank_progress now;
    double ratio; /* of its time for the same work to the median's, in the newest window; 0 = not
                   * known */
    unsigned windows; /* in a row in which that was too much, at most SLOW_WINDOWS */
    bool told;
};

struct slow {
    uint64_t generation; /* 0 = nothing is watched */
    uint32_t count;
    int64_t since; /* the window's begin */
    struct slow_rank ranks[LINK_RANKS];
    bool suspected;
    uint32_t suspect;
    uint32_t peer;
    int64_t suspect_time; /* of the fixed work, nanoseconds; 0 = not measured */
    int64_t peer_time;
};

/* Begins with `count` ranks of which nothing is known. Zero-initialise before the first time. */
void slow_begin(struct slow *slow, uint64_t generation, uint32_t count, int64_t now);

/* The generation is over: nothing is known of anybody. */
void slow_end(struct slow *slow);

/* A rank is so far. */
void slow_heard(struct slow *slow, uint32_t rank, const struct rank_progress *progress);

/* The time until now does not count: beats did not come. */
void slow_renew(struct slow *slow, int64_t now);

/* Ends the window if it is over. Returns whether it was: the ratios are new. */
bool slow_window(struct slow *slow, int64_t now);

/* What is to be done, after each window. */
enum slow_verdict slow_judge(struct slow *slow);

/* The fixed work took that long where the rank runs; 0 = it could not be done. Returns SLOW_TELL
 * when both are known and say that the place is slow. */
enum slow_verdict slow_measured(struct slow *slow, uint32_t rank, int64_t time);

#endif
