/* environment - what a rank finds in its environment. */
#include "agent/environment.h"

#include <string.h>

#include "base/memory.h"

#define AGENTS "MUSTER_" /* how the names of words begin that are meant for agents */

/* Whether two words are about the same name. */
static bool same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");

    return !strncmp(a, b, length) && (b[length] == '=' || !b[length]);
}

bool environment_has(char *const *words, const char *name)
{
    for (; *words; words++) {
        if (same_name(*words, name))
            return true;
    }
    return false;
}

static bool list_has(const struct text *list, const char *word)
{
    for (size_t at = 0; at < list->size; at += strlen(list->data + at) + 1) {
        if (same_name(list->data + at, word))
            return true;
    }
    return false;
}

void environment_join(char *const *inherited, const struct text *own, struct text *out)
{
    for (char *const *word = inherited; *word; word++) {
        if (strncmp(*word, AGENTS, strlen(AGENTS)) && !list_has(own, *word))
            text_word(out, "%s", *word);
    }
    for (size_t at = 0; at < own->size; at += strlen(own->data + at) + 1) {
        if (strchr(own->data + at, '='))
            text_word(out, "%s", own->data + at);
    }
}

const char **environment_list(const struct text *words)
{
    size_t count = text_word_count(words);
    const char **list = memory_get(count + 1, sizeof *list);

    text_words(words, list, count);
    return list;
}
