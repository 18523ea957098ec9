/* The store: names, their order, and which checkpoints a new one makes superfluous. */
#include "trainer/checkpoint/store.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "sample.h"
#include "support/check.h"
#include "support/fault.h"

static void names_are_read_as_they_are_written(void)
{
    static const struct store_entry entries[] = {
        {{1, 2, 3}, false},
        {{0, 0, 0}, true},
        {{UINT32_MAX, UINT64_MAX, INT64_MAX}, true},
        {{7, 8, 123456789}, false},
    };

    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        CLEAN(text) struct text name = {0};
        struct store_entry found;

        store_name(&entries[i], &name);
        CU_ASSERT(store_parse(name.data, &found) == 0);
        CU_ASSERT(checkpoint_compare(&found.id, &entries[i].id) == 0);
        CU_ASSERT(found.temporary == entries[i].temporary);
    }
}

static void other_names_are_none_of_its_business(void)
{
    static const char *const names[] = {"",
                                        ".",
                                        "fence",
                                        "step-",
                                        "step-1.2.3",
                                        "step-00000001.2",
                                        "step-00000001.2.3.4",
                                        "step-00000001.2.3.tmpx",
                                        "step-00000001.2.3tmp",
                                        "step-00000001.02.3",
                                        "step-00000001.2.+3",
                                        "step-00000001. 2.3",
                                        "step--0000001.2.3",
                                        "step-00000001.4294967296.3",
                                        "xstep-00000001.2.3"};
    struct store_entry entry;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT(store_parse(names[i], &entry) == 1);
    CU_ASSERT(store_parse("step-00000001.2.3", &entry) == 0);
}

static void order_is_by_attempt_then_generation_then_step(void)
{
    static const struct checkpoint_id ids[] = {
        {1, 1, 5}, {1, 1, 6}, {1, 2, 1}, {1, 10, 0}, {2, 1, 0}, {2, 1, 9}};
    size_t count = sizeof ids / sizeof *ids;

    for (size_t i = 0; i < count * count; i++) {
        size_t left = i / count;
        size_t right = i % count;
        int order = checkpoint_compare(&ids[left], &ids[right]);

        CU_ASSERT((order > 0) - (order < 0) == (left > right) - (left < right));
    }
}

/* Makes a directory with others in it that have these names. */
static void store_make(const char *directory, const char *const *names)
{
    CU_ASSERT(file_remove_tree(directory, NULL) == 0);
    for (; *names; names++) {
        CLEAN(text) struct text path = {0};

        text_addf(&path, "%s/%s/inner", directory, *names);
        CU_ASSERT(file_make_directories(path.data, NULL) == 0);
    }
}

/* What is listed, as one text. */
static void store_print(const char *directory, struct text *out)
{
    CLEAN(store) struct store_list list = {0};

    CU_ASSERT(store_list(directory, &list, NULL) == 0);
    for (size_t i = 0; i < list.count; i++) {
        text_add(out, i ? " " : "");
        store_name(&list.entries[i], out);
    }
}

static void the_newest_of_its_own_and_lower_pairs_are_kept(void)
{
    static const char *const names[] = {"step-00000001.1.1",
                                        "step-00000002.1.1",
                                        "step-00000003.1.1",
                                        "step-00000004.1.2",
                                        "step-00000005.1.2",
                                        "step-00000002.1.3",
                                        "step-00000001.2.1",
                                        "step-00000009.1.2.tmp",
                                        "step-00000009.1.1.tmp",
                                        "step-00000009.1.3.tmp",
                                        "step-00000003.1.1.tmp",
                                        "notes",
                                        NULL};
    const char *directory = check_directory();
    CLEAN(text) struct text left = {0};
    CLEAN(text) struct text notes = {0};
    struct stat status;

    store_make(directory, names);
    store_clean(directory, &(struct checkpoint_id){1, 2, 5}, 3);
    store_print(directory, &left);
    CHECK_TEXT(left.data,
               "step-00000001.2.1 step-00000009.1.3.tmp step-00000002.1.3 step-00000005.1.2 "
               "step-00000004.1.2 step-00000003.1.1");
    text_addf(&notes, "%s/notes", directory);
    CU_ASSERT(stat(notes.data, &status) == 0);
}

static void what_cannot_be_removed_stays_whole_or_is_a_temporary(void)
{
    static const char *const names[] = {"step-00000001.1.1", "step-00000002.1.1", NULL};

    const char *directory = check_directory();

    for (int k = 1, fired = 1; fired; k++) {
        CLEAN(text) struct text left = {0};
        CLEAN(text) struct text inner = {0};
        struct stat status;

        store_make(directory, names);
        fault_arm(FAULT_OUTCOMES, k);
        store_clean(directory, &(struct checkpoint_id){1, 1, 2}, 1);
        fired = fault_disarm();
        store_print(directory, &left);
        text_addf(&inner, "%s/step-00000001.1.1/inner", directory);
        if (strstr(left.data, "step-00000001.1.1") && !strstr(left.data, ".tmp"))
            CU_ASSERT(stat(inner.data, &status) == 0);
        CU_ASSERT(strncmp(left.data, "step-00000002.1.1", 17) == 0);
        CU_ASSERT(fired || !strcmp(left.data, "step-00000002.1.1"));
    }
}

static void a_store_that_is_not_there_is_an_outcome(void)
{
    CLEAN(store) struct store_list list = {0};
    CLEAN(text) struct text path = {0};
    struct error error = {""};

    text_addf(&path, "%s/none", check_directory());
    CU_ASSERT(store_list(path.data, &list, &error) == 1);
    CU_ASSERT(file_write(path.data, "x", 1, NULL) == 0);
    CU_ASSERT(store_list(path.data, &list, &error) == -1 && error.text[0]);
}

SUITE("trainer store",
      {"names are read as they are written", names_are_read_as_they_are_written},
      {"other names are none of its business", other_names_are_none_of_its_business},
      {"order is by attempt, then generation, then step",
       order_is_by_attempt_then_generation_then_step},
      {"the newest of its own and lower pairs are kept",
       the_newest_of_its_own_and_lower_pairs_are_kept},
      {"what cannot be removed stays whole or is a temporary",
       what_cannot_be_removed_stays_whole_or_is_a_temporary},
      {"a store that is not there is an outcome", a_store_that_is_not_there_is_an_outcome})
