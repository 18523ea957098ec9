/* passport - certificates for tests. */
#include "support/passport.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIFE 86400

const struct authority *passport_authority(void)
{
    static struct authority authority;

    if (!authority.key.size && authority_make(&authority, time(NULL), LIFE, NULL))
        abort();
    return &authority;
}

void passport_make_two(struct passport *passport,
                       const struct authority *authority,
                       const char *name,
                       const char *also)
{
    const struct certificate_grant grant = {name, also, time(NULL), LIFE};
    CLEAN(text) struct text request = {0};

    *passport = (struct passport){.key.data = NULL};
    if (certificate_key(&passport->key, NULL) ||
        certificate_request(passport->key.data, &request, NULL) ||
        authority_certify(authority, &request, &grant, &passport->certificate, NULL))
        abort();
    authority_trust(authority, grant.now, &passport->trust);
    passport->identity =
        (struct rpc_identity){passport->key.data, passport->certificate.data, passport->trust.data};
}

void passport_make_by(struct passport *passport,
                      const struct authority *authority,
                      const char *name)
{
    passport_make_two(passport, authority, name, NULL);
}

void passport_make(struct passport *passport, const char *name)
{
    passport_make_by(passport, passport_authority(), name);
}

void passport_done(struct passport *passport)
{
    text_done(&passport->key);
    text_done(&passport->certificate);
    text_done(&passport->trust);
}

struct rpc_identity passport_none(void)
{
    return (struct rpc_identity){.trust = passport_authority()->certificate.data};
}

void passport_member(
    char out[CERTIFICATE_NAME], const char *job, uint32_t attempt, uint32_t slot, uint8_t life)
{
    struct member_name name;

    if (member_name_make(&name, job, attempt, slot))
        abort();
    memset(name.life, life, sizeof name.life);
    member_name_print(&name, out);
}
