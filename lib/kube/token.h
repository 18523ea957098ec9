/* token - a bearer token that lives in a file and is replaced there.
 *
 * A token of a pod lives an hour. The file is read again when the last reading is a minute old, and
 * at once when the server has refused the token. If it cannot be read then, the old one is kept. */
#ifndef KUBE_TOKEN_H
#define KUBE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

#define TOKEN_MOST 65536 /* bytes */

/* Zero-initialise and set `path`, which must outlive the token. */
struct token {
    const char *path;
    char *text;      /* NULL = none was ever read */
    int64_t read_at; /* the last try */
};

/* Returns the token as it is good at `now`, or NULL when none could be read yet; then `error` says
 * why. Valid until the next call. */
const char *token_get(struct token *token, int64_t now, struct error *error);

/* The server has refused the token: it is read again. Returns whether there is another one now. */
bool token_refused(struct token *token, int64_t now);

/* Overwrites and releases it. */
void token_done(struct token *token);

CLEANUP_DEFINE(token, struct token, token_done)

#endif
