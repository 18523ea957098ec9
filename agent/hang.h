/* hang - whether the ranks of a generation still get on, and who holds them up. Pure.
 *
 * Fed with what beats say of every rank. A rank advances when anything of its progress changes.
 * When no rank of the generation has advanced for as long as the phase of those furthest behind
 * allows, somebody hangs:
 *
 * In training and validating that is HANG_LEAST, or HANG_FACTOR times what the pauses in that phase
 * hardly ever exceed (gaps.h), if that is longer; and HANG_UNSEEN until the phase was seen in this
 * generation: two steps were committed, or a validation is over. Saving and done may last for ever:
 * a full disk is waited for. Every other phase has HANG_UNSEEN: it takes as long as there is to
 * load or to receive. If one of those furthest behind is stopped, its time counts, and it has
 * HANG_LEAST where others have HANG_UNSEEN or for ever: it is not slow, and waits for nothing.
 *
 * Furthest behind is who has begun the fewest collectives, and of these who has begun the fewest
 * steps. Whoever is not in the generation yet is further behind. */
#ifndef AGENT_HANG_H
#define AGENT_HANG_H

#include "agent/gaps.h"
#include "agent/message.h"
#include "wire/link.h"

#define HANG_LEAST  INT64_C(3000000000)
#define HANG_UNSEEN INT64_C(600000000000)
#define HANG_FACTOR 3
#define HANG_PAUSE  INT64_C(250000000) /* shorter ones are not told apart by beats */

enum hang_verdict {
    HANG_NOBODY,
    HANG_RANK, /* one rank is behind, or is the one that was stopped */
    HANG_ALL,  /* nobody is behind, or ending the one that is has not helped */
    HANG_VERDICTS
};

struct hang_phase {
    struct gaps pauses; /* kept from generation to generation */
    bool seen;
};

struct hang {
    uint64_t generation; /* 0 = nothing is watched */
    uint32_t count;
    struct rank_progress ranks[LINK_RANKS]; /* generation 0 = not heard of */
    struct hang_phase phases[LINK_PHASES];
    int64_t least; /* steps that were committed when the generation began to train; -1 = not yet */
    int64_t advanced; /* when any rank did */
    bool struck;      /* a rank was named since then */
};

/* Begins with `count` ranks of which nothing is known. Zero-initialise before the first time. */
void hang_begin(struct hang *hang, uint64_t generation, uint32_t count, int64_t now);

/* The generation is over. */
void hang_end(struct hang *hang);

/* A rank, below LINK_RANKS, is so far. */
void hang_heard(struct hang *hang,
                uint32_t rank,
                const struct rank_progress *progress,
                int64_t now);

/* Whether a rank has advanced between two looks at it. */
bool hang_advanced(const struct rank_progress *before, const struct rank_progress *now);

/* This process stood still: what it did not hear meanwhile does not count. */
void hang_renew(struct hang *hang, int64_t now);

/* When the verdict is due if nobody advances until then; INT64_MAX = never. */
int64_t hang_due(const struct hang *hang);

/* Who holds the others up. Stores the rank with HANG_RANK. After a verdict the next is not due
 * before the same time has passed once more. */
enum hang_verdict hang_check(struct hang *hang, int64_t now, uint32_t *rank);

#endif
