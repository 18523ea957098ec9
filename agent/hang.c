/* hang - whether the ranks of a generation still get on. */
#include "agent/hang.h"

#include <string.h>

#define NEVER INT64_MAX

void hang_begin(struct hang *hang, uint64_t generation, uint32_t count, int64_t now)
{
    hang->generation = generation;
    hang->count = count < LINK_RANKS ? count : LINK_RANKS;
    memset(hang->ranks, 0, sizeof hang->ranks);
    for (unsigned i = 0; i < LINK_PHASES; i++)
        hang->phases[i].seen = false;
    hang->least = -1;
    hang->advanced = now;
    hang->struck = false;
}

void hang_end(struct hang *hang)
{
    hang->generation = 0;
}

/* Who is behind. */

static bool belongs(const struct hang *hang, const struct rank_progress *rank)
{
    return rank->generation == hang->generation && rank->phase < LINK_PHASES;
}

/* Below 0 when `a` is behind `b`, 0 when they are equally far. */
static int compare(const struct hang *hang,
                   const struct rank_progress *a,
                   const struct rank_progress *b)
{
    bool in_a = belongs(hang, a);
    bool in_b = belongs(hang, b);

    if (!in_a || !in_b)
        return in_a - in_b;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return (a->begun > b->begun) - (a->begun < b->begun);
}

/* A rank that nobody is behind. */
static const struct rank_progress *last_find(const struct hang *hang)
{
    const struct rank_progress *last = &hang->ranks[0];

    for (uint32_t i = 1; i < hang->count; i++) {
        if (compare(hang, &hang->ranks[i], last) < 0)
            last = &hang->ranks[i];
    }
    return last;
}

/* How long they may take. */

static bool is_learnt(uint32_t phase)
{
    return phase == LINK_PHASE_TRAIN || phase == LINK_PHASE_VALIDATE;
}

/* What is not learnt yet gets long, because it may be slow; but not who does nothing at all. */
static int64_t allowed(const struct hang *hang, const struct rank_progress *rank)
{
    int64_t unlearnt = rank->stopped ? HANG_LEAST : HANG_UNSEEN;
    int64_t learnt;

    if (!belongs(hang, rank))
        return unlearnt;
    if (rank->phase == LINK_PHASE_SAVE || rank->phase == LINK_PHASE_DONE)
        return rank->stopped ? HANG_LEAST : NEVER;
    if (!is_learnt(rank->phase) || !hang->phases[rank->phase].seen)
        return unlearnt;
    learnt = HANG_FACTOR * gaps_p99(&hang->phases[rank->phase].pauses);
    return learnt > HANG_LEAST ? learnt : HANG_LEAST;
}

int64_t hang_due(const struct hang *hang)
{
    const struct rank_progress *last = last_find(hang);
    int64_t longest = 0;
    bool stopped = false;

    if (!hang->generation)
        return NEVER;
    for (uint32_t i = 0; i < hang->count; i++) {
        const struct rank_progress *rank = &hang->ranks[i];

        if (compare(hang, rank, last) || rank->stopped < stopped)
            continue;
        if (allowed(hang, rank) > longest || rank->stopped > stopped)
            longest = allowed(hang, rank);
        stopped = rank->stopped;
    }
    return longest == NEVER ? NEVER : hang->advanced + longest;
}

/* Hearing. */

/* Remembers a pause in the phases of those that were furthest behind: they have made it. */
static void pause_learn(struct hang *hang, int64_t pause)
{
    const struct rank_progress *last = last_find(hang);
    bool done[LINK_PHASES] = {false};

    for (uint32_t i = 0; i < hang->count; i++) {
        const struct rank_progress *rank = &hang->ranks[i];

        if (!belongs(hang, rank) || done[rank->phase] || compare(hang, rank, last))
            continue;
        done[rank->phase] = true;
        gaps_add(&hang->phases[rank->phase].pauses, pause);
    }
}

/* Whether all of a phase that repeats itself was seen. The first step of a process may take longer
 * than all others; that all have made two is known when one has. */
static void phase_learn(struct hang *hang,
                        const struct rank_progress *before,
                        const struct rank_progress *now)
{
    if (belongs(hang, before) && before->phase != now->phase)
        hang->phases[before->phase].seen |= before->phase == LINK_PHASE_VALIDATE;
    if (!is_learnt(now->phase))
        return;
    if (hang->least < 0 || now->committed < hang->least)
        hang->least = now->committed;
    if (now->committed >= hang->least + 2)
        hang->phases[LINK_PHASE_TRAIN].seen = true;
}

bool hang_advanced(const struct rank_progress *before, const struct rank_progress *now)
{
    return before->phase != now->phase || before->generation != now->generation ||
           before->begun != now->begun || before->committed != now->committed ||
           before->sequence != now->sequence;
}

void hang_heard(struct hang *hang, uint32_t rank, const struct rank_progress *progress, int64_t now)
{
    struct rank_progress before;

    if (!hang->generation || rank >= hang->count)
        return;
    before = hang->ranks[rank];
    if (hang_advanced(&before, progress)) {
        if (now - hang->advanced >= HANG_PAUSE)
            pause_learn(hang, now - hang->advanced);
        hang->advanced = now;
        hang->struck = false;
    }
    hang->ranks[rank] = *progress;
    if (belongs(hang, progress))
        phase_learn(hang, &before, progress);
}

void hang_renew(struct hang *hang, int64_t now)
{
    hang->advanced = now;
}

/* Judging. */

/* Of those furthest behind, the one that was stopped, else the first one; none when all ranks are
 * equally far and none was stopped. */
static bool culprit_find(const struct hang *hang, uint32_t *rank)
{
    const struct rank_progress *last = last_find(hang);
    uint32_t culprit = hang->count;
    uint32_t tied = 0;

    for (uint32_t i = 0; i < hang->count; i++) {
        if (compare(hang, &hang->ranks[i], last))
            continue;
        tied++;
        if (culprit == hang->count || (hang->ranks[i].stopped && !hang->ranks[culprit].stopped))
            culprit = i;
    }
    if (tied == hang->count && !hang->ranks[culprit].stopped)
        return false;
    *rank = culprit;
    return true;
}

enum hang_verdict hang_check(struct hang *hang, int64_t now, uint32_t *rank)
{
    int64_t due = hang_due(hang);

    if (now < due)
        return HANG_NOBODY;
    if (hang->struck || !culprit_find(hang, rank)) {
        pause_learn(hang, now - hang->advanced);
        hang->advanced = now;
        return HANG_ALL;
    }
    /* Should it have been slow and not hung, the next one is given more time. */
    if (!hang->ranks[*rank].stopped)
        pause_learn(hang, now - hang->advanced);
    hang->advanced = now;
    hang->struck = true;
    return HANG_RANK;
}
