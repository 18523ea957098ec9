/* Cleanup: what a scope owns is released at its end, what was taken out of it is not. */
#include "base/cleanup.h"

#include <fcntl.h>

#include "support/check.h"

struct counted {
    int *releases;
};

static void counted_done(struct counted *counted)
{
    (*counted->releases)++;
}

CLEANUP_DEFINE(counted, struct counted, counted_done)

static void objects_are_released_at_the_end_of_their_scope(void)
{
    int releases = 0;

    for (int i = 0; i < 3; i++) {
        CLEAN(counted) struct counted first = {&releases};
        CLEAN(counted) struct counted second = {&releases};

        CU_ASSERT(releases == 2 * i);
        if (i == 1)
            continue;
    }
    CU_ASSERT(releases == 6);
}

static int opened(int keep)
{
    CLEAN_FD int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CLEAN_FD int none = -1;

    (void)none;
    return keep ? TAKE_FD(descriptor) : descriptor;
}

static void a_descriptor_is_closed_unless_it_is_taken(void)
{
    int closed = opened(0);
    int kept = opened(1);

    CU_ASSERT(kept == closed); /* the number was free again */
    CU_ASSERT(fcntl(kept, F_GETFD) == FD_CLOEXEC);
    close(kept);
    CU_ASSERT(fcntl(kept, F_GETFD) == -1);
}

static char *made(int keep)
{
    CLEAN_FREE char *memory = calloc(1, 8);

    return keep ? TAKE(memory) : NULL; /* a leak is LeakSanitizer's to find */
}

static void memory_is_freed_unless_it_is_taken(void)
{
    char *memory = made(1);
    char *taken = TAKE(memory);

    CU_ASSERT(made(0) == NULL && memory == NULL && taken != NULL);
    free(taken);
}

SUITE("base cleanup",
      {"objects are released at the end of their scope",
       objects_are_released_at_the_end_of_their_scope},
      {"a descriptor is closed unless it is taken", a_descriptor_is_closed_unless_it_is_taken},
      {"memory is freed unless it is taken", memory_is_freed_unless_it_is_taken})
