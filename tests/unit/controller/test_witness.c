/* The witness's vote by tables: what it grants, what it records and what it tells. */
#include "controller/witness.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

#define NONE   0 /* a generation that stands for no view */
#define MEMBER 9 /* life of the member of every view */

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
    uint8_t life[WITNESS_RECORD_LIFE];
    uint8_t member_life[WITNESS_RECORD_LIFE];
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
    memset(request->member_life, MEMBER, sizeof request->member_life);
    request->member.slot = 3;
    request->member.incarnation.data = request->member_life;
    request->member.incarnation.len = sizeof request->member_life;
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
           view->members[0]->slot == 3 && view->members[0]->incarnation.len == 16 &&
           view->members[0]->incarnation.data[15] == MEMBER;
}

static Muster__WitnessReply *reply_new(void)
{
    Muster__WitnessReply *reply = calloc(1, sizeof *reply);

    if (!reply)
        abort();
    muster__witness_reply__init(reply);
    return reply;
}

/* Keeps what is to be kept; then there is an answer. Returns the last outcome. */
static enum witness_outcome decide(struct witness_record *kept,
                                   const Muster__WitnessRequest *request,
                                   Muster__WitnessReply *reply)
{
    struct witness_record after;
    enum witness_outcome outcome = witness_decide(kept, request, &after, reply);

    if (outcome != WITNESS_KEEP)
        return outcome;
    CU_ASSERT(!witness_record_equal(kept, &after));
    witness_record_done(kept);
    *kept = after;
    return witness_decide(kept, request, &after, reply);
}

static void step(struct witness_record *witness, const struct row *row)
{
    struct request request;
    Muster__WitnessReply *reply = reply_new();
    bool right;

    request_fill(&request, row);
    right = decide(witness, &request.packed, reply) == WITNESS_ANSWER &&
            reply->granted == row->granted && reply->promised == row->promised &&
            reply->next_number == row->next_number && view_is(reply->decided, row->base) &&
            view_is(reply->next, row->next);
    CHECK_TEXT(right ? "as wanted" : row->what, "as wanted");
    muster__witness_reply__free_unpacked(reply, NULL);
}

static void steps(const struct row *rows, size_t count)
{
    CLEAN(witness_record) struct witness_record witness = {0};

    for (size_t i = 0; i < count; i++)
        step(&witness, &rows[i]);
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

/* However often it is asked. */
static void unanswered_check(const struct witness_record *kept, const struct row *row)
{
    struct request request;

    request_fill(&request, row);
    for (int turn = 0; turn < 2; turn++) {
        Muster__WitnessReply reply = MUSTER__WITNESS_REPLY__INIT;
        struct witness_record after;

        CU_ASSERT(witness_decide(kept, &request.packed, &after, &reply) == WITNESS_KEEP);
        CU_ASSERT(!reply.granted && !reply.promised && !reply.next);
        witness_record_done(&after);
    }
}

static void what_is_not_kept_is_not_answered(void)
{
    static const struct row rows[] = {{"prepare", 5, 1, 0, NONE, true, 5, NONE, 0, NONE},
                                      {"record", 5, 1, 0, 5, true, 5, NONE, 5, 5}};
    CLEAN(witness_record) struct witness_record kept = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unanswered_check(&kept, &rows[i]);
        step(&kept, &rows[i]);
    }
}

static void a_record_that_cannot_be_read_gives_no_vote(void)
{
    static const struct row row = {"prepare", 5, 1, 0, NONE, true, 5, NONE, 0, NONE};
    const struct witness_record kept = {.unreadable = true};
    Muster__WitnessReply reply = MUSTER__WITNESS_REPLY__INIT;
    struct witness_record after;
    struct request request;

    request_fill(&request, &row);
    CU_ASSERT(witness_decide(&kept, &request.packed, &after, &reply) == WITNESS_UNABLE);
    CU_ASSERT(!reply.granted && !reply.promised);
}

/* Spoils one thing of a request, by number. Returns whether there was one. */
static bool spoil(struct request *request, int kind)
{
    switch (kind) {
    case 0:
        request->packed.number = 0;
        return true;
    case 1:
        request->packed.decided = NULL;
        return true;
    case 2:
        request->packed.candidate = NULL;
        return true;
    case 3:
        request->candidate.incarnation.len = WITNESS_RECORD_LIFE - 1;
        return true;
    case 4:
        request->candidate.incarnation = (ProtobufCBinaryData){0};
        return true;
    case 5:
        request->packed.view = NULL;
        return true;
    case 6:
        request->view.generation = 0;
        return true;
    case 7:
        request->member.incarnation.len = WITNESS_RECORD_LIFE + 1;
        return true;
    case 8:
        request->member.slot = WITNESS_RECORD_MEMBERS;
        return true;
    case 9:
        request->view.n_members = WITNESS_RECORD_MEMBERS + 1;
        return true;
    default:
        return false;
    }
}

static void a_malformed_request_does_nothing(void)
{
    static const struct row good = {"good", 9, 1, 1, 2, true, 9, 1, 9, 2};
    static const struct row first = {"first", 3, 1, 0, NONE, true, 3, NONE, 0, NONE};
    static const struct row after = {"after", 3, 1, 0, NONE, true, 3, NONE, 0, NONE};
    CLEAN(witness_record) struct witness_record witness = {0};
    struct request request;

    step(&witness, &first);
    request_fill(&request, &good);
    for (int kind = 0; spoil(&request, kind); kind++, request_fill(&request, &good)) {
        Muster__WitnessReply reply = MUSTER__WITNESS_REPLY__INIT;

        CU_ASSERT(decide(&witness, &request.packed, &reply) == WITNESS_MALFORMED);
        CU_ASSERT(!reply.granted && !reply.promised && !reply.decided && !reply.next);
    }
    step(&witness, &after);
}

SUITE("controller witness",
      {"a number is promised to one candidate", a_number_is_promised_to_one_candidate},
      {"what was recorded is told to whoever asks later",
       what_was_recorded_is_told_to_whoever_asks_later},
      {"a record needs the promise", a_record_needs_the_promise},
      {"a newer base begins a new round", a_newer_base_begins_a_new_round},
      {"an older base is told and not recorded", an_older_base_is_told_and_not_recorded},
      {"a refused candidate moves no base", a_refused_candidate_moves_no_base},
      {"what is not kept is not answered", what_is_not_kept_is_not_answered},
      {"a record that cannot be read gives no vote", a_record_that_cannot_be_read_gives_no_vote},
      {"a malformed request does nothing", a_malformed_request_does_nothing})
