/* Messages come out of their form on the network as they went in, and nothing else comes out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/codec.h"
#include "base/memory.h"
#include "base/random.h"
#include "support/check.h"
#include "support/view_equal.h"

#define ROUNDS 40

static const struct codec_scope scope = {.job = "4cc1d0c5-12f1-4bc6-8ed9-2f28ee3e8f04",
                                         .attempt = 2};

/* Both ends of a session. */
struct ends {
    uint64_t random;
    struct identity self;
    struct book sending;
    struct book hearing;
    struct view views[3];
    struct blob blobs[4];
    struct rank_progress progress[3];
    char text[MESSAGE_TEXT];
    struct message message;
    struct codec_message heard;
};

static struct identity somebody(uint64_t *random, uint32_t slot)
{
    return (struct identity){.slot = slot, .life = {random_next(random), 1}};
}

static void entry_put(struct book *book, const struct identity *id, const char *address)
{
    struct book_entry entry = {.id = *id, .node = "node", .ranks = 2};

    snprintf(entry.address, sizeof entry.address, "%s", address);
    book_learn(book, &entry);
}

static struct ends *ends_new(void)
{
    struct ends *ends = memory_get(1, sizeof *ends);

    ends->random = check_seed();
    ends->self = somebody(&ends->random, 3);
    entry_put(&ends->sending, &ends->self, "10.0.0.3:7000");
    return ends;
}

static int trip(struct ends *ends)
{
    CLEAN(text) struct text bytes = {0};
    struct error error;

    codec_pack(&ends->message, &scope, &ends->self, &ends->sending, &bytes);
    return codec_unpack(bytes.data, bytes.size, &scope, &ends->hearing, &ends->heard, &error);
}

/* Round trips. */

static const struct view *view_make(struct ends *ends, int which)
{
    struct view *view = &ends->views[which];

    view->generation = 1 + random_below(&ends->random, UINT32_MAX);
    view->count = 0;
    for (uint32_t slot = 0; slot < 6; slot++) {
        struct identity member = somebody(&ends->random, slot);

        if (random_below(&ends->random, 2))
            view_add(view, &member);
    }
    return view;
}

static void progress_make(struct ends *ends)
{
    ends->message.progress = ends->progress;
    ends->message.progress_count = (uint32_t)random_below(&ends->random, 4);
    for (uint32_t i = 0; i < ends->message.progress_count; i++)
        ends->progress[i] =
            (struct rank_progress){.phase = (uint32_t)random_below(&ends->random, 8),
                                   .generation = random_next(&ends->random),
                                   .begun = (int64_t)random_below(&ends->random, 100),
                                   .committed = (int64_t)random_below(&ends->random, 100) - 1,
                                   .sequence = random_next(&ends->random),
                                   .computed = random_next(&ends->random),
                                   .work = random_next(&ends->random),
                                   .stopped = random_below(&ends->random, 2)};
}

static void contents_make(struct ends *ends)
{
    struct message *message = &ends->message;
    size_t length = random_below(&ends->random, sizeof ends->text);

    message->blob_count = (uint32_t)random_below(&ends->random, 5);
    message->blobs = ends->blobs;
    for (uint32_t i = 0; i < message->blob_count; i++) {
        ends->blobs[i].size = (uint16_t)random_below(&ends->random, MESSAGE_BLOB + 1);
        memset(ends->blobs[i].bytes, (int)random_below(&ends->random, 256), MESSAGE_BLOB);
    }
    memset(ends->text, 'x', length);
    ends->text[length] = '\0';
    message->text = ends->text;
}

static void message_make(struct ends *ends, enum message_kind kind)
{
    struct message *message = &ends->message;
    bool recorded = random_below(&ends->random, 2);

    *message = (struct message){.kind = kind,
                                .number = random_next(&ends->random),
                                .decided = view_make(ends, 0),
                                .view = view_make(ends, 1),
                                .committed = (int64_t)random_below(&ends->random, 100) - 1,
                                .begun = (int64_t)random_below(&ends->random, 100),
                                .outcome = (enum outcome)random_below(&ends->random, OUTCOMES),
                                .patience = (int64_t)random_below(&ends->random, UINT32_MAX)};
    if (recorded) {
        message->next_number = 1 + random_below(&ends->random, 100);
        message->next = view_make(ends, 2);
        message->lead = somebody(&ends->random, (uint32_t)random_below(&ends->random, 1024));
    }
    if (kind == MESSAGE_FAULT || kind == MESSAGE_KILL)
        message->fault =
            (struct fault){.cause = (enum cause)(1 + random_below(&ends->random, CAUSES - 1)),
                           .local_rank = (uint32_t)random_below(&ends->random, 64),
                           .age = (int64_t)random_below(&ends->random, UINT32_MAX),
                           .class = (enum fault_class)random_below(&ends->random, FAULT_CLASSES),
                           .final = recorded};
    if (kind == MESSAGE_MEASURE || kind == MESSAGE_MEASURED) {
        message->local_rank = (uint32_t)random_next(&ends->random);
        message->measured = (int64_t)random_below(&ends->random, INT64_MAX);
    }
    contents_make(ends);
    progress_make(ends);
}

