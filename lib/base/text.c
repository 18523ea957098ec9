/* text - a growing string. */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *text_string(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_add_bytes(struct text *text, const void *bytes, size_t size)
{
    memory_grow(&text->data, &text->capacity, text->size + size + 1, 1);
    if (size)
        memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_vaddf(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return;
    memory_grow(&text->data, &text->capacity, text->size + (size_t)length + 1, 1);
    vsnprintf(text->data + text->size, (size_t)length + 1, format, arguments);
    text->size += (size_t)length;
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vaddf(text, format, arguments);
    va_end(arguments);
}

void text_cut(struct text *text, size_t size)
{
    if (size >= text->size)
        return;
    text->size = size;
    text->data[size] = '\0';
}

void text_word(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vaddf(text, format, arguments);
    va_end(arguments);
    text_add_bytes(text, "", 1);
}

size_t text_word_count(const struct text *text)
{
    size_t count = 0;

    for (size_t at = 0; at < text->size; at += strlen(text->data + at) + 1)
        count++;
    return count;
}

size_t text_words(const struct text *text, const char **words, size_t most)
{
    size_t count = 0;

    for (size_t at = 0; at < text->size && count < most; at += strlen(text->data + at) + 1)
        words[count++] = text->data + at;
    words[count] = NULL;
    return count;
}

void text_clear(struct text *text)
{
    text_cut(text, 0);
}

void text_done(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

void text_hex(char *out, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[byte[i] >> 4];
        out[2 * i + 1] = digits[byte[i] & 15];
    }
    out[2 * size] = '\0';
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

int text_unhex(void *out, size_t size, const char *string)
{
    unsigned char *byte = out;

    if (strlen(string) != 2 * size)
        return 1;
    for (const char *digit = string; *digit; digit++) {
        if (hex_digit(*digit) < 0)
            return 1;
    }
    for (size_t i = 0; i < size; i++)
        byte[i] = (unsigned char)(hex_digit(string[2 * i]) << 4 | hex_digit(string[2 * i + 1]));
    return 0;
}

int text_integer(const char *string, int64_t low, int64_t high, int64_t *out)
{
    const char *digits = string + (*string == '-');
    long long value;

    if (!*digits || digits[strspn(digits, "0123456789")])
        return 1;
    errno = 0;
    value = strtoll(string, NULL, 10);
    if (errno || value < low || value > high)
        return 1;
    *out = value;
    return 0;
}
