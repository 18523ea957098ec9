/* papers - by what this agent is known. */
#include "agent/papers.h"

#include <string.h>

#include "base/secret.h"

#define UNBELIEVED "an agent that has not enrolled"
#define LIFE       (365LL * 86400)

/* What points to the texts follows them. */
static void identities_point(struct papers *papers)
{
    papers->own.key = papers->key.data;
    papers->own.certificate = papers->certificate.data;
    papers->own.trust = papers->certified ? papers->trust.data : papers->certificate.data;
    papers->none = (struct rpc_identity){.trust = papers->trust.data};
}

int papers_init(struct papers *papers,
                const struct member_name *name,
                const char *trust,
                struct error *error)
{
    const struct certificate_grant grant = {UNBELIEVED, NULL, CERTIFICATE_SKEW, LIFE};

    *papers = (struct papers){.name = *name};
    text_add(&papers->trust, trust);
    if (certificate_key(&papers->key, error) ||
        certificate_request(papers->key.data, &papers->request, error) ||
        certificate_self(papers->key.data, &grant, &papers->certificate, error))
        return -1;
    identities_point(papers);
    return 0;
}

void papers_done(struct papers *papers)
{
    secret_done(&papers->key);
    text_done(&papers->request);
    text_done(&papers->certificate);
    text_done(&papers->trust);
}

int papers_take(struct papers *papers, const char *certificate, const char *trust, int64_t now)
{
    char name[CERTIFICATE_NAME];
    struct certificate_facts facts;
    struct certificate_facts issuer;

    member_name_print(&papers->name, name);
    if (strlen(certificate) > CERTIFICATE_BYTES || strlen(trust) > CERTIFICATE_BYTES ||
        certificate_read(certificate, &facts, NULL) || certificate_read(trust, &issuer, NULL) ||
        strcmp(facts.name, name) != 0 || !certificate_matches(certificate, papers->key.data))
        return 1;
    text_clear(&papers->certificate);
    text_add(&papers->certificate, certificate);
    text_clear(&papers->trust);
    text_add(&papers->trust, trust);
    papers->certified = true;
    papers->ends = facts.ends;
    papers->renew = now + (facts.ends - now) * 2 / 3;
    identities_point(papers);
    return 0;
}

bool papers_due(const struct papers *papers, int64_t now)
{
    return !papers->certified || now >= papers->renew;
}
