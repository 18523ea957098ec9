/* excerpt - copies of texts from outside. */
#include "controller/excerpt.h"

#include <string.h>

#include "base/memory.h"

/* How many bytes of a text stay when at most `most` may: no character of UTF-8 is broken. */
static size_t length_kept(const char *text, size_t most)
{
    size_t length = strnlen(text, most + 1);

    if (length <= most)
        return length;
    length = most;
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

char *excerpt_copy(const char *text, size_t most)
{
    size_t length = text ? length_kept(text, most) : 0;

    return length ? memcpy(memory_get(length + 1, 1), text, length) : NULL;
}

void excerpt_put(char *out, size_t size, const char *text)
{
    size_t length = text ? length_kept(text, size - 1) : 0;

    if (length)
        memcpy(out, text, length);
    out[length] = '\0';
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
