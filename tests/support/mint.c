/* mint - an issuer of tokens. */
#include "support/mint.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define RSA_BITS     2048
#define SIGNATURE    512
#define BASE64(size) (4 * (((size) + 2) / 3) + 1)

struct mint {
    const char *name;
    const char *algorithm;
    const char *curve; /* NULL = RSA */
    const char *group;
    size_t coordinate; /* bytes of one */
    EVP_PKEY *key;
};

static const struct mint kinds[] = {
    {NULL, "RS256", NULL, NULL, 0, NULL},
    {NULL, "ES256", "P-256", "prime256v1", 32, NULL},
    {NULL, "ES384", "P-384", "secp384r1", 48, NULL},
    {NULL, "ES512", "P-521", "secp521r1", 66, NULL},
};

static void must(bool condition)
{
    if (!condition)
        abort();
}

void mint_base64url(struct text *out, const void *bytes, size_t size)
{
    CLEAN_FREE char *encoded = memory_get(BASE64(size), 1);
    size_t length = (size_t)EVP_EncodeBlock((unsigned char *)encoded, bytes, (int)size);

    for (size_t i = 0; i < length; i++) {
        if (encoded[i] == '+')
            encoded[i] = '-';
        if (encoded[i] == '/')
            encoded[i] = '_';
    }
    encoded[strcspn(encoded, "=")] = '\0';
    text_add(out, encoded);
}

/* Beginning and end. */

struct mint *mint_new(const char *algorithm, const char *name)
{
    struct mint *mint = memory_get(1, sizeof *mint);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strcmp(kinds[i].algorithm, algorithm))
            *mint = kinds[i];
    }
    must(mint->algorithm);
    mint->name = name;
    mint->key = mint->curve ? EVP_EC_gen(mint->group) : EVP_RSA_gen(RSA_BITS);
    must(mint->key);
    return mint;
}

void mint_free(struct mint *mint)
{
    if (!mint)
        return;
    EVP_PKEY_free(mint->key);
    free(mint);
}

/* What is published. */

/* Adds a number of the key as its big-endian bytes; size 0 = as many as it needs. */
static void number_add(const struct mint *mint, const char *which, size_t size, struct text *out)
{
    unsigned char bytes[RSA_BITS / 8];
    BIGNUM *number = NULL;
    int written;

    must(EVP_PKEY_get_bn_param(mint->key, which, &number) == 1);
    if (!size)
        size = (size_t)BN_num_bytes(number);
    written = BN_bn2binpad(number, bytes, (int)size);
    must(written == (int)size);
    BN_free(number);
    mint_base64url(out, bytes, size);
}

void mint_key(const struct mint *mint, struct text *out)
{
    size_t size = mint->coordinate;

    text_addf(out,
              "{\"use\":\"sig\",\"kty\":\"%s\",\"kid\":\"%s\",\"alg\":\"%s\",",
              mint->curve ? "EC" : "RSA",
              mint->name,
              mint->algorithm);
    if (mint->curve)
        text_addf(out, "\"crv\":\"%s\",", mint->curve);
    text_addf(out, "\"%s\":\"", mint->curve ? "x" : "n");
    number_add(mint, mint->curve ? OSSL_PKEY_PARAM_EC_PUB_X : OSSL_PKEY_PARAM_RSA_N, size, out);
    text_addf(out, "\",\"%s\":\"", mint->curve ? "y" : "e");
    number_add(mint, mint->curve ? OSSL_PKEY_PARAM_EC_PUB_Y : OSSL_PKEY_PARAM_RSA_E, size, out);
    text_add(out, "\"}");
}

void mint_set(const struct mint *mint, const struct mint *other, struct text *out)
{
    text_add(out, "{\"keys\":[");
    mint_key(mint, out);
    if (other) {
        text_add(out, ",");
        mint_key(other, out);
    }
    text_add(out, "]}");
}

/* Tokens. */

/* Two numbers in a row in place of their ASN.1 (RFC 7518, section 3.4). Returns how many bytes. */
static size_t signature_flatten(const struct mint *mint, unsigned char *bytes, size_t size)
{
    const unsigned char *at = bytes;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
    int each = (int)mint->coordinate;

    must(pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes, each) == each &&
         BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes + each, each) == each);
    ECDSA_SIG_free(pair);
    return 2 * mint->coordinate;
}

char *mint_token_so(const struct mint *mint, const char *header, const char *claims)
{
    const EVP_MD *digest = !strcmp(mint->algorithm, "ES384")   ? EVP_sha384()
                           : !strcmp(mint->algorithm, "ES512") ? EVP_sha512()
                                                               : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[SIGNATURE];
    size_t size = sizeof signature;
    struct text token = {0};

    mint_base64url(&token, header, strlen(header));
    text_add(&token, ".");
    mint_base64url(&token, claims, strlen(claims));
    must(context && EVP_DigestSignInit(context, NULL, digest, NULL, mint->key) == 1 &&
         EVP_DigestSign(context, signature, &size, (const unsigned char *)token.data, token.size) ==
             1);
    EVP_MD_CTX_free(context);
    if (mint->curve)
        size = signature_flatten(mint, signature, size);
    text_add(&token, ".");
    mint_base64url(&token, signature, size);
    return token.data;
}

char *mint_token(const struct mint *mint, const char *claims)
{
    CLEAN(text) struct text header = {0};

    text_addf(&header, "{\"alg\":\"%s\",\"kid\":\"%s\"}", mint->algorithm, mint->name);
    return mint_token_so(mint, header.data, claims);
}
