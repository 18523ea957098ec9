/* Names of agents, as certificates have them. */
#include "wire/member_name.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

#define LIFE "000102030405060708090a0b0c0d0e0f"
#define UID  "6a4f1f4e-7c0a-4f51-9c1e-3f4f8d1c2b3a"
#define NAME LIFE ".3.12." UID ".agent.muster.dev"

static void a_name_is_read_as_it_was_printed(void)
{
    struct member_name name;
    struct member_name read;
    char printed[CERTIFICATE_NAME];

    CU_ASSERT(member_name_make(&name, UID, 12, 3) == 0);
    for (uint8_t i = 0; i < MEMBER_NAME_LIFE; i++)
        name.life[i] = i;
    member_name_print(&name, printed);
    CHECK_TEXT(printed, NAME);
    CU_ASSERT(member_name_read(printed, &read) == 0);
    CU_ASSERT(member_name_equal(&name, &read) && read.slot == 3 && read.attempt == 12);
    CHECK_TEXT(read.job, UID);
}

/* It is of whoever lives there: nobody takes it for the name of an agent. */
static void a_place_is_a_name_without_its_life(void)
{
    struct member_name name;
    struct member_name read;
    char place[CERTIFICATE_NAME];

    CU_ASSERT_FATAL(member_name_read(NAME, &name) == 0);
    member_name_place(&name, place);
    CHECK_TEXT(place, "3.12." UID ".agent.muster.dev");
    CU_ASSERT(member_name_read(place, &read) == 1);
}

static void the_largest_name_fits(void)
{
    struct member_name name;
    struct member_name read;
    char printed[CERTIFICATE_NAME];
    char job[MEMBER_NAME_JOB];

    memset(job, 'x', sizeof job);
    CU_ASSERT(member_name_make(&name, "", 0, 0) == 1);
    job[sizeof job - 1] = '\0';
    CU_ASSERT(member_name_make(&name, job, UINT32_MAX, UINT32_MAX) == 0);
    member_name_print(&name, printed);
    CU_ASSERT(member_name_read(printed, &read) == 0 && member_name_equal(&name, &read));
}

static void what_is_printed_otherwise_is_no_name(void)
{
    static const char *const rows[] = {
        "",
        ".",
        "directory.muster.dev",
        LIFE ".3.12." UID ".agent.muster.de",
        LIFE ".3.12." UID ".agent.muster.dev.",
        LIFE ".3.12." UID,
        LIFE ".03.12." UID ".agent.muster.dev",
        LIFE ".-3.12." UID ".agent.muster.dev",
        LIFE ".3.4294967296." UID ".agent.muster.dev",
        LIFE ".3.." UID ".agent.muster.dev",
        LIFE ".3.12.A.agent.muster.dev",
        LIFE ".3.12.a_b.agent.muster.dev",
        "00" LIFE ".3.12." UID ".agent.muster.dev",
        "0G0102030405060708090a0b0c0d0e0f.3.12." UID ".agent.muster.dev",
        "000102030405060708090A0B0C0D0E0F.3.12." UID ".agent.muster.dev",
        "*.3.12." UID ".agent.muster.dev",
    };
    struct member_name name;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(member_name_read(rows[i], &name) == 1);
}

static void names_are_equal_in_all_parts_or_not(void)
{
    struct member_name name;
    struct member_name other;

    CU_ASSERT(member_name_read(NAME, &name) == 0);
    other = name;
    other.slot++;
    CU_ASSERT(member_name_same_attempt(&name, &other) && !member_name_equal(&name, &other));
    other = name;
    other.life[15] ^= 1;
    CU_ASSERT(member_name_same_attempt(&name, &other) && !member_name_equal(&name, &other));
    other = name;
    other.attempt++;
    CU_ASSERT(!member_name_same_attempt(&name, &other) && !member_name_equal(&name, &other));
    other = name;
    other.job[0] = 'x';
    CU_ASSERT(!member_name_same_attempt(&name, &other) && !member_name_equal(&name, &other));
}

SUITE("wire member name",
      {"a name is read as it was printed", a_name_is_read_as_it_was_printed},
      {"a place is a name without its life", a_place_is_a_name_without_its_life},
      {"the largest name fits", the_largest_name_fits},
      {"what is printed otherwise is no name", what_is_printed_otherwise_is_no_name},
      {"names are equal in all parts or not", names_are_equal_in_all_parts_or_not})
