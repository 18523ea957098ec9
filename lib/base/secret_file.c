/* secret_file - a secret that somebody else keeps in a file. */
#include "base/secret_file.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"

#define HEX_FILE 256 /* most bytes of a file of digits */

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

int secret_file_hex(
    const char *option, const char *path, size_t size, char *digits, struct error *error)
{
    CLEAN(secret) struct text content = {0};
    CLEAN_FREE unsigned char *bytes = memory_get(size, 1);
    int outcome = file_read(path, HEX_FILE, &content, error);

    if (outcome > 0)
        return error_set(error, "%s %s: no such file", option, path);
    if (outcome < 0)
        return -1;
    if (content.size && content.data[content.size - 1] == '\n')
        text_cut(&content, content.size - 1);
    if (text_unhex(bytes, size, text_string(&content)))
        return error_set(error, "%s %s: must hold %zu hexadecimal digits", option, path, 2 * size);
    explicit_bzero(bytes, size);
    memcpy(digits, content.data, 2 * size + 1);
    return 0;
}
