/* codec - messages to protobuf and back. */
#include "agent/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LIFE 16

/* Packing. What is allocated here is freed by protobuf-c with the whole envelope. */

Muster__Agent *codec_pack_agent(const struct book_entry *entry)
{
    Muster__Agent *packed = memory_get(1, sizeof *packed);

    muster__agent__init(packed);
    packed->slot = entry->id.slot;
    packed->incarnation.len = LIFE;
    packed->incarnation.data = memory_get(1, LIFE);
    memcpy(packed->incarnation.data, entry->id.life, LIFE);
    packed->address = memory_text(entry->address);
    packed->node = memory_text(entry->node);
    packed->pod = memory_text(entry->pod);
    packed->ranks = entry->ranks;
    return packed;
}

static Muster__Agent *pack_identity(const struct identity *id, const struct book *book)
{
    const struct book_entry *known = book_find(book, id);
    struct book_entry bare = {.id = *id};

    return codec_pack_agent(known ? known : &bare);
}

Muster__View *codec_pack_view(const struct view *view, const struct book *book)
{
    Muster__View *packed = memory_get(1, sizeof *packed);

    muster__view__init(packed);
    packed->generation = view->generation;
    packed->n_members = view->count;
    packed->members = memory_get(view->count, sizeof *packed->members);
    for (uint32_t i = 0; i < view->count; i++)
        packed->members[i] = pack_identity(&view->members[i], book);
    return packed;
}

static void pack_blobs(const struct message *message, Muster__Envelope *envelope)
{
    envelope->n_blobs = message->blob_count;
    envelope->blobs = memory_get(message->blob_count, sizeof *envelope->blobs);
    for (uint32_t i = 0; i < message->blob_count; i++) {
        const struct blob *blob = &message->blobs[i];

        envelope->blobs[i].len = blob->size;
        envelope->blobs[i].data = memory_get(1, blob->size);
        memcpy(envelope->blobs[i].data, blob->bytes, blob->size);
    }
}

static void pack_progress(const struct message *message, Muster__Envelope *envelope)
{
    envelope->n_ranks = message->progress_count;
    envelope->ranks = memory_get(message->progress_count, sizeof(void *));
    for (uint32_t i = 0; i < message->progress_count; i++) {
        const struct rank_progress *progress = &message->progress[i];
        Muster__RankProgress *packed = memory_get(1, sizeof *packed);

        muster__rank_progress__init(packed);
        packed->phase = progress->phase;
        packed->generation = progress->generation;
        packed->begun = progress->begun;
        packed->committed = progress->committed;
        packed->sequence = progress->sequence;
        packed->stopped = progress->stopped;
        packed->computed_nanoseconds = progress->computed;
        packed->work = progress->work;
        envelope->ranks[i] = packed;
    }
}

static bool carries_fault(enum message_kind kind)
{
    return kind == MESSAGE_FAULT || kind == MESSAGE_KILL;
}

static Muster__Fault *pack_fault(const struct message *message)
{
    Muster__Fault *fault = memory_get(1, sizeof *fault);

    muster__fault__init(fault);
    fault->cause = (uint32_t)message->fault.cause;
    fault->local_rank = message->fault.local_rank;
    fault->age_nanoseconds = (uint64_t)message->fault.age;
    fault->text = memory_text("");
    fault->final = message->fault.final;
    fault->fault_class = (uint32_t)message->fault.class;
    return fault;
}

static bool carries_measurement(enum message_kind kind)
{
    return kind == MESSAGE_MEASURE || kind == MESSAGE_MEASURED;
}

static Muster__Measurement *pack_measurement(const struct message *message)
{
    Muster__Measurement *measurement = memory_get(1, sizeof *measurement);

    muster__measurement__init(measurement);
    measurement->local_rank = message->local_rank;
    measurement->nanoseconds = (uint64_t)message->measured;
    return measurement;
}

void codec_pack(const struct message *message,
                const struct codec_scope *scope,
                const struct identity *self,
                const struct book *book,
                struct text *out)
{
    Muster__Envelope *envelope = memory_get(1, sizeof *envelope);
    size_t size;
    uint8_t *bytes;

