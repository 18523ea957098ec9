/* book - where the agents of the job are. */
#include "agent/book.h"

const struct book_entry *book_find(const struct book *book, const struct identity *id)
{
    const struct book_entry *entry;

    if (id->slot >= VIEW_MEMBERS)
        return NULL;
    entry = &book->entries[id->slot];
    return identity_equal(&entry->id, id) ? entry : NULL;
}

/* Whether it is another life in the owner's slot. */
static bool usurps(const struct book *book, const struct book_entry *entry)
{
    return identity_known(&book->owner) && entry->id.slot == book->owner.slot &&
           !identity_equal(&entry->id, &book->owner);
}

void book_learn(struct book *book, const struct book_entry *entry)
{
    if (entry->id.slot < VIEW_MEMBERS && identity_known(&entry->id) && entry->address[0] &&
        !usurps(book, entry))
        book->entries[entry->id.slot] = *entry;
}

void book_recall(struct book *book, const struct book_entry *entry)
{
    if (entry->id.slot < VIEW_MEMBERS && !identity_known(&book->entries[entry->id.slot].id))
        book_learn(book, entry);
}
