/* environment - what a rank finds in its environment. Pure.
 *
 * Lists of words "NAME=VALUE" are kept in one text, as by text_word. */
#ifndef AGENT_ENVIRONMENT_H
#define AGENT_ENVIRONMENT_H

#include <stdbool.h>

#include "base/text.h"

/* Whether a word of the list ended by NULL has this name. */
bool environment_has(char *const *words, const char *name);

/* Adds to `out` what is inherited (a list ended by NULL), but no words meant for agents and none
 * that `own` has too, and behind it `own`. A word of `own` without '=' is left out. */
void environment_join(char *const *inherited, const struct text *own, struct text *out);

/* Pointers to the words of the list, ended by NULL, as a process is started with: valid until the
 * next change of `words`, and freed by the caller. */
const char **environment_list(const struct text *words);

#endif
