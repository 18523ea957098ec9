/* witness - one acceptor of the chain of views. */
#include "controller/witness.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void view_keep(struct witness_view *to, const Muster__View *view)
{
    free(to->packed);
    to->generation = view->generation;
    to->size = muster__view__get_packed_size(view);
    to->packed = memory_get(1, to->size);
    muster__view__pack(view, to->packed);
}

static void view_forget(struct witness_view *view)
{
    free(view->packed);
    *view = (struct witness_view){0};
}

void witness_done(struct witness *witness)
{
    view_forget(&witness->base);
    view_forget(&witness->next);
}

static bool well_formed(const Muster__WitnessRequest *request)
{
    return request->number && request->decided && request->candidate &&
           request->candidate->incarnation.len == WITNESS_LIFE &&
           (!request->record || (request->view && request->view->generation));
}

/* Whether the number may be promised, or is promised already, to this candidate. */
static bool admissible(const struct witness *witness, const Muster__WitnessRequest *request)
{
    if (request->number != witness->promised)
        return request->number > witness->promised;
    return !memcmp(witness->candidate, request->candidate->incarnation.data, WITNESS_LIFE);
}

static void promise(struct witness *witness, const Muster__WitnessRequest *request)
{
    witness->promised = request->number;
    memcpy(witness->candidate, request->candidate->incarnation.data, WITNESS_LIFE);
    if (request->decided->generation > witness->base.generation) {
        view_keep(&witness->base, request->decided);
        view_forget(&witness->next);
        witness->next_number = 0;
    }
}

static void answer(const struct witness *witness, bool granted, Muster__WitnessReply *reply)
{
    reply->granted = granted;
    reply->promised = witness->promised;
    reply->next_number = witness->next_number;
    if (witness->base.packed)
        reply->decided = muster__view__unpack(NULL, witness->base.size, witness->base.packed);
    if (witness->next_number)
        reply->next = muster__view__unpack(NULL, witness->next.size, witness->next.packed);
}

int witness_step(struct witness *witness,
                 const Muster__WitnessRequest *request,
                 Muster__WitnessReply *reply)
{
    bool granted;

    if (!well_formed(request))
        return 1;
    granted = admissible(witness, request) &&
              (!request->record || request->decided->generation >= witness->base.generation);
    if (granted)
        promise(witness, request);
    if (granted && request->record) {
        view_keep(&witness->next, request->view);
        witness->next_number = request->number;
    }
    answer(witness, granted, reply);
    return 0;
}
