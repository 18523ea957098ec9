/* base64 - bytes as text (RFC 4648, section 4), read strictly. Pure. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/text.h"

/* Adds the bytes that `string` encodes. Line feeds and carriage returns within it are skipped, as
 * tools wrap lines. Returns 0; 1 when it is anything but whole groups of four with their padding,
 * and then `out` is what it was. */
int base64_decode(const char *string, struct text *out);

/* Adds `size` bytes as text, with padding and in one line. */
void base64_encode(const void *bytes, size_t size, struct text *out);

#endif