static bool views_same(const struct view *a, const struct view *b)
{
    return !a == !b && (!a || view_equal(a, b));
}

static bool faults_same(const struct fault *a, const struct fault *b)
{
    return a->cause == b->cause && a->local_rank == b->local_rank && a->age == b->age &&
           a->final == b->final && a->class == b->class;
}

static bool progress_same(const struct rank_progress *a, const struct rank_progress *b)
{
    return a->phase == b->phase && a->generation == b->generation && a->begun == b->begun &&
           a->committed == b->committed && a->sequence == b->sequence && a->stopped == b->stopped &&
           a->computed == b->computed && a->work == b->work;
}

static void heard_check(const struct ends *ends)
{
    const struct message *sent = &ends->message;
    const struct message *heard = &ends->heard.message;

    CU_ASSERT(heard->kind == sent->kind);
    CU_ASSERT(identity_equal(&heard->from, &ends->self));
    CU_ASSERT(heard->number == sent->number);
    CU_ASSERT(views_same(heard->decided, sent->decided));
    CU_ASSERT(views_same(heard->view, sent->view));
    CU_ASSERT(views_same(heard->next, sent->next));
    CU_ASSERT(heard->next_number == sent->next_number);
    CU_ASSERT(heard->committed == sent->committed);
    CU_ASSERT(heard->local_rank == sent->local_rank && heard->measured == sent->measured);
    CU_ASSERT(heard->begun == sent->begun);
    CU_ASSERT(heard->outcome == sent->outcome);
    CU_ASSERT(heard->patience == sent->patience);
    CU_ASSERT(identity_equal(&heard->lead, &sent->lead));
    CU_ASSERT(faults_same(&heard->fault, &sent->fault));
    CHECK_TEXT(heard->text, sent->text);
    CU_ASSERT_FATAL(heard->blob_count == sent->blob_count);
    for (uint32_t i = 0; i < sent->blob_count; i++) {
        CU_ASSERT(heard->blobs[i].size == sent->blobs[i].size);
        CU_ASSERT(!memcmp(heard->blobs[i].bytes, sent->blobs[i].bytes, sent->blobs[i].size));
    }
    CU_ASSERT_FATAL(heard->progress_count == sent->progress_count);
    for (uint32_t i = 0; i < sent->progress_count; i++)
        CU_ASSERT(progress_same(&heard->progress[i], &sent->progress[i]));
}

static void every_kind_comes_out_as_it_went_in(void)
{
    CLEAN_FREE struct ends *ends = ends_new();

    for (unsigned i = 0; i < ROUNDS * (MESSAGE_KINDS - 1); i++) {
        message_make(ends, (enum message_kind)(1 + i % (MESSAGE_KINDS - 1)));
        CU_ASSERT_FATAL(trip(ends) == 0);
        heard_check(ends);
    }
}

static void what_is_absent_stays_absent(void)
{
    CLEAN_FREE struct ends *ends = ends_new();

    message_make(ends, MESSAGE_PROMISE);
    CU_ASSERT_FATAL(trip(ends) == 0);
    ends->message = (struct message){.kind = MESSAGE_HELLO};
    CU_ASSERT_FATAL(trip(ends) == 0);
    CU_ASSERT(ends->heard.message.decided->generation == 0);
    CU_ASSERT(ends->heard.message.decided->count == 0);
    CU_ASSERT(ends->heard.message.view == NULL);
    CU_ASSERT(ends->heard.message.next == NULL);
    CU_ASSERT(ends->heard.message.blob_count == 0);
    CU_ASSERT(ends->heard.message.progress_count == 0);
    CU_ASSERT(!identity_known(&ends->heard.message.lead));
    CHECK_TEXT(ends->heard.message.text, "");
}

