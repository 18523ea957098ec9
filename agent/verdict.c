/* verdict - how the job ended. */
#include "agent/verdict.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

/* Takes away what is above the bound, and the rest of a character that it broke. */
static void cut(struct text *text)
{
    size_t size = VERDICT_MOST;

    if (text->size <= size)
        return;
    while (size && ((unsigned char)text->data[size] & 0xc0) == 0x80)
        size--;
    text_cut(text, size);
}

int verdict_write(const char *path, const char *outcome, const char *text, struct error *error)
{
    CLEAN(text) struct text verdict = {0};
    CLEAN_FD int descriptor = -1;

    text_addf(&verdict, "%s\n%s\n", outcome, text);
    cut(&verdict);
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0 || file_put(descriptor, verdict.data, verdict.size))
        return error_errno(error, "cannot write %s", path);
    return 0;
}
