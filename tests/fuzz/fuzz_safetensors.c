/* Any bytes as the header of a safetensors file: refused, or entries that share the data among them
 * without a hole. The first two bytes say how much data there is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trainer/checkpoint/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEAN(safetensors) struct safetensors header = {0};
    uint64_t left;

    if (size < 2)
        return 0;
    left = (uint64_t)data[0] | (uint64_t)data[1] << 8;
    if (safetensors_read((const char *)data + 2, size - 2, left, &header, NULL))
        return 0;
    for (size_t i = 0; i < header.count; i++) {
        const struct safetensors_entry *entry = &header.entries[i];

        if (safetensors_find(&header, entry->name) != entry || entry->begin > entry->end)
            abort();
        left -= (uint64_t)(entry->end - entry->begin);
    }
    if (left)
        abort();
    return 0;
}