static void another_job_or_attempt_is_nobodys(void)
{
    CLEAN_FREE struct ends *ends = ends_new();
    CLEAN(text) struct text bytes = {0};
    struct codec_scope other_job = scope;
    struct codec_scope other_attempt = scope;

    other_job.job[0] ^= 1;
    other_attempt.attempt++;
    message_make(ends, MESSAGE_ASSIGN);
    codec_pack(&ends->message, &scope, &ends->self, &ends->sending, &bytes);
    CU_ASSERT(
        codec_unpack(bytes.data, bytes.size, &other_job, &ends->hearing, &ends->heard, NULL) == 1);
    CU_ASSERT(codec_unpack(
                  bytes.data, bytes.size, &other_attempt, &ends->hearing, &ends->heard, NULL) == 1);
    CU_ASSERT(book_find(&ends->hearing, &ends->self) == NULL);
}

/* What is refused. Each change is made to an envelope that passes without it. */

typedef void (*envelope_change)(Muster__Envelope *envelope);

static void text_set(char **text, size_t length)
{
    free(*text);
    *text = memory_get(length + 1, 1);
    memset(*text, 'x', length);
}

static void no_sender(Muster__Envelope *envelope)
{
    muster__agent__free_unpacked(envelope->sender, NULL);
    envelope->sender = NULL;
}

static void slot_beyond(Muster__Envelope *envelope)
{
    envelope->sender->slot = VIEW_MEMBERS;
}

static void life_short(Muster__Envelope *envelope)
{
    envelope->sender->incarnation.len--;
}

static void life_of_nobody(Muster__Envelope *envelope)
{
    memset(envelope->sender->incarnation.data, 0, envelope->sender->incarnation.len);
}

static void address_long(Muster__Envelope *envelope)
{
    text_set(&envelope->sender->address, BOOK_ADDRESS);
}

static void node_long(Muster__Envelope *envelope)
{
    text_set(&envelope->sender->node, BOOK_NODE);
}

/* A kind that the enumeration does not have, as it may come in. */
static void kind_set(Muster__Envelope *envelope, int kind)
{
    memcpy(&envelope->kind, &kind, sizeof kind);
}

static void kind_none(Muster__Envelope *envelope)
{
    kind_set(envelope, MESSAGE_NONE);
}

static void kind_unknown(Muster__Envelope *envelope)
{
    kind_set(envelope, MESSAGE_KINDS);
}

static void kind_negative(Muster__Envelope *envelope)
{
    kind_set(envelope, -1);
}

static void members_before_the_first(Muster__Envelope *envelope)
{
    envelope->decided->generation = 0;
}

static void member_twice(Muster__Envelope *envelope)
{
    envelope->decided->members[0]->slot = envelope->decided->members[1]->slot;
}

static void members_many(Muster__Envelope *envelope)
{
    Muster__View *view = envelope->next;
    size_t capacity = view->n_members;
    const struct book_entry entry = {.id = {.life = {1, 1}}};

    memory_grow(&view->members, &capacity, VIEW_MEMBERS + 1, sizeof *view->members);
    while (view->n_members <= VIEW_MEMBERS)
        view->members[view->n_members++] = codec_pack_agent(&entry);
}

static void blobs_many(Muster__Envelope *envelope)
{
    size_t capacity = envelope->n_blobs;

    memory_grow(&envelope->blobs, &capacity, CODEC_BLOBS + 1, sizeof *envelope->blobs);
    while (envelope->n_blobs <= CODEC_BLOBS)
        envelope->blobs[envelope->n_blobs++] = (ProtobufCBinaryData){.data = memory_get(1, 1)};
}

static void blob_long(Muster__Envelope *envelope)
{
    free(envelope->blobs[0].data);
    envelope->blobs[0].data = memory_get(1, MESSAGE_BLOB + 1);
    envelope->blobs[0].len = MESSAGE_BLOB + 1;
}

static void ranks_many(Muster__Envelope *envelope)
{
    size_t capacity = envelope->n_ranks;

    memory_grow(&envelope->ranks, &capacity, MESSAGE_RANKS + 1, sizeof *envelope->ranks);
    while (envelope->n_ranks <= MESSAGE_RANKS) {
        Muster__RankProgress *progress = memory_get(1, sizeof *progress);

        muster__rank_progress__init(progress);
        envelope->ranks[envelope->n_ranks++] = progress;
    }
}

static void text_long(Muster__Envelope *envelope)
{
    text_set(&envelope->text, MESSAGE_TEXT);
}

static void outcome_unknown(Muster__Envelope *envelope)
{
    envelope->code = OUTCOMES;
}

