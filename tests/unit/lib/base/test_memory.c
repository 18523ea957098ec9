/* Memory: zeroed, grown by doubling, and refused without harm where refusal is an outcome. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fault.h"

static void memory_comes_zeroed_and_never_empty(void)
{
    static const char zeros[64];
    char *some = memory_get(4, 16);
    char *tried = memory_try(64, 1);
    char *none = memory_get(0, 0);

    CU_ASSERT(!memcmp(some, zeros, 64));
    CU_ASSERT(tried && !memcmp(tried, zeros, 64));
    CU_ASSERT(none != NULL);
    free(some);
    free(tried);
    free(none);
}

static void a_copy_is_equal_and_its_own(void)
{
    char text[] = "four";
    char *copy = memory_text(text);

    text[0] = 'p';
    CHECK_TEXT(copy, "four");
    free(copy);
}

static void trying_for_too_much_is_an_outcome(void)
{
    CU_ASSERT(memory_try(SIZE_MAX / 2, 4) == NULL);
    fault_arm(FAULT_MEMORY, 1);
    CU_ASSERT(memory_try(1, 1) == NULL);
    CU_ASSERT(fault_disarm());
}

static void an_array_grows_by_doubling_and_keeps_its_content(void)
{
    uint64_t *array = NULL;
    size_t capacity = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        memory_grow(&array, &capacity, i + 1, sizeof *array);
        array[i] = i;
    }
    CU_ASSERT(capacity == 1024);
    for (uint64_t i = 0; i < 1000; i++)
        CU_ASSERT(array[i] == i);
    free(array);
}

static void an_array_that_cannot_grow_stays_what_it_was(void)
{
    char *array = NULL;
    size_t capacity = 0;
    char *before;

    CU_ASSERT_FATAL(memory_try_grow(&array, &capacity, 3, 1) == 0);
    memcpy(array, "abc", 3);
    before = array;
    fault_arm(FAULT_MEMORY, 1);
    CU_ASSERT(memory_try_grow(&array, &capacity, 100, 1) == 1);
    CU_ASSERT(fault_disarm());
    CU_ASSERT(array == before && capacity == 8 && !memcmp(array, "abc", 3));
    CU_ASSERT(memory_try_grow(&array, &capacity, SIZE_MAX, 1) == 1);
    CU_ASSERT(memory_try_grow(&array, &capacity, SIZE_MAX / 8, 16) == 1);
    CU_ASSERT(array == before && capacity == 8);
    free(array);
}

/* Runs `act` in a child. Returns whether it ended by SIGABRT. */
static int aborts(void (*act)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        act();
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

static void get_without_memory(void)
{
    fault_arm(FAULT_MEMORY, 1);
    free(memory_get(1, 1));
}

static void grow_without_memory(void)
{
    void *array = NULL;
    size_t capacity = 0;

    fault_arm(FAULT_MEMORY, 1);
    memory_grow(&array, &capacity, 1, 1);
}

static void grow_beyond_the_address_space(void)
{
    void *array = NULL;
    size_t capacity = 0;

    memory_grow(&array, &capacity, SIZE_MAX, 1);
}

static void small_memory_that_is_not_there_aborts(void)
{
    CU_ASSERT(aborts(get_without_memory));
    CU_ASSERT(aborts(grow_without_memory));
    CU_ASSERT(aborts(grow_beyond_the_address_space));
}

static void aligned_memory_is_aligned_and_zeroed(void)
{
    for (size_t alignment = 64; alignment <= 4096; alignment *= 4) {
        unsigned char *memory = memory_try_aligned(alignment, 7, 13);

        CU_ASSERT(memory != NULL);
        CU_ASSERT((uintptr_t)memory % alignment == 0);
        for (size_t i = 0; memory && i < 91; i++)
            CU_ASSERT(memory[i] == 0);
        free(memory);
    }
}

static void aligned_memory_that_cannot_be_had_is_refused(void)
{
    void *memory;

    CU_ASSERT(memory_try_aligned(64, SIZE_MAX, 2) == NULL);
    CU_ASSERT(memory_try_aligned(64, SIZE_MAX - 3, 1) == NULL);
    fault_arm(FAULT_MEMORY, 1);
    memory = memory_try_aligned(64, 1, 1);
    CU_ASSERT(fault_disarm());
    CU_ASSERT(memory == NULL);
}

SUITE("base memory",
      {"memory comes zeroed and never empty", memory_comes_zeroed_and_never_empty},
      {"a copy is equal and its own", a_copy_is_equal_and_its_own},
      {"trying for too much is an outcome", trying_for_too_much_is_an_outcome},
      {"an array grows by doubling and keeps its content",
       an_array_grows_by_doubling_and_keeps_its_content},
      {"an array that cannot grow stays what it was", an_array_that_cannot_grow_stays_what_it_was},
      {"small memory that is not there aborts", small_memory_that_is_not_there_aborts},
      {"aligned memory is aligned and zeroed", aligned_memory_is_aligned_and_zeroed},
      {"aligned memory that cannot be had is refused",
       aligned_memory_that_cannot_be_had_is_refused})
