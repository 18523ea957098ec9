/* Any bytes as a message of another agent: refused, or understood so that it says the same when it
 * is sent again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/codec.h"
#include "base/memory.h"
#include "support/view_equal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct codec_scope scope = {.job = "fuzz", .attempt = 1};

static void views_compare(const struct view *a, const struct view *b)
{
    if (!a != !b || (a && !view_equal(a, b)))
        abort();
}

static void blobs_compare(const struct message *a, const struct message *b)
{
    if (a->blob_count != b->blob_count)
        abort();
    for (uint32_t i = 0; i < a->blob_count; i++) {
        if (a->blobs[i].size > MESSAGE_BLOB || a->blobs[i].size != b->blobs[i].size ||
            memcmp(a->blobs[i].bytes, b->blobs[i].bytes, a->blobs[i].size) != 0)
            abort();
    }
}

static void progress_compare(const struct message *a, const struct message *b)
{
    if (a->progress_count != b->progress_count || a->progress_count > MESSAGE_RANKS)
        abort();
    for (uint32_t i = 0; i < a->progress_count; i++) {
        const struct rank_progress *one = &a->progress[i];
        const struct rank_progress *other = &b->progress[i];

        if (one->phase != other->phase || one->generation != other->generation ||
            one->begun != other->begun || one->committed != other->committed ||
            one->sequence != other->sequence || one->stopped != other->stopped)
            abort();
    }
}

static void messages_compare(const struct message *a, const struct message *b)
{
    views_compare(a->decided, b->decided);
    views_compare(a->view, b->view);
    views_compare(a->next, b->next);
    blobs_compare(a, b);
    progress_compare(a, b);
    if (a->kind != b->kind || a->number != b->number || a->next_number != b->next_number ||
        a->committed != b->committed || a->begun != b->begun || a->outcome != b->outcome)
        abort();
    if (!identity_equal(&a->from, &b->from) || !identity_equal(&a->lead, &b->lead) ||
        strcmp(a->text, b->text) != 0)
        abort();
    if (a->fault.cause != b->fault.cause || a->fault.age != b->fault.age ||
        a->fault.local_rank != b->fault.local_rank || a->fault.final != b->fault.final)
        abort();
}

/* What passes can be given to a machine: slots are in bounds, and each has one member. */
static void view_check(const struct view *view)
{
    for (uint32_t i = 0; view && i < view->count; i++) {
        if (view->members[i].slot >= VIEW_MEMBERS || !identity_known(&view->members[i]) ||
            view_find(view, &view->members[i]) != (int)i)
            abort();
    }
}

static void message_check(const struct message *message)
{
    view_check(message->decided);
    view_check(message->view);
    view_check(message->next);
    if (message->kind == MESSAGE_NONE || message->kind >= MESSAGE_KINDS ||
        message->from.slot >= VIEW_MEMBERS || !identity_known(&message->from))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN_FREE struct book *book = memory_get(1, sizeof *book);
    CLEAN_FREE struct codec_message *first = memory_get(1, sizeof *first);
    CLEAN_FREE struct codec_message *second = memory_get(1, sizeof *second);
    CLEAN(text) struct text bytes = {0};
    struct error error;

    if (codec_unpack(data, size, &scope, book, first, &error))
        return 0;
    message_check(&first->message);
    codec_pack(&first->message, &scope, &first->message.from, book, &bytes);
    if (codec_unpack(bytes.data, bytes.size, &scope, book, second, &error))
        abort();
    messages_compare(&first->message, &second->message);
    return 0;
}
