/* decode_scalar - one text, number, flag or word. For base/decode.c alone. Pure. */
#ifndef BASE_DECODE_SCALAR_H
#define BASE_DECODE_SCALAR_H

#include "base/decode.h"

/* Writes the value to its place if the row allows it. Returns whether it did. */
bool decode_scalar_read(const struct decode_row *row, const struct cJSON *value, void *place);

/* Writes the row's preset to its place; texts, lists and objects have none. */
void decode_scalar_preset(const struct decode_row *row, void *place);

#endif
