/* web_keys - the public keys of an issuer of tokens (JSON Web Key Set, RFC 7517), and whether a
 * token is signed with one of them (JSON Web Signature, RFC 7515, compact). The only use of cjose.
 * Pure. */
#ifndef KUBE_WEB_KEYS_H
#define KUBE_WEB_KEYS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

#define WEB_KEYS_BYTES ((size_t)64 << 10) /* most bytes of a set */
#define WEB_KEYS_MOST  32                 /* most keys of a set; more are left out */

struct web_keys;

/* Reads a set. Keys that cannot sign, that have no name, or whose algorithm is none of RS256,
 * ES256, ES384 and ES512, which are those of Kubernetes, are left out. Returns 0 and the set, for
 * which web_keys_free is owed; -1 when the bytes are no set or no key of it is of use. */
int web_keys_read(const char *bytes, size_t size, struct web_keys **keys, struct error *error);

/* NULL is allowed. */
void web_keys_free(struct web_keys *keys);

/* Frees what the variable points to, for CLEAN. */
static inline void web_keys_release(struct web_keys **keys)
{
    web_keys_free(*keys);
}

CLEANUP_DEFINE(web_keys, struct web_keys *, web_keys_release)

enum web_keys_outcome {
    WEB_KEYS_SIGNED,
    WEB_KEYS_MALFORMED, /* it is no signed token, or demands what is not known here */
    WEB_KEYS_UNKNOWN,   /* the key that it names is not in the set */
    WEB_KEYS_FORGED,    /* that key has not signed it, or not by the key's algorithm */
};

/* Finds out whether a key of the set, which may be NULL, has signed the token. WEB_KEYS_SIGNED
 * alone adds what was signed to `payload`. */
enum web_keys_outcome web_keys_verify(const struct web_keys *keys,
                                      const char *token,
                                      struct text *payload);

#endif
