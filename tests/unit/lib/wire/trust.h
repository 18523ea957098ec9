/* trust - an authority, somebody who asks it for a certificate, and OpenSSL's opinion. */
#ifndef UNIT_TRUST_H
#define UNIT_TRUST_H

#include "wire/certificate.h"

struct trust {
    struct text root_key;
    struct text root; /* certificate of the authority */
    struct certificate_signer signer;
    struct text key; /* of the one who asks */
    struct text request;
};

void trust_begin(struct trust *trust, int64_t now, int64_t life);
void trust_end(struct trust *trust);

/* "ok" when those who trust `roots` believe at that time that the first certificate of the chain is
 * of `name`, as a server and as a client; else why not. */
const char *trust_verify(const char *roots, const char *chain, const char *name, int64_t now);

#endif
