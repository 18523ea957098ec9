/* witness - one acceptor of the chain of views. */
#include "controller/witness.h"

#include <string.h>

#include "base/memory.h"

/* Requests. */

static bool view_well_formed(const Muster__View *view)
{
    if (!view || view->n_members > WITNESS_RECORD_MEMBERS)
        return false;
    for (size_t i = 0; i < view->n_members; i++) {
        if (view->members[i]->incarnation.len != WITNESS_RECORD_LIFE ||
            view->members[i]->slot >= WITNESS_RECORD_MEMBERS)
            return false;
    }
    return true;
}

static bool well_formed(const Muster__WitnessRequest *request)
{
    return request->number && view_well_formed(request->decided) && request->candidate &&
           request->candidate->incarnation.len == WITNESS_RECORD_LIFE &&
           (!request->record || (view_well_formed(request->view) && request->view->generation));
}

/* Whether the number may be promised, or is promised already, to this candidate. */
static bool admissible(const struct witness_record *kept, const Muster__WitnessRequest *request)
{
    if (request->number != kept->promised)
        return request->number > kept->promised;
    return !memcmp(kept->candidate, request->candidate->incarnation.data, WITNESS_RECORD_LIFE);
}

/* What is to be kept. */

static void view_take(struct witness_view *to, const Muster__View *view)
{
    witness_view_done(to);
    to->generation = view->generation;
    to->count = (uint32_t)view->n_members;
    to->members = memory_get(to->count, sizeof *to->members);
    for (uint32_t i = 0; i < to->count; i++) {
        to->members[i].slot = view->members[i]->slot;
        memcpy(to->members[i].life, view->members[i]->incarnation.data, WITNESS_RECORD_LIFE);
    }
}

static void grant(struct witness_record *record, const Muster__WitnessRequest *request)
{
    record->promised = request->number;
    memcpy(record->candidate, request->candidate->incarnation.data, WITNESS_RECORD_LIFE);
    if (request->decided->generation > record->base.generation) {
        view_take(&record->base, request->decided);
        witness_view_done(&record->next);
        record->next_number = 0;
    }
    if (!request->record)
        return;
    view_take(&record->next, request->view);
    record->next_number = request->number;
}

/* Answers. What is allocated here is freed by protobuf-c with the whole reply. */

static Muster__View *view_tell(const struct witness_view *view)
{
    Muster__View *told = memory_get(1, sizeof *told);

    muster__view__init(told);
    told->generation = view->generation;
    told->n_members = view->count;
    told->members = memory_get(view->count, sizeof *told->members);
    for (uint32_t i = 0; i < view->count; i++) {
        Muster__Agent *member = memory_get(1, sizeof *member);

        muster__agent__init(member);
        member->slot = view->members[i].slot;
        member->incarnation.len = WITNESS_RECORD_LIFE;
        member->incarnation.data = memory_get(1, WITNESS_RECORD_LIFE);
        memcpy(member->incarnation.data, view->members[i].life, WITNESS_RECORD_LIFE);
        told->members[i] = member;
    }
    return told;
}

static void answer(const struct witness_record *kept, bool granted, Muster__WitnessReply *reply)
{
    reply->granted = granted;
    reply->promised = kept->promised;
    reply->next_number = kept->next_number;
    if (kept->base.generation)
        reply->decided = view_tell(&kept->base);
    if (kept->next_number)
        reply->next = view_tell(&kept->next);
}

enum witness_outcome witness_decide(const struct witness_record *kept,
                                    const Muster__WitnessRequest *request,
                                    struct witness_record *after,
                                    Muster__WitnessReply *reply)
{
    CLEAN(witness_record) struct witness_record wanted = {0};
    bool granted;

    if (kept->unreadable)
        return WITNESS_UNABLE;
    if (!well_formed(request))
        return WITNESS_MALFORMED;
    granted = admissible(kept, request) &&
              (!request->record || request->decided->generation >= kept->base.generation);
    witness_record_copy(&wanted, kept);
    if (granted)
        grant(&wanted, request);
    if (witness_record_equal(&wanted, kept)) {
        answer(kept, granted, reply);
        return WITNESS_ANSWER;
    }
    *after = wanted;
    wanted = (struct witness_record){0};
    return WITNESS_KEEP;
}
