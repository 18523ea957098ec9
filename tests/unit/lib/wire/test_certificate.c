/* Keys, requests and certificates: what is signed, for whom, and how long. */
#include "wire/certificate.h"

#include <string.h>

#include "support/check.h"
#include "trust.h"

#define NOW 1750000000
#define DAY 86400LL

static const struct certificate_grant grant = {"a.example", NULL, NOW, DAY};

static void a_certificate_says_whose_it_is_and_how_long(void)
{
    struct trust trust;
    struct certificate_facts facts;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, 10 * DAY);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == 0);
    CU_ASSERT(certificate_read(made.data, &facts, NULL) == 0);
    CHECK_TEXT(facts.name, "a.example");
    CU_ASSERT(facts.begins == NOW - CERTIFICATE_SKEW && facts.ends == NOW + DAY);
    CU_ASSERT(!facts.authority);
    CU_ASSERT(certificate_matches(made.data, trust.key.data));
    CU_ASSERT(!certificate_matches(made.data, trust.root_key.data));
    CU_ASSERT(certificate_read(trust.root.data, &facts, NULL) == 0);
    CU_ASSERT(facts.authority && !*facts.name && facts.ends == NOW + 10 * DAY);
    trust_end(&trust);
}

/* What a certificate is good for is asked of the library's own verifier. */
static void it_is_trusted_for_its_name_while_it_is_valid(void)
{
    struct trust trust;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, 10 * DAY);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == 0);
    CHECK_TEXT(trust_verify(trust.root.data, made.data, "a.example", NOW), "ok");
    CHECK_TEXT(trust_verify(trust.root.data, made.data, "a.example", NOW - CERTIFICATE_SKEW), "ok");
    CU_ASSERT(strcmp(trust_verify(trust.root.data, made.data, "b.example", NOW), "ok") != 0);
    CU_ASSERT(strcmp(trust_verify(trust.root.data, made.data, "a.example", NOW + DAY + 1), "ok") !=
              0);
    CU_ASSERT(
        strcmp(trust_verify(trust.root.data, made.data, "a.example", NOW - CERTIFICATE_SKEW - 1),
               "ok") != 0);
    trust_end(&trust);
}

/* What is read is the first of them. */
static void it_may_have_two_names(void)
{
    const struct certificate_grant both = {"a.example", "b.example", NOW, DAY};
    const struct certificate_grant wrong = {"a.example", "b.example,DNS:c.example", NOW, DAY};
    struct trust trust;
    struct certificate_facts facts;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, 10 * DAY);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &wrong, &made, NULL) == -1);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &both, &made, NULL) == 0);
    CHECK_TEXT(trust_verify(trust.root.data, made.data, "a.example", NOW), "ok");
    CHECK_TEXT(trust_verify(trust.root.data, made.data, "b.example", NOW), "ok");
    CU_ASSERT(strcmp(trust_verify(trust.root.data, made.data, "c.example", NOW), "ok") != 0);
    CU_ASSERT(certificate_read(made.data, &facts, NULL) == 0);
    CHECK_TEXT(facts.name, "a.example");
    trust_end(&trust);
}

static void another_authority_does_not_vouch_for_it(void)
{
    struct trust trust;
    struct trust other;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, DAY);
    trust_begin(&other, NOW, DAY);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == 0);
    CU_ASSERT(strcmp(trust_verify(other.root.data, made.data, "a.example", NOW), "ok") != 0);
    trust_end(&trust);
    trust_end(&other);
}

/* A member can sign with its key, but nobody believes what it signs. */
static void a_member_is_no_authority(void)
{
    struct trust trust;
    CLEAN(text) struct text member = {0};
    CLEAN(text) struct text forged = {0};

    trust_begin(&trust, NOW, 10 * DAY);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &member, NULL) == 0);
    CU_ASSERT(certificate_sign(&(struct certificate_signer){trust.key.data, member.data},
                               &trust.request,
                               &(struct certificate_grant){"b.example", NULL, NOW, DAY},
                               &forged,
                               NULL) == 0);
    text_add(&forged, member.data);
    CU_ASSERT(strcmp(trust_verify(trust.root.data, forged.data, "b.example", NOW), "ok") != 0);
    trust_end(&trust);
}

