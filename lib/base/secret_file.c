/* secret_file - a secret that somebody else keeps in a file. */
#include "base/secret_file.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"

static bool white(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Whether every byte may stand in a header. */
static bool visible(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

int secret_file_read(const char *path, size_t most, char **out, struct error *error)
{
    CLEAN(secret) struct text content = {0};
    int outcome = file_read(path, most, &content, error);

    if (outcome > 0)
        return error_set(error, "there is no token at %s", path);
    if (outcome < 0)
        return -1;
    while (content.size && white(content.data[content.size - 1]))
        text_cut(&content, content.size - 1);
    if (!content.size || content.size != strlen(content.data) || !visible(content.data))
        return error_set(error, "%s does not hold a token", path);
    *out = memory_text(content.data);
    return 0;
}
