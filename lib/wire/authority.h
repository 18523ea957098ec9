/* authority - who vouches for the directory and for agents: a key with its certificate, and, after
 * it has followed another one, what makes both understood.
 *
 * Whoever trusts the earlier authority alone verifies what the present one has signed by the
 * certificate that the earlier one has left for it (`cross`); whoever trusts the present one trusts
 * the earlier one too, as long as that is valid. So nobody is cut off on the day it changes. */
#ifndef WIRE_AUTHORITY_H
#define WIRE_AUTHORITY_H

#include <stdint.h>

#include "wire/certificate.h"

#define AUTHORITY_LIFE   (10LL * 365 * 86400) /* seconds */
#define AUTHORITY_CHANGE (365LL * 86400)      /* it is followed by another one after so long */
#define AUTHORITY_MEMBER 86400LL              /* life of a certificate that it signs */

/* PEM texts; absent ones are empty. */
struct authority {
    struct text key;
    struct text certificate;
    struct text cross;   /* of this key, signed by the earlier one */
    struct text earlier; /* certificate of that */
};

/* Makes one in a zeroed struct, for which authority_done is owed in any case. `life` is in seconds.
 * Returns 0 or -1. */
int authority_make(struct authority *authority, int64_t now, int64_t life, struct error *error);

/* Makes the one that follows `before`, whose key is not needed any more then. */
int authority_follow(struct authority *authority,
                     const struct authority *before,
                     int64_t now,
                     int64_t life,
                     struct error *error);

/* Overwrites the key and releases everything. */
void authority_done(struct authority *authority);

CLEANUP_DEFINE(authority, struct authority, authority_done)

/* Whether the parts of one that was read belong together: 0 or -1. */
int authority_check(const struct authority *authority, struct error *error);

/* Whether it is so old that another one is to follow; `change` is AUTHORITY_CHANGE, or a test's. */
bool authority_is_old(const struct authority *authority, int64_t now, int64_t change);

/* Adds the certificates that others are to trust: its own, and the earlier one while it is valid.
 */
void authority_trust(const struct authority *authority, int64_t now, struct text *trust);

/* Adds a certificate for the request, with what proves it to those who trust only the earlier
 * authority behind it. Returns 0, or -1 as certificate_sign. */
int authority_certify(const struct authority *authority,
                      const struct text *request,
                      const struct certificate_grant *grant,
                      struct text *chain,
                      struct error *error);

#endif
