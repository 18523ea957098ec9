/* secret - bytes that nobody else may learn. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

bool secret_equal(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left;
    const unsigned char *b = right;
    unsigned difference = 0;

    for (size_t i = 0; i < size; i++)
        difference |= (unsigned)(a[i] ^ b[i]);
    return !difference;
}

bool secret_text_equal(const char *left, const char *right)
{
    return strlen(left) == strlen(right) && secret_equal(left, right, strlen(left));
}

void secret_forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void secret_done(struct text *text)
{
    if (text->data)
        explicit_bzero(text->data, text->capacity);
    text_done(text);
}
