/* vote - a call that asks for the witness's vote, from its opening to its end. */
#ifndef CONTROLLER_VOTE_H
#define CONTROLLER_VOTE_H

#include "wire/muster.pb-c.h"
#include "wire/rpc.h"

struct directory;
struct votes;

/* It is in one list at a time: its home, or that of those who wait at a desk. */
struct vote {
    struct vote *next;
    struct vote **link;
    struct vote **home;
    struct directory *directory;
    struct votes *votes; /* where it waits; NULL = it does not */
    struct rpc_call *call;
    Muster__WitnessRequest *request; /* NULL = it has not come yet */
};

/* Makes one, in the list that is its home. Never NULL. */
struct vote *vote_new(struct vote **home, struct rpc_call *call);

/* Moves it to the end of a list. */
void vote_move(struct vote *vote, struct vote **list);

/* Takes it out of its list and frees it. */
void vote_free(struct vote *vote);

#endif
