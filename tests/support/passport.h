/* passport - certificates for tests, all of one authority that is made once. */
#ifndef SUPPORT_PASSPORT_H
#define SUPPORT_PASSPORT_H

#include "wire/authority.h"
#include "wire/member_name.h"
#include "wire/rpc.h"

struct passport {
    struct text key;
    struct text certificate;
    struct text trust;
    struct rpc_identity identity; /* points to the above */
};

/* The authority, valid since just now. */
const struct authority *passport_authority(void);

/* Makes a key and a certificate of that name, by the authority or by another one. passport_done is
 * owed. */
void passport_make(struct passport *passport, const char *name);
void passport_make_by(struct passport *passport,
                      const struct authority *authority,
                      const char *name);
/* The same with a second name, which may be NULL. */
void passport_make_two(struct passport *passport,
                       const struct authority *authority,
                       const char *name,
                       const char *also);
void passport_done(struct passport *passport);

/* The identity of somebody without a certificate who believes the authority. */
struct rpc_identity passport_none(void);

/* Writes the name of the agent of a slot whose life is that byte, 16 times. */
void passport_member(
    char out[CERTIFICATE_NAME], const char *job, uint32_t attempt, uint32_t slot, uint8_t life);

#endif
