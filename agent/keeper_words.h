/* keeper_words - what the keeper adds to the environment of a rank. */
#ifndef AGENT_KEEPER_WORDS_H
#define AGENT_KEEPER_WORDS_H

#include <stdint.h>

#include "agent/settings.h"
#include "base/error.h"
#include "base/text.h"

/* The descriptors of a native rank, which its environment names. */
enum keeper_descriptor {
    KEEPER_DESCRIPTOR_LINK = 3, /* behind the standard ones */
    KEEPER_DESCRIPTOR_PAGE,
    KEEPER_DESCRIPTOR_CONTROL,
    KEEPER_DESCRIPTOR_SPEC
};

/* Adds what a native rank is told, the index-th of this pod. */
void keeper_words_native(const struct settings *settings, uint32_t index, struct text *words);

/* Adds what a foreign rank is told: the words in the file `given`, which the agent has written for
 * it, too. Returns 0, or -1 when they cannot be read. */
int keeper_words_foreign(const struct settings *settings,
                         uint32_t index,
                         int given,
                         struct text *words,
                         struct error *error);

#endif
