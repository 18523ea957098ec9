/* text - a growing string, always ended by a zero byte. Pure. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Zero-initialise to begin. `data` is NULL until something was added. */
struct text {
    char *data;
    size_t size;
    size_t capacity;
};

/* The string, or "" when nothing was added. Valid until the next change. */
const char *text_string(const struct text *text);

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t size);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vaddf(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Forgets what stands behind the first `size` bytes and keeps the memory. */
void text_cut(struct text *text, size_t size);

/* A list of words in one text, for arguments and environments: text_word adds a word with its zero
 * byte; text_words then stores pointers to at most `most` words, and NULL behind them, and returns
 * how many there are. The pointers are valid until the next change. `words` holds most + 1. */
void text_word(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t text_words(const struct text *text, const char **words, size_t most);

/* How many words the list has. */
size_t text_word_count(const struct text *text);

/* Forgets the content and keeps the memory. */
void text_clear(struct text *text);

/* Releases the memory; the text is empty and can be used again. */
void text_done(struct text *text);

CLEANUP_DEFINE(text, struct text, text_done)

/* Writes `size` bytes as 2 x size lower-case hexadecimal digits and a zero byte into `out`. */
void text_hex(char *out, const void *bytes, size_t size);

/* Reads exactly 2 x size hexadecimal digits. Returns 0, or 1 when `string` is anything else. */
int text_unhex(void *out, size_t size, const char *string);

/* Reads a whole decimal number within [low, high]: digits, with '-' before them or not, and nothing
 * else. Returns 0, or 1 when `string` is not one. */
int text_integer(const char *string, int64_t low, int64_t high, int64_t *out);

#endif
