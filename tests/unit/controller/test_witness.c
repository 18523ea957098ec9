/* The witness's vote by tables: what it grants, what it records and what it tells. */
#include "controller/witness.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

#define NONE 0 /* a generation that stands for no view */

/* One request and the reply that is wanted. Views are named by their generation. */
struct row {
    const char *what;
    uint64_t number;
    uint8_t candidate; /* life */
    uint64_t decided;
    uint64_t record; /* NONE = prepare */
    bool granted;
    uint64_t promised;
    uint64_t base; /* told; NONE = nothing */
    uint64_t next_number;
    uint64_t next;
};

/* A request with everything that it points to. */
struct request {
    Muster__WitnessRequest packed;
    Muster__Agent candidate;
    Muster__View decided;
    Muster__View view;
    Muster__Agent member;
    Muster__Agent *members[1];
    uint8_t life[WITNESS_LIFE];
};

/* A view of one member. */
static void view_fill(struct request *request, Muster__View *view, uint64_t generation)
{
    muster__view__init(view);
    view->generation = generation;
    view->members = request->members;
    view->n_members = 1;
}

static void request_fill(struct request *request, const struct row *row)
{
    muster__witness_request__init(&request->packed);
    muster__agent__init(&request->candidate);
    muster__agent__init(&request->member);
    memset(request->life, row->candidate, sizeof request->life);
    request->candidate.incarnation.data = request->life;
    request->candidate.incarnation.len = sizeof request->life;
    request->member.address = (char *)"127.0.0.1:7";
    request->members[0] = &request->member;
    view_fill(request, &request->decided, row->decided);
    view_fill(request, &request->view, row->record);
    request->packed.candidate = &request->candidate;
    request->packed.record = row->record != NONE;
    request->packed.number = row->number;
    request->packed.decided = &request->decided;
    request->packed.view = row->record == NONE ? NULL : &request->view;
}

static bool view_is(const Muster__View *view, uint64_t generation)
{
    if (generation == NONE)
        return !view;
    return view && view->generation == generation && view->n_members == 1 &&
           !strcmp(view->members[0]->address, "127.0.0.1:7");
}

static void step(struct witness *witness, const struct row *row)
{
    struct request request;
    Muster__WitnessReply *reply = calloc(1, sizeof *reply);
    bool right;

    if (!reply)
        abort();
    muster__witness_reply__init(reply);
    request_fill(&request, row);
    right = witness_step(witness, &request.packed, reply) == 0 && reply->granted == row->granted &&
            reply->promised == row->promised && reply->next_number == row->next_number &&
            view_is(reply->decided, row->base) && view_is(reply->next, row->next);
    CHECK_TEXT(right ? "as wanted" : row->what, "as wanted");
    muster__witness_reply__free_unpacked(reply, NULL);
}

static void steps(const struct row *rows, size_t count)
{
    struct witness witness = {0};

    for (size_t i = 0; i < count; i++)
        step(&witness, &rows[i]);
    witness_done(&witness);
    CU_ASSERT(witness.base.packed == NULL && witness.next.packed == NULL);
}

#define STEPS(...)                                                                                 \
    do {                                                                                           \
        static const struct row rows[] = {__VA_ARGS__};                                            \
        steps(rows, sizeof rows / sizeof *rows);                                                   \
    } while (0)

static void a_number_is_promised_to_one_candidate(void)
{
    STEPS({"the first is promised", 5, 1, 0, NONE, true, 5, NONE, 0, NONE},
          {"again to the same", 5, 1, 0, NONE, true, 5, NONE, 0, NONE},
          {"not to another", 5, 2, 0, NONE, false, 5, NONE, 0, NONE},
          {"nothing lower", 4, 1, 0, NONE, false, 5, NONE, 0, NONE},
          {"a higher one to anybody", 6, 2, 0, NONE, true, 6, NONE, 0, NONE},
          {"the old one no more", 5, 1, 0, NONE, false, 6, NONE, 0, NONE},
          {"the highest there is", UINT64_MAX, 3, 0, NONE, true, UINT64_MAX, NONE, 0, NONE},
          {"and nothing behind it", UINT64_MAX, 1, 0, NONE, false, UINT64_MAX, NONE, 0, NONE});
}

