/* encode - a struct printed as JSON by the table that decodes it. Pure.
 *
 * What decode_read makes of the text is equal to the struct again, to the last bit of its numbers.
 * Every key that applies is printed, also one that was a preset: the text is complete and
 * canonical, so that equal structs have equal texts. A tree is printed as it is. */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/decode.h"
#include "base/text.h"

/* Adds the JSON object of a struct that was decoded without a problem. Maps and what was not looked
 * at are not kept by decoding and so not printed. */
void encode_print(const struct decode_table *table, const void *object, struct text *out);

#endif