static void lead_beyond(Muster__Envelope *envelope)
{
    envelope->lead->slot = VIEW_MEMBERS;
}

static void no_fault(Muster__Envelope *envelope)
{
    muster__fault__free_unpacked(envelope->fault, NULL);
    envelope->fault = NULL;
}

static void cause_none(Muster__Envelope *envelope)
{
    envelope->fault->cause = CAUSE_NONE;
}

static void cause_unknown(Muster__Envelope *envelope)
{
    envelope->fault->cause = CAUSES;
}

static void age_negative(Muster__Envelope *envelope)
{
    envelope->fault->age_nanoseconds = UINT64_MAX;
}

static void no_view(Muster__Envelope *envelope)
{
    muster__view__free_unpacked(envelope->view, NULL);
    envelope->view = NULL;
}

static void view_of_no_generation(Muster__Envelope *envelope)
{
    no_view(envelope);
    envelope->view = memory_get(1, sizeof *envelope->view);
    muster__view__init(envelope->view);
}

static void next_without_number(Muster__Envelope *envelope)
{
    envelope->next_number = 0;
}

static void number_without_next(Muster__Envelope *envelope)
{
    muster__view__free_unpacked(envelope->next, NULL);
    envelope->next = NULL;
}

static const struct {
    enum message_kind kind;
    envelope_change change;
} refused[] = {
    {MESSAGE_HELLO, no_sender},
    {MESSAGE_HELLO, slot_beyond},
    {MESSAGE_HELLO, life_short},
    {MESSAGE_HELLO, life_of_nobody},
    {MESSAGE_HELLO, address_long},
    {MESSAGE_HELLO, node_long},
    {MESSAGE_HELLO, kind_none},
    {MESSAGE_HELLO, kind_unknown},
    {MESSAGE_HELLO, kind_negative},
    {MESSAGE_PREPARE, members_before_the_first},
    {MESSAGE_PREPARE, member_twice},
    {MESSAGE_PROMISE, members_many},
    {MESSAGE_READY, blobs_many},
    {MESSAGE_READY, blob_long},
    {MESSAGE_REFUSE, text_long},
    {MESSAGE_REFUSE, lead_beyond},
    {MESSAGE_DONE, outcome_unknown},
    {MESSAGE_BEAT, ranks_many},
    {MESSAGE_KILL, no_fault},
    {MESSAGE_FAULT, no_fault},
    {MESSAGE_FAULT, cause_none},
    {MESSAGE_FAULT, cause_unknown},
    {MESSAGE_FAULT, age_negative},
    {MESSAGE_ASSIGN, no_view},
    {MESSAGE_ASSIGN, view_of_no_generation},
    {MESSAGE_RECORD, no_view},
    {MESSAGE_RECORD, view_of_no_generation},
    {MESSAGE_SPARES, no_view},
    {MESSAGE_PROMISE, next_without_number},
    {MESSAGE_PROMISE, number_without_next},
};

/* A message of that kind that has everything. */
static void full_make(struct ends *ends, enum message_kind kind)
{
    struct identity others[2] = {somebody(&ends->random, 4), somebody(&ends->random, 5)};

    message_make(ends, kind);
    ends->message.next_number = 7;
    ends->message.next = view_make(ends, 2);
    ends->message.lead = others[0];
    ends->message.blobs = ends->blobs;
    ends->message.blob_count = 1;
    view_add(&ends->views[0], &others[0]);
    view_add(&ends->views[0], &others[1]);
}

static void changed_check(struct ends *ends, const struct text *bytes, envelope_change change)
{
    Muster__Envelope *envelope =
        muster__envelope__unpack(NULL, bytes->size, (const uint8_t *)bytes->data);
    struct error error = {""};
    CLEAN_FREE uint8_t *changed = NULL;
    size_t size;

    CU_ASSERT_FATAL(envelope != NULL);
    change(envelope);
    size = muster__envelope__get_packed_size(envelope);
    changed = memory_get(1, size);
    muster__envelope__pack(envelope, changed);
    CU_ASSERT(codec_unpack(changed, size, &scope, &ends->hearing, &ends->heard, &error) == -1);
    CHECK_HAS(error.text, "malformed envelope of kind");
    CU_ASSERT(book_find(&ends->hearing, &ends->self) == NULL);
    muster__envelope__free_unpacked(envelope, NULL);
}

