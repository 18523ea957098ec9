/* utf8 - text read one character at a time, strictly. Pure. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the character at `*at`, which is not at the end of its string, and moves behind it.
 * Returns -1 and moves on by one byte where the bytes are not UTF-8 as RFC 3629 has it: no overlong
 * form, no surrogate, nothing above U+10FFFF. */
int32_t utf8_next(const char **at);

/* Whether a character can be shown as it is: no control or direction character, no line separator,
 * none that Unicode leaves unassigned for ever. */
bool utf8_shows(int32_t character);

/* Whether a string is UTF-8 and every character of it can be shown: safe on a terminal, in a log
 * line and in YAML. */
bool utf8_line(const char *string);

#endif
