/* The fence: ordered, only raised, and never misread. */
#include "wire/fence.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "support/check.h"
#include "support/fault.h"

static void fences_are_ordered_by_attempt_and_then_generation(void)
{
    static const struct fence rising[] = {
        {0, 0}, {0, 1}, {0, UINT64_MAX}, {1, 0}, {1, 7}, {2, 3}, {UINT32_MAX, 0}};
    const int count = sizeof rising / sizeof *rising;

    for (int i = 0; i < count * count; i++) {
        int order = fence_compare(&rising[i / count], &rising[i % count]);

        CU_ASSERT((order > 0) - (order < 0) == (i / count > i % count) - (i / count < i % count));
    }
}

static int is(const char *directory, uint32_t attempt, uint64_t generation)
{
    struct fence found = {0};

    return fence_read(directory, &found, NULL) == 0 && found.attempt == attempt &&
           found.generation == generation;
}

static void a_fence_is_raised_and_read(void)
{
    CLEAN(text) struct text directory = {0};
    struct fence found = {9, 9};

    text_addf(&directory, "%s/deep/checkpoints", check_directory());
    CU_ASSERT(fence_read(directory.data, &found, NULL) == 1 && found.attempt == 9);
    CU_ASSERT(fence_raise(directory.data, &(struct fence){1, 5}, &found, NULL) == 0);
    CU_ASSERT(is(directory.data, 1, 5));
    CU_ASSERT(fence_raise(directory.data, &(struct fence){1, 5}, &found, NULL) == 0);
    CU_ASSERT(fence_raise(directory.data, &(struct fence){1, 6}, &found, NULL) == 0);
    CU_ASSERT(fence_raise(directory.data, &(struct fence){2, 0}, &found, NULL) == 0);
    CU_ASSERT(is(directory.data, 2, 0) && found.attempt == 9);
    CU_ASSERT(fence_raise(directory.data, &(struct fence){UINT32_MAX, UINT64_MAX}, NULL, NULL) ==
              0);
    CU_ASSERT(is(directory.data, UINT32_MAX, UINT64_MAX));
}

static void a_higher_fence_stays_and_is_told(void)
{
    const char *directory = check_directory();
    struct fence found = {0};

    CU_ASSERT(fence_raise(directory, &(struct fence){2, 3}, NULL, NULL) == 0);
    CU_ASSERT(fence_raise(directory, &(struct fence){2, 2}, &found, NULL) == 1);
    CU_ASSERT(found.attempt == 2 && found.generation == 3);
    CU_ASSERT(fence_raise(directory, &(struct fence){1, 9}, NULL, NULL) == 1);
    CU_ASSERT(is(directory, 2, 3));
}

static void a_damaged_fence_is_neither_read_nor_raised(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
#define ROW(text) {text, sizeof(text) - 1}
        ROW(""),
        ROW("\n"),
        ROW("muster-fence 1 2"),
        ROW("muster-fence 1 2 \n"),
        ROW("muster-fence 1 2\n\n"),
        ROW("muster-fence 1 2\nmuster-fence 1 2\n"),
        ROW("muster-fence 1 2\n\0"),
        ROW("muster-fence 1 2\n\0\0\0\0\0\0"),
        ROW("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ROW("muster-fence 1\n"),
        ROW("muster-fence  1 2\n"),
        ROW("muster-fence +1 2\n"),
        ROW("muster-fence 01 2\n"),
        ROW("muster-fence -1 2\n"),
        ROW("muster-fence 4294967296 2\n"),
        ROW("muster-fence 1 18446744073709551616\n"),
        ROW("muster-fence 1 x\n"),
        ROW("muster-pence 1 2\n"),
#undef ROW
    };
    CLEAN(text) struct text path = {0};
    const char *directory = check_directory();

    text_addf(&path, "%s/fence", directory);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fence found = {9, 9};
        struct error error = {""};

        CU_ASSERT(file_write(path.data, rows[i].bytes, rows[i].size, NULL) == 0);
        CU_ASSERT(fence_read(directory, &found, &error) == -1);
        CU_ASSERT(strstr(error.text, "/fence is not a fence") != NULL);
        CU_ASSERT(found.attempt == 9 && found.generation == 9);
        CU_ASSERT(fence_raise(directory, &(struct fence){5, 5}, &found, &error) == -1);
    }
}

static void a_file_that_is_far_too_long_is_refused(void)
{
    CLEAN(text) struct text path = {0};
    CLEAN(text) struct text bytes = {0};
    const char *directory = check_directory();
    struct error error = {""};
    struct fence found;

    text_addf(&path, "%s/fence", directory);
    text_add(&bytes, "muster-fence 1 2\n");
    while (bytes.size < 10000)
        text_add(&bytes, "x");
    CU_ASSERT(file_write(path.data, bytes.data, bytes.size, NULL) == 0);
    CU_ASSERT(fence_read(directory, &found, &error) == -1);
    CU_ASSERT(strstr(error.text, "larger") != NULL);
}

static void a_failing_call_lowers_nothing(void)
{
    const char *directory = check_directory();
    int failures = 0;
    int outcome;

    CU_ASSERT(fence_raise(directory, &(struct fence){1, 1}, NULL, NULL) == 0);
    for (int k = 1;; k++) {
        struct error error = {""};

        fault_arm(FAULT_SYSTEM, k);
        outcome = fence_raise(directory, &(struct fence){1, 2}, NULL, &error);
        if (!fault_disarm())
            break;
        failures++;
        CU_ASSERT(outcome == -1 && error.text[0]);
        CU_ASSERT(is(directory, 1, 1) || is(directory, 1, 2));
    }
    CU_ASSERT(outcome == 0 && failures >= 6 && is(directory, 1, 2));
}

SUITE("wire fence",
      {"fences are ordered by attempt and then generation",
       fences_are_ordered_by_attempt_and_then_generation},
      {"a fence is raised and read", a_fence_is_raised_and_read},
      {"a higher fence stays and is told", a_higher_fence_stays_and_is_told},
      {"a damaged fence is neither read nor raised", a_damaged_fence_is_neither_read_nor_raised},
      {"a file that is far too long is refused", a_file_that_is_far_too_long_is_refused},
      {"a failing call lowers nothing", a_failing_call_lowers_nothing})
