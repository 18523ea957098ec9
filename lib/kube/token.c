/* token - a bearer token that lives in a file. */
#include "kube/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define FRESH CLOCK_SECONDS(60)

static void text_forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

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

/* Reads the file. Returns 0 and the token, or -1. */
static int token_read(const char *path, char **out, struct error *error)
{
    CLEAN(text) struct text content = {0};
    int outcome = file_read(path, TOKEN_MOST, &content, error);

    if (outcome > 0)
        return error_set(error, "there is no token at %s", path);
    if (outcome < 0)
        return -1;
    while (content.size && white(content.data[content.size - 1]))
        text_cut(&content, content.size - 1);
    outcome =
        content.size && content.size == strlen(content.data) && visible(content.data) ? 0 : -1;
    if (outcome)
        error_set(error, "%s does not hold a token", path);
    else
        *out = memory_text(content.data);
    if (content.data)
        explicit_bzero(content.data, content.capacity);
    return outcome;
}

static bool token_renew(struct token *token, int64_t now, struct error *error)
{
    char *fresh;
    bool other;

    token->read_at = now;
    if (token_read(token->path, &fresh, error))
        return false;
    other = !token->text || strcmp(token->text, fresh) != 0;
    text_forget(token->text);
    token->text = fresh;
    return other;
}

const char *token_get(struct token *token, int64_t now, struct error *error)
{
    if (!token->text || now - token->read_at >= FRESH)
        token_renew(token, now, error);
    return token->text;
}

bool token_refused(struct token *token, int64_t now)
{
    return token_renew(token, now, NULL);
}

void token_done(struct token *token)
{
    text_forget(token->text);
    token->text = NULL;
}
