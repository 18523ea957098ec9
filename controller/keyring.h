/* keyring - the controller's key, and what is derived from it: the only cryptography of its own.
 *
 * The key lies in a Secret beside the controller, so that the secrets of attempts are the same
 * after a restart. Whoever starts first with an empty Secret fills it. */
#ifndef CONTROLLER_KEYRING_H
#define CONTROLLER_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/backoff.h"
#include "base/log.h"
#include "kube/client.h"
#include "wire/rpc.h"

#define KEYRING_SECRET "muster-controller-key" /* name of the Secret */
#define KEYRING_KEY    32
#define KEYRING_DIGITS (2 * KEYRING_KEY + 1) /* in hexadecimal, with a zero byte */

struct cJSON;

struct keyring {
    struct client *client;
    const char *space; /* namespace of the Secret */
    const struct log *log;
    struct client_call *call;
    struct timer again;
    struct backoff backoff;
    bool ready;
    uint8_t key[KEYRING_KEY];
    void (*opened)(void *context);
    void *context;
};

/* Takes the key from 64 hexadecimal digits. */
void keyring_take(struct keyring *keyring, const char *digits);

/* Reads the key out of a Secret, which may be NULL. Returns 0; 1 when there is none in it; -1 when
 * what is there is none. Pure. */
int keyring_read(const struct cJSON *secret, char digits[KEYRING_DIGITS]);

/* Reads the key from the Secret, or fills it; tries again until that succeeds. The owner has set
 * client, space, log, opened and context of a zeroed keyring; `opened` comes once. */
void keyring_open(struct keyring *keyring);

/* Ends it and overwrites the key. */
void keyring_done(struct keyring *keyring);

/* The secret of an attempt: HMAC-SHA-256 (RFC 2104) of "attempt/UID/NUMBER", in hexadecimal. */
void keyring_secret(const struct keyring *keyring,
                    const char *job,
                    uint32_t attempt,
                    char secret[RPC_SECRET]);

#endif
