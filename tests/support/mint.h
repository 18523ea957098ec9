/* mint - an issuer of tokens: a key that signs them (by OpenSSL, not by what verifies them), and
 * its public half as the issuer publishes it. */
#ifndef SUPPORT_MINT_H
#define SUPPORT_MINT_H

#include <stddef.h>

#include "base/text.h"

struct mint;

/* Makes a key for an algorithm of RFC 7518, "RS256" or "ES256", "ES384", "ES512", with that name.
 * mint_free is owed. */
struct mint *mint_new(const char *algorithm, const char *name);
void mint_free(struct mint *mint);

/* Adds the public key as a JSON Web Key. */
void mint_key(const struct mint *mint, struct text *out);

/* Adds a set of one public key, or of two; `other` may be NULL. */
void mint_set(const struct mint *mint, const struct mint *other, struct text *out);

/* A token with these claims, and one with that header in place of its own. Freed by the caller. */
char *mint_token(const struct mint *mint, const char *claims);
char *mint_token_so(const struct mint *mint, const char *header, const char *claims);

/* Adds bytes in base64url without padding (RFC 4648, section 5). */
void mint_base64url(struct text *out, const void *bytes, size_t size);

#endif
