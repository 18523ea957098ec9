/* secret - bytes that nobody else may learn. Pure. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Whether two secrets of the same size are equal. How long it takes does not tell where they
 * differ. */
bool secret_equal(const void *left, const void *right, size_t size);

/* The same for texts; that their lengths differ may show. */
bool secret_text_equal(const char *left, const char *right);

/* Overwrites a text on the heap and releases it. NULL is allowed. */
void secret_forget(char *text);

/* Overwrites what a text has, releases it and leaves it empty: text_done for secrets. */
void secret_done(struct text *text);

CLEANUP_DEFINE(secret, struct text, secret_done)

#endif
