/* inbox - what a machine of this agent is to hear next. */
#include "agent/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct inbox_item *add(struct inbox *inbox, enum inbox_kind kind)
{
    struct inbox_item *item = memory_get(1, sizeof *item);

    item->kind = kind;
    if (inbox->last)
        inbox->last->next = item;
    else
        inbox->first = item;
    inbox->last = item;
    return item;
}

void inbox_envelope(struct inbox *inbox, const void *data, size_t size)
{
    struct inbox_item *item = add(inbox, INBOX_ENVELOPE);

    item->bytes = memory_get(size, 1);
    item->size = size;
    memcpy(item->bytes, data, size);
}

void inbox_member(struct inbox *inbox, const struct member_event *event)
{
    struct inbox_item *item = add(inbox, INBOX_MEMBER);
    size_t size;

    item->event = *event;
    if (!event->message)
        return;
    item->message = *event->message;
    item->event.message = &item->message;
    if (item->message.text)
        item->message.text = memory_text(item->message.text);
    if (item->message.blob_count) {
        size = item->message.blob_count * sizeof *item->message.blobs;
        item->message.blobs = memcpy(memory_get(1, size), item->message.blobs, size);
    }
}

void inbox_lost(struct inbox *inbox, const struct identity *id, bool silent)
{
    struct inbox_item *item = add(inbox, INBOX_LOST);

    item->id = *id;
    item->silent = silent;
}

void inbox_stand(struct inbox *inbox, const struct identity *lost, int64_t since, bool left)
{
    struct inbox_item *item = add(inbox, INBOX_STAND);

    item->id = *lost;
    item->since = since;
    item->left = left;
}

struct inbox_item *inbox_take(struct inbox *inbox)
{
    struct inbox_item *item = inbox->first;

    if (!item)
        return NULL;
    inbox->first = item->next;
    if (!inbox->first)
        inbox->last = NULL;
    return item;
}

void inbox_free(struct inbox_item *item)
{
    if (item->kind == INBOX_MEMBER) {
        free((char *)item->message.text);
        if (item->message.blob_count)
            free((void *)item->message.blobs);
    }
    free(item->bytes);
    free(item);
}