static void what_is_out_of_bounds_is_refused_and_teaches_nothing(void)
{
    CLEAN_FREE struct ends *ends = ends_new();

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        CLEAN(text) struct text bytes = {0};

        full_make(ends, refused[i].kind);
        codec_pack(&ends->message, &scope, &ends->self, &ends->sending, &bytes);
        CU_ASSERT(
            codec_unpack(bytes.data, bytes.size, &scope, &ends->hearing, &ends->heard, NULL) == 0);
        memset(&ends->hearing, 0, sizeof ends->hearing);
        changed_check(ends, &bytes, refused[i].change);
    }
}

/* What is cut off between two fields may pass for a smaller message: there are 17 fields. */
static void a_message_cut_short_is_refused(void)
{
    CLEAN_FREE struct ends *ends = ends_new();
    CLEAN(text) struct text bytes = {0};
    int passed = 0;
    int outcome = 0;

    full_make(ends, MESSAGE_REFUSE);
    codec_pack(&ends->message, &scope, &ends->self, &ends->sending, &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        CLEAN_FREE char *part = memory_get(size, 1);

        memcpy(part, bytes.data, size);
        outcome = codec_unpack(part, size, &scope, &ends->hearing, &ends->heard, NULL);
        passed += outcome == 0;
    }
    CU_ASSERT(outcome == -1);
    CU_ASSERT(passed < 17);
}

/* What a message teaches. */

static void the_newest_incarnations_are_learnt_of_their_own_words_and_assignments(void)
{
    CLEAN_FREE struct ends *ends = ends_new();
    struct identity old = somebody(&ends->random, 5);
    struct identity new = somebody(&ends->random, 5);

    entry_put(&ends->hearing, &old, "10.0.0.5:1");
    entry_put(&ends->sending, &new, "10.0.0.5:2");
    ends->views[0].generation = 2;
    view_add(&ends->views[0], &new);
    ends->message = (struct message){.kind = MESSAGE_PREPARE, .decided = &ends->views[0]};
    CU_ASSERT_FATAL(trip(ends) == 0);
    CU_ASSERT(book_find(&ends->hearing, &old) != NULL);
    CHECK_TEXT(book_find(&ends->hearing, &ends->self)->address, "10.0.0.3:7000");

    ends->message = (struct message){.kind = MESSAGE_ASSIGN, .view = &ends->views[0]};
    CU_ASSERT_FATAL(trip(ends) == 0);
    CHECK_TEXT(book_find(&ends->hearing, &new)->address, "10.0.0.5:2");
}

static void where_spares_are_is_learnt(void)
{
    CLEAN_FREE struct ends *ends = ends_new();
    struct identity old = somebody(&ends->random, 5);
    struct identity new = somebody(&ends->random, 5);

    entry_put(&ends->hearing, &old, "10.0.0.5:1");
    entry_put(&ends->sending, &new, "10.0.0.5:2");
    ends->views[0].generation = 2;
    view_add(&ends->views[0], &new);
    ends->message = (struct message){.kind = MESSAGE_SPARES, .view = &ends->views[0]};
    CU_ASSERT_FATAL(trip(ends) == 0);
    CU_ASSERT_FATAL(book_find(&ends->hearing, &new) != NULL);
    CHECK_TEXT(book_find(&ends->hearing, &new)->address, "10.0.0.5:2");
}

static void the_address_of_the_lead_that_a_refusal_names_is_learnt(void)
{
    CLEAN_FREE struct ends *ends = ends_new();
    struct identity lead = somebody(&ends->random, 9);

    entry_put(&ends->sending, &lead, "10.0.0.9:7000");
    ends->message = (struct message){.kind = MESSAGE_REFUSE, .lead = lead};
    CU_ASSERT_FATAL(trip(ends) == 0);
    CU_ASSERT_FATAL(book_find(&ends->hearing, &lead) != NULL);
    CHECK_TEXT(book_find(&ends->hearing, &lead)->address, "10.0.0.9:7000");
}

SUITE("agent codec",
      {"every kind comes out as it went in", every_kind_comes_out_as_it_went_in},
      {"what is absent stays absent", what_is_absent_stays_absent},
      {"another job or attempt is nobody's", another_job_or_attempt_is_nobodys},
      {"what is out of bounds is refused and teaches nothing",
       what_is_out_of_bounds_is_refused_and_teaches_nothing},
      {"a message cut short is refused", a_message_cut_short_is_refused},
      {"the newest incarnations are learnt of their own words and assignments",
       the_newest_incarnations_are_learnt_of_their_own_words_and_assignments},
      {"where spares are is learnt", where_spares_are_is_learnt},
      {"the address of the lead that a refusal names is learnt",
       the_address_of_the_lead_that_a_refusal_names_is_learnt})
