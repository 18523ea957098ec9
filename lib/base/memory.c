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

char *memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memory_get(size, 1), text, size);
}

void memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    size_t wanted = *capacity ? *capacity : 8;
    void *old;
    void *grown;

    if (needed <= *capacity)
        return;
    while (wanted < needed)
        wanted *= 2;
    if (wanted > SIZE_MAX / size)
        abort();
    memcpy(&old, array, sizeof old);
    grown = realloc(old, wanted * size);
    if (!grown)
        abort();
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
}
