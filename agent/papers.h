/* papers - by what this agent is known: its key, which is made when it starts and never leaves its
 * memory, the certificate that the directory gives it, and whom it believes.
 *
 * Until there is a certificate it shows one that nobody believes, and believes nobody but the
 * directory. */
#ifndef AGENT_PAPERS_H
#define AGENT_PAPERS_H

#include "wire/certificate.h"
#include "wire/member_name.h"
#include "wire/rpc.h"

struct papers {
    struct member_name name;
    struct text key;
    struct text request; /* for a certificate of the key */
    struct text certificate;
    struct text trust;        /* whom it believes to be the directory */
    struct rpc_identity own;  /* in sessions, and in questions but enrolling */
    struct rpc_identity none; /* when enrolling */
    bool certified;
    int64_t ends;  /* when the certificate does, in seconds since 1970 */
    int64_t renew; /* when another one is to be asked for */
};

/* Makes the papers of an agent of that name, who believes a directory vouched for by `trust`.
 * Returns 0 or -1; papers_done is owed in both cases. */
int papers_init(struct papers *papers,
                const struct member_name *name,
                const char *trust,
                struct error *error);

/* Overwrites the key and releases everything. */
void papers_done(struct papers *papers);

/* Takes a certificate and whom to believe from now on. Returns 0; 1, and changes nothing, when the
 * certificate is not of this agent's key and name, or there is nobody to believe. What points to
 * `own` and `none` sees the new texts. */
int papers_take(struct papers *papers, const char *certificate, const char *trust, int64_t now);

/* Whether a certificate is to be asked for: there is none, or two thirds of its life are over. */
bool papers_due(const struct papers *papers, int64_t now);

#endif
