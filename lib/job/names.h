/* names - the forms that Kubernetes asks of names, labels and annotations. Pure. */
#ifndef JOB_NAMES_H
#define JOB_NAMES_H

#include <stdbool.h>

#include "base/decode.h"

/* A DNS label of RFC 1123: lower-case letters, digits and inner dashes, at most 63. */
bool names_label(const char *text);

/* The key of a label or annotation: an optional DNS subdomain of at most 253 and '/', then letters,
 * digits and inner '-', '_' and '.', at most 63. */
bool names_key(const char *text);

/* The value of a label: as the second part of a key, or empty. */
bool names_value(const char *text);

/* The value of an annotation: anything of at most 256 KiB. */
bool names_note(const char *text);

extern const struct decode_form names_label_form;
extern const struct decode_form names_key_form;
extern const struct decode_form names_value_form;
extern const struct decode_form names_note_form;

#endif
