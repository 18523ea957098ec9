/* slow - whether a rank computes more slowly than the others of its generation. */
#include "agent/slow.h"

#include <stdlib.h>
#include <string.h>

void slow_begin(struct slow *slow, uint64_t generation, uint32_t count, int64_t now)
{
    slow->generation = generation;
    slow->count = count < LINK_RANKS ? count : LINK_RANKS;
    slow->since = now;
    slow->suspected = false;
    memset(slow->ranks, 0, slow->count * sizeof *slow->ranks);
}

void slow_end(struct slow *slow)
{
    slow->generation = 0;
    slow->count = 0;
}

void slow_heard(struct slow *slow, uint32_t rank, const struct rank_progress *progress)
{
    struct slow_rank *known;

    if (!slow->generation || rank >= slow->count || progress->generation != slow->generation)
        return;
    known = &slow->ranks[rank];
    known->now = *progress;
    if (!known->before.generation)
        known->before = *progress;
}

/* Begins the next window. */
static void window_begin(struct slow *slow, int64_t now)
{
    slow->since = now;
    for (uint32_t i = 0; i < slow->count; i++)
        slow->ranks[i].before = slow->ranks[i].now;
}

void slow_renew(struct slow *slow, int64_t now)
{
    window_begin(slow, now);
}

/* Windows. */

/* How long the rank took for a unit of work in this window; 0 where it does not say. */
static double pace(const struct slow_rank *rank)
{
    uint64_t work = rank->now.work - rank->before.work;
    uint64_t time = rank->now.computed - rank->before.computed;

    if (!rank->before.generation || rank->now.work <= rank->before.work ||
        rank->now.computed <= rank->before.computed)
        return 0;
    return (double)time / (double)work;
}

static int pace_compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

/* The median of those that say how long they took; 0 where fewer than two do. */
static double median(const struct slow *slow)
{
    double paces[LINK_RANKS];
    uint32_t count = 0;

    for (uint32_t i = 0; i < slow->count; i++) {
        if (pace(&slow->ranks[i]) > 0)
            paces[count++] = pace(&slow->ranks[i]);
    }
    if (count < 2)
        return 0;
    qsort(paces, count, sizeof *paces, pace_compare);
    return (paces[(count - 1) / 2] + paces[count / 2]) / 2;
}

static bool is_over(const struct slow *slow, int64_t now)
{
    bool some = false;

    if (!slow->generation || now - slow->since < SLOW_WINDOW)
        return false;
    for (uint32_t i = 0; i < slow->count; i++) {
        const struct slow_rank *rank = &slow->ranks[i];

        if (!rank->now.work)
            continue;
        some = true;
        if (rank->now.committed - rank->before.committed < SLOW_STEPS)
            return false;
    }
    return some;
}

bool slow_window(struct slow *slow, int64_t now)
{
    double middle;

    if (!is_over(slow, now))
        return false;
    middle = median(slow);
    for (uint32_t i = 0; i < slow->count; i++) {
        struct slow_rank *rank = &slow->ranks[i];

        rank->ratio = middle > 0 ? pace(rank) / middle : 0;
        if (rank->ratio <= SLOW_FACTOR) {
            rank->windows = 0;
            rank->told = false;
        } else if (rank->windows < SLOW_WINDOWS) {
            rank->windows++;
        }
    }
    window_begin(slow, now);
    return true;
}

/* Judging. */

/* The slowest of those that were too slow often enough and not told of yet. */
static bool suspect_find(struct slow *slow)
{
    bool found = false;

    for (uint32_t i = 0; i < slow->count; i++) {
        const struct slow_rank *rank = &slow->ranks[i];

        if (rank->windows < SLOW_WINDOWS || rank->told)
            continue;
        if (!found || rank->ratio > slow->ranks[slow->suspect].ratio)
            slow->suspect = i;
        found = true;
    }
    return found;
}

static enum slow_verdict tell(struct slow *slow)
{
    slow->suspected = false;
    slow->ranks[slow->suspect].told = true;
    return SLOW_TELL;
}

enum slow_verdict slow_judge(struct slow *slow)
{
    if (slow->suspected) {
        if (slow->ranks[slow->suspect].windows >= SLOW_WINDOWS)
            return tell(slow);
        slow->suspected = false; /* it was for a while */
    }
    if (!suspect_find(slow))
        return SLOW_NOTHING;
    slow->suspected = true;
    slow->suspect_time = slow->peer_time = 0;
    return SLOW_MEASURE;
}

enum slow_verdict slow_measured(struct slow *slow, uint32_t rank, int64_t time)
{
    if (!slow->suspected || time <= 0)
        return SLOW_NOTHING;
    if (rank == slow->suspect)
        slow->suspect_time = time;
    else if (rank == slow->peer)
        slow->peer_time = time;
    if (!slow->suspect_time || !slow->peer_time ||
        (double)slow->suspect_time <= SLOW_FACTOR * (double)slow->peer_time)
        return SLOW_NOTHING;
    return tell(slow);
}
