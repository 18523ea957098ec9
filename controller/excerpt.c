/* excerpt - copies of texts from outside. */
#include "controller/excerpt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* Copies whole characters, `most` bytes at most; a byte that is none becomes '?'. Returns how many
 * bytes were copied. */
static size_t characters_copy(char *out, size_t most, const char *text)
{
    size_t size = 0;

    while (*text) {
        const char *from = text;
        bool valid = utf8_next(&text) >= 0;
        size_t length = (size_t)(text - from);

        if (length > most - size)
            break;
        memcpy(out + size, valid ? from : "?", length);
        size += length;
    }
    out[size] = '\0';
    return size;
}

char *excerpt_copy(const char *text, size_t most)
{
    size_t length = text ? strnlen(text, most) : 0;
    char *copy;

    if (!length)
        return NULL;
    copy = memory_get(length + 1, 1);
    if (characters_copy(copy, length, text))
        return copy;
    free(copy);
    return NULL;
}

void excerpt_put(char *out, size_t size, const char *text)
{
    characters_copy(out, size - 1, text ? text : "");
}

int excerpt_whole(char *out, size_t size, const char *text)
{
    if (!text || !*text || strlen(text) >= size) {
        *out = '\0';
        return 1;
    }
    memcpy(out, text, strlen(text) + 1);
    return 0;
}