static void what_was_recorded_is_told_to_whoever_asks_later(void)
{
    STEPS({"prepare", 1, 1, 0, NONE, true, 1, NONE, 0, NONE},
          {"record", 1, 1, 0, 1, true, 1, NONE, 1, 1},
          {"another prepares", 2, 2, 0, NONE, true, 2, NONE, 1, 1},
          {"a refused one hears it too", 1, 1, 0, NONE, false, 2, NONE, 1, 1},
          {"it is recorded anew", 2, 2, 0, 1, true, 2, NONE, 2, 1},
          {"under its number", 3, 3, 0, NONE, true, 3, NONE, 2, 1});
}

static void a_record_needs_the_promise(void)
{
    STEPS({"prepare", 5, 1, 0, NONE, true, 5, NONE, 0, NONE},
          {"a lower number is not recorded", 4, 1, 0, 1, false, 5, NONE, 0, NONE},
          {"nor one of another", 5, 2, 0, 1, false, 5, NONE, 0, NONE},
          {"a higher one promises and records", 7, 2, 0, 1, true, 7, NONE, 7, 1},
          {"the promised one comes too late", 5, 1, 0, 1, false, 7, NONE, 7, 1});
}

static void a_newer_base_begins_a_new_round(void)
{
    STEPS({"record", 1, 1, 0, 1, true, 1, NONE, 1, 1},
          {"a candidate knows it is decided", 2, 2, 1, NONE, true, 2, 1, 0, NONE},
          {"what follows it is recorded", 2, 2, 1, 2, true, 2, 1, 2, 2},
          {"a record moves the base too", 3, 1, 4, 5, true, 3, 4, 3, 5},
          {"prepare", 4, 2, 4, NONE, true, 4, 4, 3, 5});
}

static void an_older_base_is_told_and_not_recorded(void)
{
    STEPS({"base 3", 1, 1, 3, NONE, true, 1, 3, 0, NONE},
          {"one that is behind is promised and told", 2, 2, 1, NONE, true, 2, 3, 0, NONE},
          {"but records nothing", 2, 2, 1, 2, false, 2, 3, 0, NONE},
          {"nor under a higher number, which stays free", 9, 2, 2, 3, false, 2, 3, 0, NONE},
          {"so that others go on", 3, 1, 3, 4, true, 3, 3, 3, 4});
}

static void a_refused_candidate_moves_no_base(void)
{
    STEPS({"base 1", 5, 1, 1, NONE, true, 5, 1, 0, NONE},
          {"lower number", 4, 2, 9, NONE, false, 5, 1, 0, NONE},
          {"another's number", 5, 2, 9, NONE, false, 5, 1, 0, NONE});
}

static void a_malformed_request_does_nothing(void)
{
    static const struct row good = {"good", 9, 1, 1, 2, true, 9, 1, 9, 2};
    static const struct row first = {"first", 3, 1, 0, NONE, true, 3, NONE, 0, NONE};
    static const struct row after = {"after", 3, 1, 0, NONE, true, 3, NONE, 0, NONE};
    struct witness witness = {0};

    step(&witness, &first);
    for (int kind = 0; kind < 7; kind++) {
        Muster__WitnessReply reply = MUSTER__WITNESS_REPLY__INIT;
        struct request request;

        request_fill(&request, &good);
        if (kind == 0)
            request.packed.number = 0;
        if (kind == 1)
            request.packed.decided = NULL;
        if (kind == 2)
            request.packed.candidate = NULL;
        if (kind == 3)
            request.candidate.incarnation.len = WITNESS_LIFE - 1;
        if (kind == 4)
            request.candidate.incarnation = (ProtobufCBinaryData){0};
        if (kind == 5)
            request.packed.view = NULL;
        if (kind == 6)
            request.view.generation = 0;
        CU_ASSERT(witness_step(&witness, &request.packed, &reply) == 1);
        CU_ASSERT(!reply.granted && !reply.promised && !reply.decided && !reply.next);
    }
    step(&witness, &after);
    witness_done(&witness);
}

SUITE("controller witness",
      {"a number is promised to one candidate", a_number_is_promised_to_one_candidate},
      {"what was recorded is told to whoever asks later",
       what_was_recorded_is_told_to_whoever_asks_later},
      {"a record needs the promise", a_record_needs_the_promise},
      {"a newer base begins a new round", a_newer_base_begins_a_new_round},
      {"an older base is told and not recorded", an_older_base_is_told_and_not_recorded},
      {"a refused candidate moves no base", a_refused_candidate_moves_no_base},
      {"a malformed request does nothing", a_malformed_request_does_nothing})