static void a_certificate_does_not_outlive_its_signer(void)
{
    struct trust trust;
    struct certificate_facts facts;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, DAY / 2);
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == 0);
    CU_ASSERT(certificate_read(made.data, &facts, NULL) == 0);
    CU_ASSERT(facts.ends == NOW + DAY / 2);
    trust_end(&trust);
}

static void names_that_mean_more_are_refused(void)
{
    static const char *const names[] = {"", "a,DNS:b", "*.example", "A.example", "a b", "a\n"};
    struct trust trust;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, DAY);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct certificate_grant wrong = {names[i], NULL, NOW, DAY};

        CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &wrong, &made, NULL) == -1);
    }
    CU_ASSERT(made.size == 0);
    trust_end(&trust);
}

/* Any byte of a request that is changed makes it none: it is signed with the key it is of. */
static void a_request_that_was_changed_is_refused(void)
{
    struct trust trust;
    CLEAN(text) struct text made = {0};

    trust_begin(&trust, NOW, DAY);
    for (size_t i = 0; i < trust.request.size; i++) {
        trust.request.data[i] ^= 0x11;
        CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == -1);
        trust.request.data[i] ^= 0x11;
    }
    for (size_t size = 0; size < trust.request.size; size++) {
        const struct text cut = {trust.request.data, size, size};

        CU_ASSERT(certificate_sign(&trust.signer, &cut, &grant, &made, NULL) == -1);
    }
    text_add(&trust.request, "x");
    CU_ASSERT(certificate_sign(&trust.signer, &trust.request, &grant, &made, NULL) == -1);
    CU_ASSERT(made.size == 0);
    trust_end(&trust);
}

static void what_is_no_key_or_certificate_is_refused(void)
{
    struct trust trust;
    struct certificate_facts facts;
    struct error error = {""};
    CLEAN(text) struct text made = {0};
    struct certificate_signer keyless;
    struct certificate_signer nameless;

    trust_begin(&trust, NOW, DAY);
    keyless = (struct certificate_signer){"", trust.root.data};
    nameless = (struct certificate_signer){trust.root_key.data, ""};
    CU_ASSERT(certificate_read("", &facts, &error) == -1 && *error.text);
    CU_ASSERT(certificate_read(trust.key.data, &facts, NULL) == -1);
    CU_ASSERT(certificate_request("", &made, NULL) == -1);
    CU_ASSERT(certificate_request(trust.root.data, &made, NULL) == -1);
    CU_ASSERT(certificate_self("", &grant, &made, NULL) == -1);
    CU_ASSERT(certificate_cross(&trust.signer, "", &made, NULL) == -1);
    CU_ASSERT(certificate_sign(&keyless, &trust.request, &grant, &made, NULL) == -1);
    CU_ASSERT(certificate_sign(&nameless, &trust.request, &grant, &made, NULL) == -1);
    CU_ASSERT(!certificate_matches("", trust.key.data) &&
              !certificate_matches(trust.root.data, ""));
    CU_ASSERT(made.size == 0);
    trust_end(&trust);
}

SUITE("wire certificate",
      {"a certificate says whose it is and how long", a_certificate_says_whose_it_is_and_how_long},
      {"it is trusted for its name while it is valid",
       it_is_trusted_for_its_name_while_it_is_valid},
      {"it may have two names", it_may_have_two_names},
      {"another authority does not vouch for it", another_authority_does_not_vouch_for_it},
      {"a member is no authority", a_member_is_no_authority},
      {"a certificate does not outlive its signer", a_certificate_does_not_outlive_its_signer},
      {"names that mean more are refused", names_that_mean_more_are_refused},
      {"a request that was changed is refused", a_request_that_was_changed_is_refused},
      {"what is no key or certificate is refused", what_is_no_key_or_certificate_is_refused})
