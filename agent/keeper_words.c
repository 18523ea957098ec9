/* keeper_words - what the keeper adds to the environment of a rank. */
#include "agent/keeper_words.h"

#include <unistd.h>

#include "agent/environment.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"

#define GIVEN_MOST 65536 /* bytes of words that an agent gives */

/* What every rank is told. */
static void common_add(const struct settings *settings, uint32_t index, struct text *words)
{
    text_word(words, "MUSTER_HOST=%s", settings->host);
    text_word(words, "MUSTER_JOB=%s", settings->job);
    text_word(words, "MUSTER_SLOT=%lld", (long long)settings->slot);
    text_word(words, "MUSTER_LOCAL_RANK=%u", (unsigned)index);
}

void keeper_words_native(const struct settings *settings, uint32_t index, struct text *words)
{
    static const char *const threads[] = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"};
    extern char **environ;

    common_add(settings, index, words);
    text_word(words, "MUSTER_LINK=%d", KEEPER_DESCRIPTOR_LINK);
    text_word(words, "MUSTER_PAGE=%d", KEEPER_DESCRIPTOR_PAGE);
    text_word(words, "MUSTER_CONTROL=%d", KEEPER_DESCRIPTOR_CONTROL);
    text_word(words, "MUSTER_SPEC=%d", KEEPER_DESCRIPTOR_SPEC);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        if (!environment_has(environ, threads[i]))
            text_word(words, "%s=1", threads[i]);
    }
}

int keeper_words_foreign(const struct settings *settings,
                         uint32_t index,
                         int given,
                         struct text *words,
                         struct error *error)
{
    CLEAN_FREE char *bytes = NULL;
    off_t size = lseek(given, 0, SEEK_END);

    if (size < 0 || size > GIVEN_MOST)
        return error_set(error, "the environment of a rank cannot be read");
    bytes = memory_get((size_t)size + 1, 1);
    if (file_get_at(given, bytes, (size_t)size, 0))
        return error_errno(error, "cannot read the environment of a rank");
    common_add(settings, index, words);
    text_add_bytes(words, bytes, (size_t)size);
    return 0;
}
