/* token - a bearer token that lives in a file. */
#include "kube/token.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/secret_file.h"

#define FRESH CLOCK_SECONDS(60)

static bool token_renew(struct token *token, int64_t now, struct error *error)
{
    char *fresh;
    bool other;

    token->read_at = now;
    if (secret_file_read(token->path, TOKEN_MOST, &fresh, error))
        return false;
    other = !token->text || strcmp(token->text, fresh) != 0;
    secret_forget(token->text);
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
    secret_forget(token->text);
    token->text = NULL;
}
