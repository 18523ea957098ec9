/* The layout of the link, which trainers of others are built against: it only grows. */
#include "wire/link.h"

#include <stddef.h>

#include "support/check.h"

#define AT(type, member, offset) {#member, offsetof(struct type, member), offset}

struct place {
    const char *member;
    size_t found;
    size_t wanted;
};

static void places_are(const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK_TEXT(places[i].found == places[i].wanted ? "in place" : places[i].member, "in place");
}

static void the_pages_are_laid_out_as_ever(void)
{
    static const struct place page[] = {AT(link_page, version, 0),
                                        AT(link_page, phase, 4),
                                        AT(link_page, generation, 8),
                                        AT(link_page, begun, 16),
                                        AT(link_page, committed, 24),
                                        AT(link_page, total, 32),
                                        AT(link_page, epoch, 40),
                                        AT(link_page, samples, 48),
                                        AT(link_page, loss, 56),
                                        AT(link_page, accuracy, 64),
                                        AT(link_page, sequence, 72),
                                        AT(link_page, restored, 80),
                                        AT(link_page, stepped, 88),
                                        AT(link_page, saved, 96),
                                        AT(link_page, validated, 104),
                                        AT(link_page, computed, 112),
                                        AT(link_page, work, 120)};
    static const struct place control[] = {
        AT(link_control, version, 0), AT(link_control, draining, 4), AT(link_control, revoked, 8)};

    places_are(page, sizeof page / sizeof *page);
    places_are(control, sizeof control / sizeof *control);
}

static void a_store_to_a_page_takes_no_lock(void)
{
    struct link_page page;

    CU_ASSERT(atomic_is_lock_free(&page.phase));
    CU_ASSERT(atomic_is_lock_free(&page.committed));
    CU_ASSERT(atomic_is_lock_free(&page.loss));
}

static void a_message_begins_as_ever(void)
{
    static const struct place message[] = {AT(link_message, type, 0),
                                           AT(link_message, code, 4),
                                           AT(link_message, generation, 8),
                                           AT(link_message, committed, 16),
                                           AT(link_message, begun, 24),
                                           AT(link_message, attempt, 32),
                                           AT(link_message, rank, 36),
                                           AT(link_message, size, 40),
                                           AT(link_message, local_rank, 44),
                                           AT(link_message, local_size, 48),
                                           AT(link_message, tail, 52)};

    places_are(message, sizeof message / sizeof *message);
    CU_ASSERT(sizeof(struct link_message) == 56);
}

static void numbers_keep_their_meaning(void)
{
    CU_ASSERT(LINK_VERSION == 1 && LINK_NO_STATE == -1);
    CU_ASSERT(LINK_HELLO == 1 && LINK_READY == 2 && LINK_QUIET == 3 && LINK_BROKEN == 4);
    CU_ASSERT(LINK_DONE == 5 && LINK_FAILED == 6 && LINK_UNSAVED == 7);
    CU_ASSERT(LINK_ASSIGN == 32 && LINK_GO == 33 && LINK_REVOKE == 34 && LINK_LEAVE == 35);
    CU_ASSERT(LINK_EXIT_DONE == 0 && LINK_EXIT_FAILED == 1);
    CU_ASSERT(LINK_EXIT_USAGE == 2 && LINK_EXIT_INPUT == 3);
    CU_ASSERT(LINK_PHASE_START == 0 && LINK_PHASE_TRAIN == 4 && LINK_PHASE_DONE == 7);
}

static void the_longest_message_holds_every_blob(void)
{
    size_t blob = sizeof(uint16_t) + LINK_BLOB;

    CU_ASSERT(LINK_MESSAGE >= sizeof(struct link_message) + LINK_RANKS * blob);
    CU_ASSERT(LINK_MESSAGE >= sizeof(struct link_message) + LINK_RESULT);
    CU_ASSERT(LINK_MESSAGE >= sizeof(struct link_message) + LINK_REASON);
}

SUITE("wire link",
      {"the pages are laid out as ever", the_pages_are_laid_out_as_ever},
      {"a store to a page takes no lock", a_store_to_a_page_takes_no_lock},
      {"a message begins as ever", a_message_begins_as_ever},
      {"numbers keep their meaning", numbers_keep_their_meaning},
      {"the longest message holds every blob", the_longest_message_holds_every_blob})
