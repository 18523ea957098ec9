/* authority - who vouches for the directory and for agents. */
#include "wire/authority.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "base/entropy.h"

int authority_make(struct authority *authority, int64_t now, int64_t life, struct error *error)
{
    char words[64];
    uint64_t number;
    const struct certificate_grant grant = {words, NULL, now, life};

    entropy_fill(&number, sizeof number);
    snprintf(words, sizeof words, "muster authority %016llx", (unsigned long long)number);
    if (certificate_key(&authority->key, error))
        return -1;
    return certificate_self(authority->key.data, &grant, &authority->certificate, error);
}

int authority_follow(struct authority *authority,
                     const struct authority *before,
                     int64_t now,
                     int64_t life,
                     struct error *error)
{
    const struct certificate_signer signer = {before->key.data, before->certificate.data};

    if (authority_make(authority, now, life, error))
        return -1;
    text_add(&authority->earlier, before->certificate.data);
    return certificate_cross(&signer, authority->certificate.data, &authority->cross, error);
}

void authority_done(struct authority *authority)
{
    if (authority->key.data)
        OPENSSL_cleanse(authority->key.data, authority->key.size);
    text_done(&authority->key);
    text_done(&authority->certificate);
    text_done(&authority->cross);
    text_done(&authority->earlier);
}

int authority_check(const struct authority *authority, struct error *error)
{
    const char *key = text_string(&authority->key);
    struct certificate_facts facts;
    bool followed = authority->cross.size || authority->earlier.size;

    if (certificate_read(text_string(&authority->certificate), &facts, error))
        return -1;
    if (!facts.authority || !certificate_matches(authority->certificate.data, key))
        return error_set(error, "the certificate is not of an authority with this key");
    if (followed && (!certificate_matches(text_string(&authority->cross), key) ||
                     certificate_read(text_string(&authority->earlier), &facts, error)))
        return error_set(error, "what the earlier authority has left is not of this one");
    return 0;
}

bool authority_is_old(const struct authority *authority, int64_t now, int64_t change)
{
    struct certificate_facts facts;

    return certificate_read(text_string(&authority->certificate), &facts, NULL) ||
           now - facts.begins >= change;
}

void authority_trust(const struct authority *authority, int64_t now, struct text *trust)
{
    struct certificate_facts facts;

    text_add(trust, text_string(&authority->certificate));
    if (authority->earlier.size && !certificate_read(authority->earlier.data, &facts, NULL) &&
        now < facts.ends)
        text_add(trust, authority->earlier.data);
}

int authority_certify(const struct authority *authority,
                      const struct text *request,
                      const struct certificate_grant *grant,
                      struct text *chain,
                      struct error *error)
{
    const struct certificate_signer signer = {text_string(&authority->key),
                                              text_string(&authority->certificate)};

    if (certificate_sign(&signer, request, grant, chain, error))
        return -1;
    text_add(chain, text_string(&authority->cross));
    return 0;
}
