/* memory - allocation that aborts, and allocation that may fail. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *memory_get(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        abort();
    return memory;
}

void *memory_try(size_t count, size_t size)
{
    return calloc(count ? count : 1, size ? size : 1);
}

void *memory_try_aligned(size_t alignment, size_t count, size_t size)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(count ? count : 1, size ? size : 1, &bytes) ||
        bytes > SIZE_MAX - alignment)
        return NULL;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    memory = aligned_alloc(alignment, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

char *memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memory_get(size, 1), text, size);
}

int memory_try_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    size_t wanted = *capacity ? *capacity : 8;
    void *old;
    void *grown;

    if (needed <= *capacity)
        return 0;
    if (needed > SIZE_MAX / 2 / size)
        return 1;
    while (wanted < needed)
        wanted *= 2;
    memcpy(&old, array, sizeof old);
    grown = realloc(old, wanted * size);
    if (!grown)
        return 1;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}

void memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (memory_try_grow(array, capacity, needed, size))
        abort();
}