    muster__envelope__init(envelope);
    envelope->job = memory_text(scope->job);
    envelope->attempt = scope->attempt;
    envelope->sender = pack_identity(self, book);
    envelope->kind = (Muster__Envelope__Kind)message->kind;
    envelope->number = message->number;
    envelope->next_number = message->next_number;
    envelope->committed = message->committed;
    envelope->begun = message->begun;
    envelope->code = (uint32_t)message->outcome;
    envelope->patience_nanoseconds = (uint64_t)message->patience;
    envelope->text = memory_text(message->text ? message->text : "");
    if (message->decided)
        envelope->decided = codec_pack_view(message->decided, book);
    if (message->view)
        envelope->view = codec_pack_view(message->view, book);
    if (message->next)
        envelope->next = codec_pack_view(message->next, book);
    if (identity_known(&message->lead))
        envelope->lead = pack_identity(&message->lead, book);
    if (message->blob_count)
        pack_blobs(message, envelope);
    if (message->progress_count)
        pack_progress(message, envelope);
    if (carries_fault(message->kind))
        envelope->fault = pack_fault(message);
    if (carries_measurement(message->kind))
        envelope->measurement = pack_measurement(message);
    size = muster__envelope__get_packed_size(envelope);
    bytes = memory_get(1, size);
    muster__envelope__pack(envelope, bytes);
    text_add_bytes(out, bytes, size);
    free(bytes);
    muster__envelope__free_unpacked(envelope, NULL);
}

/* Unpacking. */

int codec_unpack_agent(const Muster__Agent *packed, struct book_entry *entry)
{
    struct book_entry fresh = {0};

    if (!packed || packed->slot >= VIEW_MEMBERS || packed->incarnation.len != LIFE ||
        strlen(packed->address) >= sizeof fresh.address ||
        strlen(packed->node) >= sizeof fresh.node || strlen(packed->pod) >= sizeof fresh.pod)
        return 1;
    fresh.id.slot = packed->slot;
    memcpy(fresh.id.life, packed->incarnation.data, LIFE);
    if (!identity_known(&fresh.id))
        return 1;
    snprintf(fresh.address, sizeof fresh.address, "%s", packed->address);
    snprintf(fresh.node, sizeof fresh.node, "%s", packed->node);
    snprintf(fresh.pod, sizeof fresh.pod, "%s", packed->pod);
    fresh.ranks = packed->ranks;
    *entry = fresh;
    return 0;
}

int codec_unpack_view(const Muster__View *packed, struct view *view)
{
    struct book_entry entry;

    view->count = 0;
    view->generation = packed->generation;
    if (packed->n_members > VIEW_MEMBERS || (!packed->generation && packed->n_members))
        return 1;
    for (size_t i = 0; i < packed->n_members; i++) {
        if (codec_unpack_agent(packed->members[i], &entry) ||
            view_find_slot(view, entry.id.slot) >= 0 || view_add(view, &entry.id))
            return 1;
    }
    return 0;
}

/* Takes the addresses in a view into the book; `newest` when it tells who is there now. */
static void view_note(const Muster__View *packed, bool newest, struct book *book)
{
    struct book_entry entry;

    for (size_t i = 0; packed && i < packed->n_members; i++) {
        if (codec_unpack_agent(packed->members[i], &entry))
            continue;
        if (newest)
            book_learn(book, &entry);
        else
            book_recall(book, &entry);
    }
}

static int unpack_views(const Muster__Envelope *envelope, struct codec_message *out)
{
    out->decided.count = 0;
    out->decided.generation = 0;
    if (envelope->decided && codec_unpack_view(envelope->decided, &out->decided))
        return 1;
    out->message.decided = &out->decided;
    if (envelope->view) {
        if (codec_unpack_view(envelope->view, &out->view))
            return 1;
        out->message.view = &out->view;
    }
    if (envelope->next) {
        if (codec_unpack_view(envelope->next, &out->next))
            return 1;
        out->message.next = &out->next;
    }
    return 0;
}

static int unpack_blobs(const Muster__Envelope *envelope, struct codec_message *out)
{
    if (envelope->n_blobs > CODEC_BLOBS)
        return 1;
    for (size_t i = 0; i < envelope->n_blobs; i++) {
        const ProtobufCBinaryData *data = &envelope->blobs[i];

        if (data->len > MESSAGE_BLOB)
            return 1;
        out->blobs[i].size = (uint16_t)data->len;
        if (data->len)
            memcpy(out->blobs[i].bytes, data->data, data->len);
    }
    out->message.blobs = out->blobs;
    out->message.blob_count = (uint32_t)envelope->n_blobs;
    return 0;
}

