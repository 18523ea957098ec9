/* vote - a call that asks for the witness's vote. */
#include "controller/vote.h"

#include <stdlib.h>

#include "base/memory.h"

static void leave(struct vote *vote)
{
    *vote->link = vote->next;
    if (vote->next)
        vote->next->link = vote->link;
}

static void enter(struct vote *vote, struct vote **list)
{
    while (*list)
        list = &(*list)->next;
    vote->next = NULL;
    vote->link = list;
    *list = vote;
}

struct vote *vote_new(struct vote **home, struct rpc_call *call)
{
    struct vote *vote = memory_get(1, sizeof *vote);

    vote->home = home;
    vote->call = call;
    enter(vote, home);
    return vote;
}

void vote_move(struct vote *vote, struct vote **list)
{
    leave(vote);
    enter(vote, list);
}

void vote_free(struct vote *vote)
{
    leave(vote);
    if (vote->request)
        muster__witness_request__free_unpacked(vote->request, NULL);
    free(vote);
}
