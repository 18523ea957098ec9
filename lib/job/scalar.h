/* scalar - what a plain scalar of YAML is: null, true or false, a number, else a text. Pure.
 *
 * The core schema of YAML 1.2.2, section 10.3.2, with one difference: a number with a leading zero
 * is a text. Readers of YAML 1.1 take it for octal; who means either must say which. */
#ifndef JOB_SCALAR_H
#define JOB_SCALAR_H

struct cJSON;

/* Makes the node of a scalar that is written without quotes. Returns it, the caller's, or NULL when
 * there is no memory. */
struct cJSON *scalar_node(const char *text);

#endif