static int unpack_progress(const Muster__Envelope *envelope, struct codec_message *out)
{
    if (envelope->n_ranks > MESSAGE_RANKS)
        return 1;
    for (size_t i = 0; i < envelope->n_ranks; i++) {
        const Muster__RankProgress *packed = envelope->ranks[i];

        out->progress[i] = (struct rank_progress){.phase = packed->phase,
                                                  .generation = packed->generation,
                                                  .begun = packed->begun,
                                                  .committed = packed->committed,
                                                  .sequence = packed->sequence,
                                                  .stopped = packed->stopped,
                                                  .computed = packed->computed_nanoseconds,
                                                  .work = packed->work};
    }
    out->message.progress = out->progress;
    out->message.progress_count = (uint32_t)envelope->n_ranks;
    return 0;
}

static int unpack_fault(const Muster__Fault *fault, struct message *message)
{
    if (!fault || fault->cause == CAUSE_NONE || fault->cause >= CAUSES ||
        fault->age_nanoseconds > INT64_MAX / 2)
        return 1;
    message->fault.cause = (enum cause)fault->cause;
    message->fault.local_rank = fault->local_rank;
    message->fault.age = (int64_t)fault->age_nanoseconds;
    message->fault.final = fault->final;
    message->fault.class = fault->fault_class < FAULT_CLASSES ? (enum fault_class)fault->fault_class
                                                              : FAULT_CLASS_UNKNOWN;
    return 0;
}

static int unpack_measurement(const Muster__Measurement *measurement, struct message *message)
{
    if (!measurement || measurement->nanoseconds > INT64_MAX)
        return 1;
    message->local_rank = measurement->local_rank;
    message->measured = (int64_t)measurement->nanoseconds;
    return 0;
}

/* What only some kinds carry. */
static int unpack_parts(const Muster__Envelope *envelope, struct message *message)
{
    if (carries_fault(message->kind))
        return unpack_fault(envelope->fault, message);
    return carries_measurement(message->kind) ? unpack_measurement(envelope->measurement, message)
                                              : 0;
}

/* What a kind cannot do without. */
static bool complete(const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_ASSIGN:
    case MESSAGE_RECORD:
    case MESSAGE_SPARES:
        return message->view && message->view->generation;
    case MESSAGE_PROMISE:
        return !message->next_number == !message->next;
    default:
        return true;
    }
}

/* The sender, and whom it follows, if it follows anybody. */
static int unpack_agents(const Muster__Envelope *envelope,
                         struct book_entry *sender,
                         struct book_entry *lead)
{
    if (codec_unpack_agent(envelope->sender, sender))
        return 1;
    return envelope->lead ? codec_unpack_agent(envelope->lead, lead) : 0;
}

static int unpack(const Muster__Envelope *envelope, struct book *book, struct codec_message *out)
{
    struct book_entry sender;
    struct book_entry lead = {0};
    struct message *message = &out->message;

    *message = (struct message){.kind = (enum message_kind)envelope->kind};
    if (envelope->kind <= MUSTER__ENVELOPE__KIND__NONE ||
        (unsigned)envelope->kind >= MESSAGE_KINDS || unpack_agents(envelope, &sender, &lead) ||
        unpack_views(envelope, out) || unpack_blobs(envelope, out) ||
        unpack_progress(envelope, out) || strlen(envelope->text) >= sizeof out->text ||
        envelope->code >= OUTCOMES || envelope->patience_nanoseconds > INT64_MAX / 2 ||
        unpack_parts(envelope, message))
        return 1;
    message->from = sender.id;
    message->lead = lead.id;
    message->number = envelope->number;
    message->next_number = envelope->next_number;
    message->committed = envelope->committed;
    message->begun = envelope->begun;
    message->outcome = (enum outcome)envelope->code;
    message->patience = (int64_t)envelope->patience_nanoseconds;
    snprintf(out->text, sizeof out->text, "%s", envelope->text);
    message->text = out->text;
    if (!complete(message))
        return 1;
    book_learn(book, &sender);
    book_recall(book, &lead);
    view_note(
        envelope->view, message->kind == MESSAGE_ASSIGN || message->kind == MESSAGE_SPARES, book);
    view_note(envelope->decided, false, book);
    view_note(envelope->next, false, book);
    return 0;
}

int codec_unpack(const void *data,
                 size_t size,
                 const struct codec_scope *scope,
                 struct book *book,
                 struct codec_message *out,
                 struct error *error)
{
    Muster__Envelope *envelope = muster__envelope__unpack(NULL, size, data);
    int outcome;

    if (!envelope)
        return error_set(error, "not an envelope");
    if (strcmp(envelope->job, scope->job) || envelope->attempt != scope->attempt)
        outcome = 1;
    else if (unpack(envelope, book, out))
        outcome = error_set(error, "malformed envelope of kind %d", (int)envelope->kind);
    else
        outcome = 0;
    muster__envelope__free_unpacked(envelope, NULL);
    return outcome;
}
