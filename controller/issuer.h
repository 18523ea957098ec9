/* issuer - who signs the tokens of pods: its name and its keys, read from the API server.
 *
 * They are read at the beginning and every ten minutes, so that a key that is withdrawn ends; and
 * when somebody shows a token that is signed with another one, which may be new, but not more often
 * than once in ten seconds. What was read last is used until something newer was. */
#ifndef CONTROLLER_ISSUER_H
#define CONTROLLER_ISSUER_H

#include "base/backoff.h"
#include "base/log.h"
#include "kube/client.h"
#include "kube/web_keys.h"

struct cJSON;

struct issuer {
    struct client *client;
    const struct log *log;
    struct client_call *call; /* of the read under way, or NULL */
    struct timer again;
    struct backoff backoff;
    int64_t begun;         /* when the newest read began */
    char *name;            /* as its tokens say it; NULL = not read yet */
    char *heard;           /* by the read under way */
    struct web_keys *keys; /* NULL = not read yet */
    void (*read)(void *context);
    void *context;
};

/* Begins to read. The owner has set client, log, read and context of a zeroed issuer; `read` comes
 * each time that a read has ended, well or not. */
void issuer_open(struct issuer *issuer);
void issuer_done(struct issuer *issuer);

/* Asks for newer keys. Returns 0 when a read is under way, whose end will be told; 1 when the last
 * one is too recent. */
int issuer_ask(struct issuer *issuer);

/* Reads the issuer's name out of its configuration (OpenID Connect Discovery 1.0, section 4), which
 * may be NULL. Returns a copy for the caller to free, or NULL when there is none. Pure. */
char *issuer_read(const struct cJSON *configuration);

#endif
