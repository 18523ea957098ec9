/* The inbox keeps order, and copies of everything. */
#include "agent/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

/* The next item, which must be there. */
static struct inbox_item *take(struct inbox *inbox)
{
    struct inbox_item *item = inbox_take(inbox);

    if (!item)
        abort();
    return item;
}

static void items_come_out_in_the_order_they_went_in(void)
{
    struct inbox inbox = {0};
    struct identity id = {.slot = 3, .life = {1, 2}};
    static const enum inbox_kind order[] = {
        INBOX_LOST, INBOX_ENVELOPE, INBOX_STAND, INBOX_MEMBER, INBOX_LOST};
    struct inbox_item *item;

    CU_ASSERT(inbox_take(&inbox) == NULL);
    inbox_lost(&inbox, &id, true);
    inbox_envelope(&inbox, "abc", 3);
    inbox_stand(&inbox, &id, 77, true);
    inbox_member(&inbox, &(struct member_event){.kind = MEMBER_TIMER});
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        item = take(&inbox);
        CU_ASSERT(item->kind == order[i]);
        inbox_free(item);
        if (i == 0)
            inbox_lost(&inbox, &id, false); /* while it is served */
    }
    CU_ASSERT(inbox_take(&inbox) == NULL);
    inbox_lost(&inbox, &id, false); /* and again after it was empty */
    item = take(&inbox);
    inbox_free(item);
}

static void everything_is_copied(void)
{
    struct inbox inbox = {0};
    char bytes[] = "bytes";
    char text[] = "signal 9";
    struct blob blobs[2] = {{.size = 1, .bytes = "x"}, {.size = 2, .bytes = "yz"}};
    struct message message = {.number = 5, .text = text, .blobs = blobs, .blob_count = 2};
    struct inbox_item *item;

    inbox_envelope(&inbox, bytes, 5);
    inbox_member(&inbox, &(struct member_event){.kind = MEMBER_SET, .message = &message});
    memset(bytes, '-', 5);
    memset(text, '-', strlen(text));
    memset(blobs, '-', sizeof blobs);
    message = (struct message){0};

    item = take(&inbox);
    CU_ASSERT(item->size == 5 && !memcmp(item->bytes, "bytes", 5));
    inbox_free(item);
    item = take(&inbox);
    CU_ASSERT(item->event.kind == MEMBER_SET);
    CU_ASSERT(item->event.message->number == 5);
    CHECK_TEXT(item->event.message->text, "signal 9");
    CU_ASSERT_FATAL(item->event.message->blob_count == 2);
    CU_ASSERT(item->event.message->blobs[1].size == 2);
    CU_ASSERT(!memcmp(item->event.message->blobs[1].bytes, "yz", 2));
    inbox_free(item);
}

static void what_goes_with_an_item_comes_with_it(void)
{
    struct inbox inbox = {0};
    struct identity id = {.slot = 3, .life = {1, 2}};
    struct inbox_item *item;

    inbox_stand(&inbox, &id, 77, true);
    inbox_member(&inbox, &(struct member_event){.kind = MEMBER_ENROLLED, .identity = id});
    item = take(&inbox);
    CU_ASSERT(identity_equal(&item->id, &id));
    CU_ASSERT(item->since == 77 && item->left);
    inbox_free(item);
    item = take(&inbox);
    CU_ASSERT(identity_equal(&item->event.identity, &id));
    CU_ASSERT(item->event.message == NULL);
    inbox_free(item);
}

SUITE("agent inbox",
      {"items come out in the order they went in", items_come_out_in_the_order_they_went_in},
      {"everything is copied", everything_is_copied},
      {"what goes with an item comes with it", what_goes_with_an_item_comes_with_it})
