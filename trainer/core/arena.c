/* arena - one piece of memory cut into arrays. */
#include "trainer/core/arena.h"

#include <stdlib.h>

#include "base/memory.h"

void *arena_cut(struct arena *arena, int64_t rows, int64_t columns, size_t size)
{
    void *place = arena->memory ? arena->memory + arena->used : NULL;
    size_t bytes;

    if (__builtin_mul_overflow((size_t)rows, (size_t)columns, &bytes) ||
        __builtin_mul_overflow(bytes, size, &bytes) ||
        __builtin_add_overflow(bytes, ARENA_ALIGNMENT - 1, &bytes) ||
        __builtin_add_overflow(arena->used, bytes - bytes % ARENA_ALIGNMENT, &arena->used))
        arena->beyond = true;
    return place;
}

int arena_place(struct arena *arena)
{
    if (arena->beyond)
        return 1;
    arena->memory = memory_try_aligned(ARENA_ALIGNMENT, arena->used, 1);
    arena->used = 0;
    return arena->memory ? 0 : 1;
}

void arena_done(struct arena *arena)
{
    free(arena->memory);
    *arena = (struct arena){0};
}
