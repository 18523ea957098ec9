/* decode_print - what a row allows and what a value is, in words. For base/decode.c alone. Pure. */
#ifndef BASE_DECODE_PRINT_H
#define BASE_DECODE_PRINT_H

#include "base/decode.h"
#include "base/text.h"

/* Adds what a row allows, in the words that follow "must be": "a whole number from 1 to 9". */
void decode_print_allowed(const struct decode_row *row, struct text *out);

/* Adds what a value is, in the words that follow "is": "\"ten\"", "a list of 3". */
void decode_print_value(const struct cJSON *value, struct text *out);

#endif
