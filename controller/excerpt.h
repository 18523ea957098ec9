/* excerpt - copies of texts from outside, kept short and in UTF-8. Pure.
 *
 * A byte that belongs to no character becomes '?'. */
#ifndef CONTROLLER_EXCERPT_H
#define CONTROLLER_EXCERPT_H

#include <stddef.h>

/* Returns a copy of at most `most` bytes, cut between characters, the caller's; NULL for NULL and
 * for "". */
char *excerpt_copy(const char *text, size_t most);

/* The same into `out`, which has room for `size` bytes with the zero byte; "" for NULL. */
void excerpt_put(char *out, size_t size, const char *text);

/* Copies a text that is of no use when it is cut: a name, a uid. Returns 0; 1 when `text` is NULL,
 * empty or too long, and then `out` is "". */
int excerpt_whole(char *out, size_t size, const char *text);

#endif
