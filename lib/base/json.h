/* json - values written as JSON text, exactly: what is read back is what was written. Pure.
 *
 * cJSON prints numbers only to within an ulp or so; a learning rate must not change by that. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>

#include "base/text.h"

struct cJSON;

/* Adds `string` in quotes. Characters that do not show (base/utf8.h) become \u escapes; bytes that
 * are not UTF-8 become U+FFFD each. */
void json_add_text(struct text *out, const char *string);

/* The same for messages: cut after `most` characters, with "..." before the closing quote. */
void json_add_excerpt(struct text *out, const char *string, size_t most);

/* Adds a finite number with the fewest digits that read back as the same double. */
void json_add_number(struct text *out, double number);

/* Adds a whole tree, its keys in their order. A number that is not finite, which JSON cannot say,
 * becomes null. Recursion is as deep as the tree. */
void json_add_tree(struct text *out, const struct cJSON *tree);

#endif
