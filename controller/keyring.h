/* keyring - the controller's authority, by which agents and directory know each other.
 *
 * It lies in a Secret beside the controller, so that it is the same after a restart and for every
 * controller of the cluster. Whoever starts first with an empty Secret fills it; when the authority
 * has aged, whoever notices first has another one follow it. The Secret is read again from time to
 * time, so that what was put there is taken without a restart. */
#ifndef CONTROLLER_KEYRING_H
#define CONTROLLER_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/backoff.h"
#include "base/log.h"
#include "kube/client.h"
#include "wire/authority.h"

#define KEYRING_SECRET "muster-controller-key" /* name of the Secret */

struct cJSON;

struct keyring {
    struct client *client;
    const char *space; /* namespace of the Secret */
    const struct log *log;
    int64_t change; /* seconds after which another authority follows; 0 = AUTHORITY_CHANGE */
    struct client_call *call;
    struct timer again;
    struct backoff backoff;
    bool ready; /* there is an authority */
    struct authority authority;
    struct text trust; /* the certificates that others are to believe; PEM */
    void (*changed)(void *context);
    void *context;
};

/* Makes an authority for as long as the keyring lives, and reads no Secret. Returns 0 or -1. */
int keyring_own(struct keyring *keyring, struct error *error);

/* Reads an authority out of a Secret, which may be NULL, into a zeroed struct. Returns 0, with
 * authority_done owed; 1 when there is none in it; -1 when what is there is none. */
int keyring_read(const struct cJSON *secret, struct authority *authority);

/* Reads the authority from the Secret, or fills it; tries again until that succeeds, and keeps
 * reading. The owner has set client, space, log, changed and context of a zeroed keyring; `changed`
 * comes whenever the authority is another one. */
void keyring_open(struct keyring *keyring);

/* Ends it and overwrites the key. */
void keyring_done(struct keyring *keyring);

#endif
