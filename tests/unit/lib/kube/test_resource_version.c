/* Resource versions: numbers of any length, compared as numbers. */
#include "kube/resource_version.h"

#include <stdio.h>

#include "base/random.h"
#include "support/check.h"

static struct resource_version version_of(const char *text)
{
    struct resource_version version = {{0}};

    CU_ASSERT(resource_version_read(text, &version) == 0);
    return version;
}

static void only_decimal_numbers_are_versions(void)
{
    static const struct {
        const char *text;
        int outcome;
    } rows[] = {
        {"1", 0},
        {"18446744073709551616", 0},
        {"340282366920938463463374607431768211455", 0}, /* 2^128 - 1 */
        {"3402823669209384634633746074317682114550", 1},
        {"0", 1},
        {"01", 1},
        {"", 1},
        {"-1", 1},
        {"+1", 1},
        {" 1", 1},
        {"1 ", 1},
        {"1a", 1},
        {"0x1", 1},
    };
    struct resource_version kept = version_of("7");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct resource_version version = kept;

        CU_ASSERT(resource_version_read(rows[i].text, &version) == rows[i].outcome);
        CHECK_TEXT(version.digits, rows[i].outcome ? "7" : rows[i].text);
    }
    CU_ASSERT(resource_version_read(NULL, &kept) == 1);
}

static void versions_compare_as_numbers(void)
{
    static const char *const rising[] = {
        "1",
        "2",
        "9",
        "10",
        "99",
        "100",
        "9007199254740992",
        "9007199254740993", /* the same double */
        "9223372036854775808",
        "18446744073709551616",
        "340282366920938463463374607431768211455",
    };
    size_t count = sizeof rising / sizeof *rising;
    struct resource_version none = {{0}};

    for (size_t i = 0; i < count * count; i++) {
        struct resource_version left = version_of(rising[i / count]);
        struct resource_version right = version_of(rising[i % count]);
        int order = resource_version_compare(&left, &right);

        CU_ASSERT((order < 0) == (i / count < i % count));
        CU_ASSERT((order > 0) == (i / count > i % count));
        CU_ASSERT(resource_version_compare(&none, &left) < 0);
    }
}

static void random_versions_compare_as_their_integers(void)
{
    uint64_t random = check_seed();

    for (int i = 0; i < 2000; i++) {
        uint64_t left = 1 + random_below(&random, 1ull << (1 + random_below(&random, 62)));
        uint64_t right = 1 + random_below(&random, 1ull << (1 + random_below(&random, 62)));
        struct resource_version versions[2];
        char text[32];
        int order;

        snprintf(text, sizeof text, "%llu", (unsigned long long)left);
        versions[0] = version_of(text);
        snprintf(text, sizeof text, "%llu", (unsigned long long)right);
        versions[1] = version_of(text);
        order = resource_version_compare(&versions[0], &versions[1]);
        CU_ASSERT((order > 0) - (order < 0) == (left > right) - (left < right));
    }
}

static void a_version_is_raised_and_never_lowered(void)
{
    struct resource_version version = {{0}};
    struct resource_version ten = version_of("10");
    struct resource_version nine = version_of("9");

    resource_version_raise(&version, &ten);
    CHECK_TEXT(version.digits, "10");
    resource_version_raise(&version, &nine);
    CHECK_TEXT(version.digits, "10");
}

SUITE("kube resource_version",
      {"only decimal numbers are versions", only_decimal_numbers_are_versions},
      {"versions compare as numbers", versions_compare_as_numbers},
      {"random versions compare as their integers", random_versions_compare_as_their_integers},
      {"a version is raised and never lowered", a_version_is_raised_and_never_lowered})
