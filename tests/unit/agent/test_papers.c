/* The papers of an agent: what is taken into them, and when they are due. */
#include "agent/papers.h"

#include <string.h>
#include <time.h>

#include "support/check.h"
#include "support/passport.h"

#define NAME "09000000000000000900000000000000.1.2.uid.agent.muster.dev"

static const char *trust(void)
{
    return passport_authority()->certificate.data;
}

static void begin(struct papers *papers)
{
    struct member_name name;

    CU_ASSERT_FATAL(member_name_read(NAME, &name) == 0);
    CU_ASSERT_FATAL(papers_init(papers, &name, trust(), NULL) == 0);
}

static void certify(const struct papers *papers, const char *name, int64_t now, struct text *chain)
{
    const struct certificate_grant grant = {name, NULL, now, 3000};

    CU_ASSERT_FATAL(
        authority_certify(passport_authority(), &papers->request, &grant, chain, NULL) == 0);
}

static void papers_are_due_until_there_is_a_certificate_and_when_it_has_aged(void)
{
    struct papers papers;
    int64_t now = time(NULL);
    CLEAN(text) struct text chain = {0};

    begin(&papers);
    CU_ASSERT(papers_due(&papers, now) && !papers.certified);
    certify(&papers, NAME, now, &chain);
    CU_ASSERT(papers_take(&papers, chain.data, trust(), now) == 0);
    CU_ASSERT(papers.certified && papers.ends == now + 3000);
    CU_ASSERT(!papers_due(&papers, now + 1999));
    CU_ASSERT(papers_due(&papers, now + 2000));
    papers_done(&papers);
}

/* Until then it shows what nobody believes, and believes only the directory. */
static void identities_follow_what_is_taken(void)
{
    struct papers papers;
    CLEAN(text) struct text chain = {0};

    begin(&papers);
    CU_ASSERT(!papers.none.key && !papers.none.certificate);
    CHECK_TEXT(papers.none.trust, trust());
    CU_ASSERT(certificate_matches(papers.own.certificate, papers.own.key));
    CHECK_TEXT(papers.own.trust, papers.own.certificate);
    certify(&papers, NAME, time(NULL), &chain);
    CU_ASSERT(papers_take(&papers, chain.data, trust(), time(NULL)) == 0);
    CHECK_TEXT(papers.own.certificate, chain.data);
    CHECK_TEXT(papers.own.trust, trust());
    CHECK_TEXT(papers.none.trust, trust());
    papers_done(&papers);
}

static void what_is_not_for_this_agent_is_not_taken(void)
{
    struct papers papers;
    struct papers other;
    CLEAN(text) struct text chain = {0};
    CLEAN(text) struct text wrong_name = {0};
    CLEAN(text) struct text wrong_key = {0};
    CLEAN(text) struct text too_long = {0};

    begin(&papers);
    begin(&other);
    certify(&papers, NAME, time(NULL), &chain);
    certify(&papers, "1" NAME, time(NULL), &wrong_name);
    certify(&other, NAME, time(NULL), &wrong_key);
    while (too_long.size <= CERTIFICATE_BYTES)
        text_add(&too_long, trust());
    CU_ASSERT(papers_take(&papers, "", trust(), time(NULL)) == 1);
    CU_ASSERT(papers_take(&papers, "text", trust(), time(NULL)) == 1);
    CU_ASSERT(papers_take(&papers, chain.data, "", time(NULL)) == 1);
    CU_ASSERT(papers_take(&papers, chain.data, too_long.data, time(NULL)) == 1);
    CU_ASSERT(papers_take(&papers, wrong_name.data, trust(), time(NULL)) == 1);
    CU_ASSERT(papers_take(&papers, wrong_key.data, trust(), time(NULL)) == 1);
    CU_ASSERT(!papers.certified && strcmp(papers.own.trust, trust()) != 0);
    CU_ASSERT(papers_take(&papers, chain.data, trust(), time(NULL)) == 0);
    papers_done(&papers);
    papers_done(&other);
}

SUITE("agent papers",
      {"papers are due until there is a certificate and when it has aged",
       papers_are_due_until_there_is_a_certificate_and_when_it_has_aged},
      {"identities follow what is taken", identities_follow_what_is_taken},
      {"what is not for this agent is not taken", what_is_not_for_this_agent_is_not_taken})
