/* votes - the questions to the witness of an attempt. */
#include "controller/votes.h"

#include "base/memory.h"
#include "controller/reply.h"
#include "controller/witness.h"

void votes_init(struct votes *votes,
                const struct witness_record *kept,
                void (*keep)(void *context),
                void *context)
{
    *votes = (struct votes){.keep = keep, .context = context};
    if (kept)
        witness_record_copy(&votes->kept, kept);
}

/* The vote waits no longer; its call is about to end. */
static struct rpc_call *settle(struct vote *vote)
{
    vote->votes = NULL;
    vote_move(vote, vote->home);
    return vote->call;
}

void votes_done(struct votes *votes)
{
    while (votes->first)
        rpc_end(settle(votes->first), RPC_REFUSED, "this attempt of the job is over");
    witness_record_done(&votes->kept);
    witness_record_done(&votes->wanted);
}

/* What must be kept before the first question has an answer. */
static void want(struct votes *votes, const struct witness_record *after)
{
    if (votes->keep) {
        votes->wanted = *after;
        votes->wanting = true;
    } else {
        witness_record_done(&votes->kept);
        votes->kept = *after;
    }
}

/* Answers the first question, or finds out what must be kept before. */
static void answer(struct votes *votes)
{
    struct vote *vote = votes->first;
    Muster__WitnessReply *reply = memory_get(1, sizeof *reply);
    struct witness_record after;

    muster__witness_reply__init(reply);
    switch (witness_decide(&votes->kept, vote->request, &after, reply)) {
    case WITNESS_ANSWER:
        reply_send(settle(vote), &reply->base);
        break;
    case WITNESS_KEEP:
        want(votes, &after);
        break;
    case WITNESS_MALFORMED:
        rpc_end(settle(vote), RPC_REFUSED, "malformed request");
        break;
    case WITNESS_UNABLE:
        rpc_end(settle(vote), RPC_UNAVAILABLE, "what the witness has kept cannot be read");
        break;
    }
    muster__witness_reply__free_unpacked(reply, NULL);
}

static void serve(struct votes *votes)
{
    witness_record_done(&votes->wanted);
    votes->wanting = false;
    while (votes->first && !votes->wanting)
        answer(votes);
}

static void serve_and_keep(struct votes *votes)
{
    serve(votes);
    if (votes->wanting)
        votes->keep(votes->context);
}

void votes_ask(struct votes *votes, struct vote *vote)
{
    vote->votes = votes;
    vote_move(vote, &votes->first);
    serve_and_keep(votes);
}

void votes_leave(struct vote *vote)
{
    struct votes *votes = vote->votes;

    vote_free(vote);
    serve_and_keep(votes);
}

void votes_kept(struct votes *votes, const struct witness_record *kept)
{
    if (!witness_record_equal(&votes->kept, kept)) {
        witness_record_done(&votes->kept);
        witness_record_copy(&votes->kept, kept);
    }
    serve(votes);
}
