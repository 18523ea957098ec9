/* The book of addresses: one entry a slot, of exactly one incarnation. */
#include "agent/book.h"

#include <stdio.h>

#include "base/memory.h"
#include "support/check.h"

static struct book_entry entry_of(uint32_t slot, uint64_t life, const char *address)
{
    struct book_entry entry = {.id = {.slot = slot, .life = {life, 0}}};

    snprintf(entry.address, sizeof entry.address, "%s", address);
    return entry;
}

static void the_newest_entry_of_a_slot_replaces_the_one_before(void)
{
    CLEAN_FREE struct book *book = memory_get(1, sizeof *book);
    struct book_entry old = entry_of(2, 1, "10.0.0.2:1");
    struct book_entry new = entry_of(2, 2, "10.0.0.2:2");

    CU_ASSERT(book_find(book, &old.id) == NULL);
    book_learn(book, &old);
    CU_ASSERT_FATAL(book_find(book, &old.id) != NULL);
    CHECK_TEXT(book_find(book, &old.id)->address, "10.0.0.2:1");
    book_learn(book, &new);
    CU_ASSERT(book_find(book, &old.id) == NULL);
    CHECK_TEXT(book_find(book, &new.id)->address, "10.0.0.2:2");
}

static void an_entry_of_an_old_view_fills_a_gap_and_replaces_nothing(void)
{
    CLEAN_FREE struct book *book = memory_get(1, sizeof *book);
    struct book_entry known = entry_of(2, 1, "10.0.0.2:1");
    struct book_entry recalled = entry_of(2, 2, "10.0.0.2:2");

    book_recall(book, &known);
    CU_ASSERT(book_find(book, &known.id) != NULL);
    book_recall(book, &recalled);
    CU_ASSERT(book_find(book, &known.id) != NULL);
    CU_ASSERT(book_find(book, &recalled.id) == NULL);
}

/* Slots come from the network. */
static void what_names_nobody_or_no_place_is_not_taken(void)
{
    CLEAN_FREE struct book *book = memory_get(1, sizeof *book);
    struct book_entry beyond = entry_of(VIEW_MEMBERS, 1, "10.0.0.2:1");
    struct book_entry nobody = entry_of(1, 0, "10.0.0.2:1");
    struct book_entry nowhere = entry_of(1, 1, "");

    book_learn(book, &beyond);
    book_recall(book, &beyond);
    book_learn(book, &nobody);
    book_learn(book, &nowhere);
    CU_ASSERT(book_find(book, &beyond.id) == NULL);
    CU_ASSERT(book_find(book, &nowhere.id) == NULL);
    CU_ASSERT(!identity_known(&book->entries[1].id));
}

/* An earlier or later life of the own slot may still speak. */
static void the_owner_of_a_book_stays_in_its_slot(void)
{
    CLEAN_FREE struct book *book = memory_get(1, sizeof *book);
    struct book_entry own = entry_of(2, 1, "10.0.0.2:1");
    struct book_entry other = entry_of(2, 2, "10.0.0.2:2");

    book->owner = own.id;
    book_recall(book, &other);
    CU_ASSERT(book_find(book, &other.id) == NULL);
    book_learn(book, &own);
    book_learn(book, &other);
    CU_ASSERT(book_find(book, &other.id) == NULL);
    CU_ASSERT(book_find(book, &own.id) != NULL);
    other.id.slot = 3;
    book_learn(book, &other);
    CU_ASSERT(book_find(book, &other.id) != NULL);
}

SUITE("agent book",
      {"the newest entry of a slot replaces the one before",
       the_newest_entry_of_a_slot_replaces_the_one_before},
      {"an entry of an old view fills a gap and replaces nothing",
       an_entry_of_an_old_view_fills_a_gap_and_replaces_nothing},
      {"what names nobody or no place is not taken", what_names_nobody_or_no_place_is_not_taken},
      {"the owner of a book stays in its slot", the_owner_of_a_book_stays_in_its_slot})
