/* certificate - keys, requests for certificates, and certificates (X.509, RFC 5280; PKCS #10,
 * RFC 2986), by libcrypto. All keys are of P-256 and sign by ECDSA with SHA-256.
 *
 * Keys and certificates are PEM texts, requests DER bytes, times seconds since 1970. What is added
 * to a text is added on success only; texts that hold keys are the caller's to overwrite. */
#ifndef WIRE_CERTIFICATE_H
#define WIRE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define CERTIFICATE_NAME    254   /* most bytes of a name, with a zero byte */
#define CERTIFICATE_REQUEST 2048  /* most bytes of a request */
#define CERTIFICATE_BYTES   16384 /* most bytes of certificates in a row */
#define CERTIFICATE_SKEW    300   /* seconds that clocks may differ by: it begins so much earlier */

/* Adds a new private key. Returns 0 or -1. */
int certificate_key(struct text *key, struct error *error);

/* Adds a request for a certificate of the key. Returns 0 or -1. */
int certificate_request(const char *key, struct text *request, struct error *error);

/* What a certificate is for. */
struct certificate_grant {
    const char *name; /* lower-case DNS name of its owner; of an authority, words for people */
    const char *also; /* another name of its owner; NULL = none */
    int64_t now;
    int64_t life; /* seconds */
};

/* Adds the certificate of an authority with that key, which signs itself. Returns 0 or -1. */
int certificate_self(const char *key,
                     const struct certificate_grant *grant,
                     struct text *certificate,
                     struct error *error);

/* An authority: what it signs with. */
struct certificate_signer {
    const char *key;
    const char *certificate;
};

/* Adds a certificate for whoever made the request: to speak by the names of the grant, as client
 * and as server, and for nothing else; what the request asks for is not looked at. It does not
 * outlive the signer's own. Returns 0; -1 also when the bytes are no request, it is not signed with
 * its own key, or that is not of P-256. */
int certificate_sign(const struct certificate_signer *signer,
                     const struct text *request,
                     const struct certificate_grant *grant,
                     struct text *certificate,
                     struct error *error);

/* Adds a certificate in which the signer vouches for another authority, so that whoever trusts the
 * one can verify what the other has signed (RFC 4210, section 4.4: the new key with the old). It
 * ends with the earlier of the two. Returns 0 or -1. */
int certificate_cross(const struct certificate_signer *signer,
                      const char *other,
                      struct text *certificate,
                      struct error *error);

/* What a certificate says. */
struct certificate_facts {
    char name[CERTIFICATE_NAME]; /* its first DNS name, or "" */
    int64_t begins;
    int64_t ends;
    bool authority;
};

/* Reads the first certificate of a text. Returns 0 or -1. */
int certificate_read(const char *certificate, struct certificate_facts *facts, struct error *error);

/* Whether the first certificate of a text is of that key. */
bool certificate_matches(const char *certificate, const char *key);

#endif
