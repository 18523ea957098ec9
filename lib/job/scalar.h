/* scalar - what a plain scalar of YAML is: null, true or false, a number, else a text. Pure.
 *
 * The core schema of YAML 1.2.2, section 10.3.2, with one difference: a number with a leading zero
 * is a text. Readers of YAML 1.1 take it for octal; who means either must say which: it is one of
 * the scalars for which scalar_differs holds. */
#ifndef JOB_SCALAR_H
#define JOB_SCALAR_H

#include <stdbool.h>

struct cJSON;

/* Makes the node of a scalar that is written without quotes. Returns it, the caller's, or NULL when
 * there is no memory. */
struct cJSON *scalar_node(const char *text);

/* Whether a text without quotes is true, false or a number to readers of YAML 1.1, kubectl among
 * them: yes, off, y, 010, 1_000, 0b1 and the like. */
bool scalar_differs(const char *text);

#endif
