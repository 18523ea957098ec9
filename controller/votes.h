/* votes - the questions to the witness of an attempt, each held until its answer may be given.
 *
 * An answer that promises or records anything is given after that was kept. So there is one record
 * that is kept, and at most one that is wanted next: that of the first question without an answer.
 * Once it is kept, or another one is, every question is decided about anew. */
#ifndef CONTROLLER_VOTES_H
#define CONTROLLER_VOTES_H

#include <stdbool.h>

#include "controller/vote.h"
#include "controller/witness_record.h"

struct votes {
    struct witness_record kept;
    struct witness_record wanted; /* when `wanting` */
    bool wanting;
    struct vote *first;          /* that waits; the others follow in the order they came in */
    void (*keep)(void *context); /* `wanted` is to be kept; NULL = memory is enough */
    void *context;
};

/* Begins with what is kept, of which a copy is made; NULL = nothing. votes_done is owed. */
void votes_init(struct votes *votes,
                const struct witness_record *kept,
                void (*keep)(void *context),
                void *context);

/* Refuses every question that waits. */
void votes_done(struct votes *votes);

/* Takes a question whose request has come. */
void votes_ask(struct votes *votes, struct vote *vote);

/* Whoever asked has gone; the vote, which waits, is freed. */
void votes_leave(struct vote *vote);

/* What is kept now. `keep` is not called by this, whatever is wanted then. */
void votes_kept(struct votes *votes, const struct witness_record *kept);

#endif
