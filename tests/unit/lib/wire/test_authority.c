/* Authorities, and what holds when one follows another. */
#include "wire/authority.h"

#include <string.h>

#include "support/check.h"
#include "trust.h"

#define NOW  1750000000
#define LIFE (100 * AUTHORITY_MEMBER)
#define NAME "a.example"

static void certify(const struct authority *authority, int64_t now, struct text *chain)
{
    const struct certificate_grant grant = {NAME, NULL, now, AUTHORITY_MEMBER};
    CLEAN(text) struct text key = {0};
    CLEAN(text) struct text request = {0};

    CU_ASSERT_FATAL(!certificate_key(&key, NULL) && !certificate_request(key.data, &request, NULL));
    CU_ASSERT_FATAL(authority_certify(authority, &request, &grant, chain, NULL) == 0);
}

static void those_who_trust_it_believe_what_it_signs(void)
{
    CLEAN(authority) struct authority authority = {.key.data = NULL};
    CLEAN(text) struct text trust = {0};
    CLEAN(text) struct text chain = {0};

    CU_ASSERT_FATAL(authority_make(&authority, NOW, LIFE, NULL) == 0);
    CU_ASSERT(authority_check(&authority, NULL) == 0);
    authority_trust(&authority, NOW, &trust);
    certify(&authority, NOW, &chain);
    CHECK_TEXT(trust_verify(trust.data, chain.data, NAME, NOW), "ok");
}

/* Old and new certificates, before those who trust the old one, the new one and both. */
static void nobody_is_cut_off_when_another_one_follows(void)
{
    CLEAN(authority) struct authority old = {.key.data = NULL};
    CLEAN(authority) struct authority new = {.key.data = NULL};
    struct text trusts[3] = {{0}};
    CLEAN(text) struct text before = {0};
    CLEAN(text) struct text after = {0};
    int64_t later = NOW + LIFE / 2;

    CU_ASSERT_FATAL(authority_make(&old, NOW, LIFE, NULL) == 0);
    certify(&old, later - 10, &before);
    CU_ASSERT_FATAL(authority_follow(&new, &old, later, LIFE, NULL) == 0);
    CU_ASSERT(authority_check(&new, NULL) == 0);
    certify(&new, later, &after);
    authority_trust(&old, later, &trusts[0]);
    authority_trust(&new, later, &trusts[1]);
    text_add(&trusts[2], new.certificate.data);
    CHECK_TEXT(trust_verify(trusts[0].data, before.data, NAME, later), "ok");
    CHECK_TEXT(trust_verify(trusts[0].data, after.data, NAME, later), "ok");
    CHECK_TEXT(trust_verify(trusts[1].data, before.data, NAME, later), "ok");
    CHECK_TEXT(trust_verify(trusts[1].data, after.data, NAME, later), "ok");
    CHECK_TEXT(trust_verify(trusts[2].data, after.data, NAME, later), "ok");
    CU_ASSERT(strcmp(trust_verify(trusts[2].data, before.data, NAME, later), "ok") != 0);
    for (size_t i = 0; i < 3; i++)
        text_done(&trusts[i]);
}

static void an_authority_that_has_ended_is_not_trusted_any_more(void)
{
    CLEAN(authority) struct authority old = {.key.data = NULL};
    CLEAN(authority) struct authority new = {.key.data = NULL};
    CLEAN(text) struct text during = {0};
    CLEAN(text) struct text after = {0};

    CU_ASSERT_FATAL(authority_make(&old, NOW, LIFE, NULL) == 0);
    CU_ASSERT_FATAL(authority_follow(&new, &old, NOW + 1, LIFE, NULL) == 0);
    authority_trust(&new, NOW + LIFE - 1, &during);
    authority_trust(&new, NOW + LIFE, &after);
    CHECK_TEXT(after.data, new.certificate.data);
    CU_ASSERT(during.size == new.certificate.size + old.certificate.size);
}

static void it_is_old_after_a_time(void)
{
    CLEAN(authority) struct authority authority = {.key.data = NULL};
    int64_t begins = NOW - CERTIFICATE_SKEW;

    CU_ASSERT_FATAL(authority_make(&authority, NOW, LIFE, NULL) == 0);
    CU_ASSERT(!authority_is_old(&authority, begins + 99, 100));
    CU_ASSERT(authority_is_old(&authority, begins + 100, 100));
    text_clear(&authority.certificate);
    CU_ASSERT(authority_is_old(&authority, NOW, 100));
}

static void parts_that_do_not_belong_together_are_no_authority(void)
{
    CLEAN(authority) struct authority one = {.key.data = NULL};
    CLEAN(authority) struct authority two = {.key.data = NULL};
    CLEAN(authority) struct authority three = {.key.data = NULL};
    CLEAN(text) struct text member = {0};
    struct authority mixed;

    CU_ASSERT_FATAL(!authority_make(&one, NOW, LIFE, NULL) &&
                    !authority_follow(&two, &one, NOW, LIFE, NULL) &&
                    !authority_follow(&three, &one, NOW, LIFE, NULL));
    certify(&one, NOW, &member);
    mixed = one;
    mixed.key = two.key;
    CU_ASSERT(authority_check(&mixed, NULL) == -1);
    mixed = one;
    mixed.certificate = member;
    CU_ASSERT(authority_check(&mixed, NULL) == -1);
    mixed = two;
    mixed.cross = three.cross;
    CU_ASSERT(authority_check(&mixed, NULL) == -1);
    mixed = two;
    mixed.earlier = (struct text){0};
    CU_ASSERT(authority_check(&mixed, NULL) == -1);
    mixed = two;
    mixed.cross = (struct text){0};
    CU_ASSERT(authority_check(&mixed, NULL) == -1);
    CU_ASSERT(authority_check(&(struct authority){.key.data = NULL}, NULL) == -1);
}

SUITE("wire authority",
      {"those who trust it believe what it signs", those_who_trust_it_believe_what_it_signs},
      {"nobody is cut off when another one follows", nobody_is_cut_off_when_another_one_follows},
      {"an authority that has ended is not trusted any more",
       an_authority_that_has_ended_is_not_trusted_any_more},
      {"it is old after a time", it_is_old_after_a_time},
      {"parts that do not belong together are no authority",
       parts_that_do_not_belong_together_are_no_authority})
