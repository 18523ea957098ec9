/* The file in which a Python process says what went wrong. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/torch_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = malloc(size + 1);
    char message[24];

    if (!json)
        return 0;
    memcpy(json, data, size);
    json[size] = '\0';
    if (torch_error_find(json, message, sizeof message) == 0 &&
        (!*message || strlen(message) >= sizeof message))
        abort();
    free(json);
    return 0;
}
